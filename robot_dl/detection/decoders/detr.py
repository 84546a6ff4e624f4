"""Set predictions: DETR, Deformable DETR, RT-DETR, D-FINE, RF-DETR: logits and boxes.

Logits [1, N, C] and centre x, centre y, width, height [1, N, 4] as parts of the model's input.
With `activation: sigmoid` each logit stands for itself, and the N best pairs of query and class
are the answer; with `softmax` one more logit, the last, means 'no object', and each query has one
class.

Signature: one output whose last axis is 4 and one whose last axis is C (sigmoid) or C + 1
(softmax), N the same: 100 in DETR, 300 in the others. Names: logits or pred_logits, and
pred_boxes; RF-DETR says labels and dets. Graphs that end in labels, boxes and scores are for
`boxes_labels_scores`.

Source: Carion et al., "End-to-End Object Detection with Transformers" (2020), section 3.1; Zhu et
al., "Deformable DETR" (2021), appendix A.4, for the best pairs.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.activation import MOST_LOGIT, least_logit, sigmoid, softmax
from robot_dl.core.boxes import xyxy_from_cxcywh
from robot_dl.core.detections import Detections
from robot_dl.core.outputs import (
    Floats,
    Outputs,
    Role,
    Size,
    check_sane,
    demand,
    find_outputs,
    float32,
    specs_of,
)
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec
from robot_dl.detection.params import DetectionParams

FAMILY = 'detr'
BOXES = Role('boxes', ((1, None, 4),), ('pred_boxes', 'boxes', 'dets'))
LOGITS = Role('logits', ((1, None, None),), ('logits', 'pred_logits', 'labels'))
FARTHEST = 1e3
"""Of a box, in widths of the input."""

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Detr(Params):
    """Decoder of logits and boxes; see `Decoder`."""

    OVERLAPPING: ClassVar[bool] = False

    activation: str = param(
        'sigmoid',
        'softmax if the last logit means "no object", as in DETR.',
        choices=('sigmoid', 'softmax'),
    )
    boxes: str = param('', 'Name of the output with the boxes, if it is none of the usual.')
    logits: str = param('', 'Name of the output with the logits, if it is none of the usual.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `Decoder.check`."""
        columns = {'sigmoid': len(labels), 'softmax': len(labels) + 1}
        other = {'sigmoid': 'softmax', 'softmax': 'sigmoid'}[self.activation]
        name = self._names(outputs)['logits']
        (spec,) = (spec for spec in outputs if spec.name == name)
        hint = (
            f'; that fits activation: {other}' if spec.accepts((1, None, columns[other])) else ''
        )
        demand(FAMILY, {name: (1, None, columns[self.activation])}, labels, outputs, hint)

    def decode(self, outputs: Outputs, params: DetectionParams, model_hw: Size) -> Detections:
        """Return the candidates above `params.score`; see `Decoder.decode`."""
        names = self._names(specs_of(outputs))
        boxes, logits = (float32(outputs[names[what]][0]) for what in ('boxes', 'logits'))
        if len(boxes) != len(logits):
            raise ValueError(
                f'decoder {FAMILY}: expected as many boxes as logits, got {len(boxes)} '
                f'and {len(logits)}'
            )
        check_sane(FAMILY, boxes, logits, FARTHEST, MOST_LOGIT)
        queries, scores, class_ids = CHOICES[self.activation](logits, params.score)
        height, width = model_hw
        in_pixels = boxes[queries] * np.array([width, height] * 2, np.float32)
        return Detections(xyxy_from_cxcywh(in_pixels), scores, class_ids)

    @staticmethod
    def example() -> dict[str, NDArray[np.float32]]:
        """Return two boxes around (20, 30) and (60, 40), 10 wide and 20 high."""
        logits = np.full((1, 21, 3), -7, np.float32)
        boxes = np.full((1, 21, 4), 0.5, np.float32)
        logits[0, 3, 0] = logits[0, 17, 1] = 3
        boxes[0, 3] = np.array([20, 30, 10, 20]) / 96
        boxes[0, 17] = np.array([60, 40, 10, 20]) / 96
        return {'logits': logits, 'pred_boxes': boxes}

    def _names(self, specs: tuple[TensorSpec, ...]) -> dict[str, str]:
        named = {'boxes': self.boxes, 'logits': self.logits}
        return find_outputs(FAMILY, [BOXES, LOGITS], named, specs)


def best_pairs(logits: Floats, least: float) -> tuple[Ids, Floats, Ids]:
    """Return query, score and class of the best N pairs, of logits [N, C]."""
    queries, classes = logits.shape
    at = np.flatnonzero(logits >= least_logit(least))
    if len(at) > queries:
        at = at[np.argpartition(-logits.ravel()[at], queries - 1)[:queries]]
    scores = sigmoid(logits.ravel()[at])
    at, scores = at[scores >= least], scores[scores >= least]
    return at // classes, scores, at % classes


def best_classes(logits: Floats, least: float) -> tuple[Ids, Floats, Ids]:
    """Return query, score and class of the queries that are an object, of logits [N, C + 1]."""
    objects = softmax(logits)[:, :-1]
    best = objects.max(axis=1, initial=0)
    queries = np.flatnonzero(best >= least)
    return queries, best[queries], objects[queries].argmax(axis=1)


CHOICES = {'sigmoid': best_pairs, 'softmax': best_classes}
