"""YOLO with masks (YOLOv8, v9, v11, v12): a table [1, 4 + C + K, N] and K prototypes.

Rows 0-3 are centre x, centre y, width and height in pixels of the model's input, row 4 + c the
score of class c, and the last K the coefficients; some tools write [1, N, 4 + C + K].

Signature: one output of four axes and one of three; exporters write `task: segment`.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from robot_dl.core.boxes import xyxy_from_cxcywh
from robot_dl.core.detections import Detections
from robot_dl.core.outputs import check_sane
from robot_dl.core.params import param
from robot_dl.segmentation.decoders.prototypes import (
    Floats,
    Kept,
    PrototypeTable,
    example_prototypes,
)


@dataclass(frozen=True)
class YoloSeg(PrototypeTable):
    """Decoder of places with coefficients; see `InstanceDecoder`."""

    FAMILY: ClassVar[str] = 'yolo_seg'
    OVERLAPPING: ClassVar[bool] = True

    transposed: bool = param(False, 'True for [1, N, 4 + C + K], a row a place.')

    @property
    def has_columns(self) -> bool:
        """Whether a place is a column of the table."""
        return not self.transposed

    def width(self, labels: int) -> int:
        """Return how many numbers a place has besides its coefficients."""
        return 4 + labels

    def places(self, table: Floats, least: float) -> Kept:
        """Return the places whose best class reaches a score; see `PrototypeTable.places`."""
        best = table[4:].max(axis=0)
        check_sane(self.FAMILY, table[:4].T, best)
        kept = np.flatnonzero(best >= least)
        class_ids = table[4:, kept].argmax(axis=0).astype(np.int64)
        boxes = xyxy_from_cxcywh(table[:4, kept].T)
        return Detections(boxes, np.clip(best[kept], 0, 1), class_ids), kept

    @staticmethod
    def example() -> dict[str, Floats]:
        """Return two objects whose masks are a prototype each."""
        table = np.zeros((1, 4 + 3 + 2, 21), np.float32)
        table[0, :, 3] = [20, 30, 10, 20, 0.9, 0, 0, 1, 0]
        table[0, :, 17] = [60, 40, 10, 20, 0, 0.8, 0, 0, 1]
        return {'output0': table, 'output1': example_prototypes()}
