"""Anchor-free YOLO outputs as exported for versions 8, 9, 11 and 12: one tensor [1, 4 + C, N].

Rows 0-3 are centre x, centre y, width and height in pixels of the model's input; row 4 + c is
the score of class c, already in [0, 1]. N, the number of places, is whatever comes.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.boxes import xyxy_from_cxcywh
from robot_dl.core.detections import Detections
from robot_dl.core.params import Params
from robot_dl.core.tensors import TensorSpec
from robot_dl.detection.decoders.reading import Outputs, Size, check_sane, float32
from robot_dl.detection.params import DetectionParams


@dataclass(frozen=True)
class Yolo(Params):
    """Decoder of [1, 4 + C, N]; see `Decoder`."""

    OVERLAPPING: ClassVar[bool] = True

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `Decoder.check`."""
        wanted = (1, 4 + len(labels), None)
        if len(outputs) != 1 or not outputs[0].accepts(wanted):
            came = ', '.join(f'{spec.name}: {spec}' for spec in outputs)
            raise ValueError(
                f'decoder yolo with {len(labels)} labels: expected one output '
                f'[1, {wanted[1]}, ?], got {came}'
            )

    def decode(self, outputs: Outputs, params: DetectionParams, model_hw: Size) -> Detections:
        """Return the candidates above `params.score`; see `Decoder.decode`."""
        table = next(iter(outputs.values()))
        if table.ndim != 3 or table.shape[0] != 1 or table.shape[1] < 5:
            raise ValueError(f'decoder yolo: expected [1, 4 + C, N], got {list(table.shape)}')
        rows = float32(table[0])
        best = rows[4:].max(axis=0)
        check_sane('yolo', rows[:4].T, best)
        kept = np.flatnonzero(best >= params.score)
        columns = rows[:, kept]
        scores = np.clip(best[kept], 0, 1)
        class_ids = columns[4:].argmax(axis=0).astype(np.int64)
        return Detections(xyxy_from_cxcywh(columns[:4].T), scores, class_ids)

    @staticmethod
    def example() -> dict[str, NDArray[np.float32]]:
        """Return two boxes around (20, 30) and (60, 40), 10 wide and 20 high."""
        table = np.zeros((1, 4 + 3, 21), np.float32)
        table[0, :4, 3] = [20, 30, 10, 20]
        table[0, 4, 3] = 0.9
        table[0, :4, 17] = [60, 40, 10, 20]
        table[0, 5, 17] = 0.8
        return {'output0': table}
