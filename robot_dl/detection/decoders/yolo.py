"""Anchor-free YOLO outputs as exported for versions 8, 9, 11 and 12: one tensor [1, 4 + C, N].

Rows 0-3 are centre x, centre y, width and height in pixels of the model's input; row 4 + c is
the score of class c, already in [0, 1]. N, the number of places, is whatever comes. Some tools
write [1, N, 4 + C] instead; with few classes and places that cannot be told apart, so it has to be
said by `transposed`.

Signature: one output whose second axis is 4 + C, 8400 places for 640 x 640; exporters write
`task: detect`, `names` and `stride` into the file's metadata.

Source: Li et al., "Generalized Focal Loss" (2020), for scores without objectness.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.boxes import xyxy_from_cxcywh
from robot_dl.core.detections import Detections
from robot_dl.core.outputs import Outputs, Size, check_sane, float32
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec, describe
from robot_dl.detection.params import DetectionParams


@dataclass(frozen=True)
class Yolo(Params):
    """Decoder of [1, 4 + C, N]; see `Decoder`."""

    OVERLAPPING: ClassVar[bool] = True

    transposed: bool = param(False, 'True for [1, N, 4 + C], a row instead of a column a place.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `Decoder.check`."""
        columns = 4 + len(labels)
        shapes = {False: (1, columns, None), True: (1, None, columns)}
        if len(outputs) != 1 or not outputs[0].accepts(shapes[self.transposed]):
            came = ', '.join(f'{spec.name}: {spec}' for spec in outputs)
            other = not self.transposed
            fits = len(outputs) == 1 and outputs[0].accepts(shapes[other])
            raise ValueError(
                f'decoder yolo with {len(labels)} labels: expected one output '
                f'{describe("", shapes[self.transposed])}, got {came}'
                + (f'; that fits decoder_options: {{transposed: {str(other).lower()}}}' * fits)
            )

    def decode(self, outputs: Outputs, params: DetectionParams, model_hw: Size) -> Detections:
        """Return the candidates above `params.score`; see `Decoder.decode`."""
        table = next(iter(outputs.values()))
        if self.transposed and table.ndim == 3:
            table = table.transpose(0, 2, 1)
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
