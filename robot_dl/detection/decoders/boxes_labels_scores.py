"""Finished detections: SSD, Faster R-CNN, deployed RT-DETR and D-FINE: boxes, labels and scores.

Boxes [1, N, 4], labels [1, N] and scores [1, N], the first axis being there or not; labels of any
type. Boxes [1, N, 5] bring their score along (MMDeploy's `dets`). Options say the order of the
edges, whether they are parts of the model's input instead of pixels, and which label is the first
class. Some graphs give the number of valid rows besides.

Signature: outputs by these names, detection_boxes and so on (TensorFlow), det_boxes and so on
(TensorRT's plugins); without names, whole numbers are the labels. RT-DETR's and D-FINE's own
exports take `orig_target_sizes`, a constant [[width, height]] of the card; with the input's size
the boxes come in its pixels.

Source: Liu et al., "SSD" (2016), section 2.2, and Ren et al., "Faster R-CNN" (2015), where label 0
is the background.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.core.outputs import (
    FARTHEST_PX,
    Floats,
    Outputs,
    Role,
    Size,
    check_sane,
    find_outputs,
    float32,
    specs_of,
    whole_numbers,
)
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec
from robot_dl.detection.params import DetectionParams

FAMILY = 'boxes_labels_scores'
BOXES = ('boxes', 'bboxes', 'dets', 'det_boxes', 'detection_boxes')
LABELS = ('labels', 'classes', 'class_ids', 'det_classes', 'detection_classes')
SCORES = ('scores', 'confidences', 'det_scores', 'detection_scores')
COUNTS = ('num_detections', 'num_dets')
ORDERS = {'xyxy': [0, 1, 2, 3], 'yxyx': [1, 0, 3, 2]}


@dataclass(frozen=True)
class BoxesLabelsScores(Params):
    """Decoder of finished detections; see `Decoder`."""

    OVERLAPPING: ClassVar[bool] = False

    order: str = param('xyxy', 'Order of the edges; TensorFlow has yxyx.', choices=tuple(ORDERS))
    normalised: bool = param(False, 'True if edges are parts of the input, not pixels.')
    first_label: int = param(
        0, 'Label of the first class: 1 if 0 is the background.', low=0, high=1000
    )
    boxes: str = param('', 'Name of the output with the boxes, if it is none of the usual.')
    labels: str = param('', 'Name of the output with the labels, likewise.')
    scores: str = param('', 'Name of the output with the scores, likewise.')
    count: str = param('', 'Name of the output with the number of valid rows, likewise.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `Decoder.check`."""
        self._names(outputs)

    def decode(self, outputs: Outputs, params: DetectionParams, model_hw: Size) -> Detections:
        """Return the candidates above `params.score`; see `Decoder.decode`."""
        rows, labels = self._rows(outputs)
        farthest = FARTHEST_PX / max(model_hw) if self.normalised else FARTHEST_PX
        check_sane(FAMILY, rows[:, :4], rows[:, 4], farthest)
        class_ids = whole_numbers(FAMILY, 'labels', labels) - self.first_label
        # Below the first class are the background, and the -1 of rows that are not used.
        kept = (rows[:, 4] >= params.score) & (class_ids >= 0)
        boxes = rows[kept][:, ORDERS[self.order]]
        if self.normalised:
            boxes = boxes * np.array([model_hw[1], model_hw[0]] * 2, np.float32)
        return Detections(boxes, np.clip(rows[kept, 4], 0, 1), class_ids[kept])

    @staticmethod
    def example() -> Outputs:
        """Return two boxes, and rows of zeros where there is nothing."""
        boxes = np.zeros((1, 21, 4), np.float32)
        labels = np.zeros((1, 21), np.int64)
        scores = np.zeros((1, 21), np.float32)
        boxes[0, :2] = [15, 20, 25, 40], [55, 30, 65, 50]
        labels[0, 1] = 1
        scores[0, :2] = 0.9, 0.8
        return {'boxes': boxes, 'labels': labels, 'scores': scores}

    def _names(self, specs: tuple[TensorSpec, ...]) -> dict[str, str]:
        named = {what: getattr(self, what) for what in ('boxes', 'labels', 'scores', 'count')}
        has_scores = bool(self.scores) or any(spec.name.lower() in SCORES for spec in specs)
        return find_outputs(FAMILY, roles_among(specs, has_scores), named, specs)

    def _rows(self, outputs: Outputs) -> tuple[Floats, NDArray[np.generic]]:
        """Return the valid rows as edges and score [N, 5], and their labels [N]."""
        names = self._names(specs_of(outputs))
        boxes = float32(outputs[names['boxes']])
        boxes = boxes.reshape(-1, boxes.shape[-1])
        labels = outputs[names['labels']].reshape(-1)
        scores = float32(outputs[names['scores']]).reshape(-1, 1) if 'scores' in names else None
        if len({len(boxes), len(labels), len(boxes if scores is None else scores)}) > 1:
            shapes = ', '.join(f'{name} {list(array.shape)}' for name, array in outputs.items())
            raise ValueError(f'decoder {FAMILY}: expected one row for each box, got {shapes}')
        rows = boxes if scores is None else np.concatenate([boxes, scores], axis=1)
        valid = self._count(outputs, names, len(rows))
        return rows[:valid], labels[:valid]

    def _count(self, outputs: Outputs, names: dict[str, str], most: int) -> int:
        if 'count' not in names:
            return most
        (count,) = whole_numbers(FAMILY, 'number of valid rows', outputs[names['count']])
        if not 0 <= count <= most:
            raise ValueError(f'decoder {FAMILY}: the network gave {count} of {most} rows as valid')
        return int(count)


def roles_among(specs: tuple[TensorSpec, ...], has_scores: bool) -> list[Role]:
    """Return what to look for: boxes with or without a batch's axis, with their score or not.

    Args:
        specs: The graph's outputs.
        has_scores: True if one of them is known to be the scores.
    """
    edges = [
        spec for spec in specs if len(spec.shape) in (2, 3) and spec.shape[-1] in (4, 5, None)
    ]
    rank = max((len(spec.shape) for spec in edges), default=3)
    batch = (1,) * (rank - 2)
    scored = not has_scores and any(s.shape[-1] == 5 for s in edges if len(s.shape) == rank)
    roles = [
        Role('boxes', ((*batch, None, 5 if scored else 4),), BOXES),
        Role('labels', ((*batch, None),), LABELS, integer=True),
        Role('count', ((1,), (1, 1), ()), COUNTS, optional=True),
    ]
    return roles if scored else [*roles, Role('scores', ((*batch, None),), SCORES)]
