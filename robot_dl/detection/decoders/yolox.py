"""YOLOX outputs, whose grid is left to the reader: one tensor [1, N, 5 + C].

Columns 0-1 are the offset of the centre from the corner of its cell, 2-3 the logarithm of width
and height, all in cells of 8, 16 or 32 px; 4 is the objectness, and 5 + c the score of class c
given an object, all scores in [0, 1]. Rows are ordered by stride, then by row of cells.

Signature: an output whose last axis is 5 + C, with one row a cell: N is 8400 for 640 x 640. If the
first four columns reach hundreds of pixels, the graph has decoded them: set `decoded`.

Source: Ge et al., "YOLOX" (2021), section 2.1, as in the authors' demo for ONNX Runtime.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.core.outputs import Floats, Outputs, Size
from robot_dl.core.params import param
from robot_dl.detection.decoders.objectness import ObjectnessRows
from robot_dl.detection.params import DetectionParams


@dataclass(frozen=True)
class YoloX(ObjectnessRows):
    """Decoder of rows that are relative to a grid; see `Decoder`."""

    FAMILY: ClassVar[str] = 'yolox'

    decoded: bool = param(False, 'True if the graph gives centre and size in pixels already.')
    strides: tuple[float, ...] = param(
        (8.0, 16.0, 32.0), 'Pixels a cell of each map, in the order of the rows.', low=1
    )

    def decode(self, outputs: Outputs, params: DetectionParams, model_hw: Size) -> Detections:
        """Return the candidates above `params.score`; see `Decoder.decode`."""
        rows = self.rows(outputs)
        boxes = rows[:, :4] if self.decoded else self._in_pixels(rows[:, :4], model_hw)
        return self.found(boxes, rows[:, 4:], params.score)

    def _in_pixels(self, raw: Floats, model_hw: Size) -> Floats:
        corners, strides = grid(model_hw, self.strides)
        if len(corners) != len(raw):
            height, width = model_hw
            raise ValueError(
                f'decoder yolox: an input of {height} x {width} px has {len(corners)} cells of '
                f'{", ".join(f"{n:g}" for n in self.strides)} px, but the network gave {len(raw)} '
                'rows; set strides, or decoded, in decoder_options'
            )
        with np.errstate(over='ignore', invalid='ignore'):
            sizes = np.exp(raw[:, 2:])
            return np.concatenate([raw[:, :2] + corners, sizes], axis=1) * strides

    @staticmethod
    def example() -> dict[str, NDArray[np.float32]]:
        """Return two boxes around (20, 30) and (60, 40), 10 wide and 20 high."""
        corners, strides = grid((96, 96), (8, 16, 32))
        table = np.zeros((1, len(corners), 5 + 3), np.float32)
        for row, centre, class_id in ((100, (20, 30), 0), (150, (60, 40), 1)):
            table[0, row, :2] = np.array(centre) / strides[row] - corners[row]
            table[0, row, 2:4] = np.log(np.array((10, 20)) / strides[row])
            table[0, row, [4, 5 + class_id]] = 0.95
        return {'output': table}


@lru_cache(maxsize=8)
def grid(model_hw: Size, strides: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return each cell's corner x, y [N, 2], in cells, and its size [N, 1], in pixels."""
    corners, sizes = [], []
    for stride in strides:
        rows, columns = (int(-(-extent // stride)) for extent in model_hw)
        y, x = np.mgrid[:rows, :columns]
        corners.append(np.stack([x, y], axis=-1).reshape(-1, 2))
        sizes.append(np.full((rows * columns, 1), stride))
    both = tuple(np.concatenate(parts).astype(np.float32) for parts in (corners, sizes))
    for array in both:
        array.flags.writeable = False
    return both[0], both[1]
