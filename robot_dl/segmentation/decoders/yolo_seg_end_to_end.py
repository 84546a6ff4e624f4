"""YOLO with masks that needs no suppression (v10, v26, others with it in the graph).

A table [1, N, 6 + K] of left, top, right, bottom in pixels of the model's input, score, class and
the coefficients of K prototypes.

Signature: one output of four axes and one of three, whose N is 300 most often; exporters write
`task: segment` and `end2end` or `nms`.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from robot_dl.core.detections import Detections
from robot_dl.core.outputs import check_sane, whole_numbers
from robot_dl.segmentation.decoders.prototypes import (
    Floats,
    Kept,
    PrototypeTable,
    example_prototypes,
)


@dataclass(frozen=True)
class YoloSegEndToEnd(PrototypeTable):
    """Decoder of finished rows with coefficients; see `InstanceDecoder`."""

    FAMILY: ClassVar[str] = 'yolo_seg_end_to_end'
    OVERLAPPING: ClassVar[bool] = False

    @property
    def has_columns(self) -> bool:
        """Whether a place is a column of the table."""
        return False

    def width(self, labels: int) -> int:
        """Return how many numbers a place has besides its coefficients."""
        return 6

    def places(self, table: Floats, least: float) -> Kept:
        """Return the rows that reach a score; see `PrototypeTable.places`."""
        check_sane(self.FAMILY, table[:4].T, table[4])
        class_ids = whole_numbers(self.FAMILY, 'class', table[5])
        kept = np.flatnonzero((table[4] >= least) & (class_ids >= 0))
        boxes = np.ascontiguousarray(table[:4, kept].T)
        return Detections(boxes, np.clip(table[4, kept], 0, 1), class_ids[kept]), kept

    @staticmethod
    def example() -> dict[str, Floats]:
        """Return two objects whose masks are a prototype each, and rows of zeros."""
        table = np.zeros((1, 21, 6 + 2), np.float32)
        table[0, 0] = [15, 20, 25, 40, 0.9, 0, 1, 0]
        table[0, 1] = [55, 30, 65, 50, 0.8, 1, 0, 1]
        return {'output0': table, 'output1': example_prototypes()}
