"""Boxes, labels and scores of finished detections, as graphs return them in many shapes.

Boxes [1, N, 4], labels [1, N] and scores [1, N], the first axis being there or not; labels of any
type. Boxes [1, N, 5] bring their score along (MMDeploy's `dets`). Some graphs give the number of
valid rows besides.
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

BOXES = ('boxes', 'bboxes', 'dets', 'det_boxes', 'detection_boxes')
LABELS = ('labels', 'classes', 'class_ids', 'det_classes', 'detection_classes')
SCORES = ('scores', 'confidences', 'det_scores', 'detection_scores')
COUNTS = ('num_detections', 'num_dets')
ORDERS = {'xyxy': [0, 1, 2, 3], 'yxyx': [1, 0, 3, 2]}


@dataclass(frozen=True)
class FinishedBoxes(Params):
    """Base of the decoders of finished detections."""

    FAMILY: ClassVar[str]
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
        """Raise ValueError if a graph's outputs are not of this family."""
        self._names(outputs)

    def found(
        self, outputs: Outputs, least: float, model_hw: Size
    ) -> tuple[Detections, NDArray[np.int64]]:
        """Return the detections that reach a score, and which of the valid rows they are [N].

        Args:
            outputs: What the network returned, by name.
            least: Least score.
            model_hw: Height and width of the network's input, in pixels.

        Raises:
            ValueError: If the outputs are not of the family, or damaged.
        """
        rows, labels = self._rows(outputs)
        farthest = FARTHEST_PX / max(model_hw) if self.normalised else FARTHEST_PX
        check_sane(self.FAMILY, rows[:, :4], rows[:, 4], farthest)
        class_ids = whole_numbers(self.FAMILY, 'labels', labels) - self.first_label
        # Below the first class are the background, and the -1 of rows that are not used.
        kept = np.flatnonzero((rows[:, 4] >= least) & (class_ids >= 0))
        boxes = rows[kept][:, ORDERS[self.order]]
        if self.normalised:
            boxes = boxes * np.array([model_hw[1], model_hw[0]] * 2, np.float32)
        return Detections(boxes, np.clip(rows[kept, 4], 0, 1), class_ids[kept]), kept

    def _names(self, specs: tuple[TensorSpec, ...]) -> dict[str, str]:
        named = {what: getattr(self, what) for what in ('boxes', 'labels', 'scores', 'count')}
        has_scores = bool(self.scores) or any(spec.name.lower() in SCORES for spec in specs)
        return find_outputs(self.FAMILY, roles_among(specs, has_scores), named, specs)

    def _rows(self, outputs: Outputs) -> tuple[Floats, NDArray[np.generic]]:
        """Return the valid rows as edges and score [N, 5], and their labels [N]."""
        names = self._names(specs_of(outputs))
        boxes = float32(outputs[names['boxes']])
        boxes = boxes.reshape(-1, boxes.shape[-1])
        labels = outputs[names['labels']].reshape(-1)
        scores = float32(outputs[names['scores']]).reshape(-1, 1) if 'scores' in names else None
        if len({len(boxes), len(labels), len(boxes if scores is None else scores)}) > 1:
            shapes = ', '.join(f'{name} {list(array.shape)}' for name, array in outputs.items())
            raise ValueError(f'decoder {self.FAMILY}: expected one row for each box, got {shapes}')
        rows = boxes if scores is None else np.concatenate([boxes, scores], axis=1)
        valid = self._count(outputs, names, len(rows))
        return rows[:valid], labels[:valid]

    def _count(self, outputs: Outputs, names: dict[str, str], most: int) -> int:
        if 'count' not in names:
            return most
        (count,) = whole_numbers(self.FAMILY, 'number of valid rows', outputs[names['count']])
        if not 0 <= count <= most:
            raise ValueError(
                f'decoder {self.FAMILY}: the network gave {count} of {most} rows as valid'
            )
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
