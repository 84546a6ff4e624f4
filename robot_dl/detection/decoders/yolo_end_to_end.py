"""YOLO outputs that need no suppression (v10, v26, others with it in the graph): one row a box.

[1, N, 6] has left, top, right, bottom in pixels of the model's input, score, class. [N, 7], what
YOLOv7 writes with suppression in the graph, has image, left, top, right, bottom, class, score.

Signature: one output whose last axis is 6 or 7, N most often 300; exporters write `end2end` or
`nms` into the file's metadata. With two classes it cannot be told from YOLO's transposed
[1, 4 + C, N] by shape; a last column of whole numbers can.

Source: Wang et al., "YOLOv10" (2024), section 3.1: one box an object, so nothing is suppressed.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.core.outputs import (
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

FAMILY = 'yolo_end_to_end'
TABLE = Role('output', ((1, None, 6), (None, 7)))
COLUMNS = {3: ([0, 1, 2, 3], 4, 5), 2: ([1, 2, 3, 4], 6, 5)}
"""Columns of box, score and class, by the number of axes."""


@dataclass(frozen=True)
class YoloEndToEnd(Params):
    """Decoder of finished rows; see `Decoder`."""

    OVERLAPPING: ClassVar[bool] = False

    output: str = param('', 'Name of the output; needed if several could be it.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `Decoder.check`."""
        self._name(outputs)

    def decode(self, outputs: Outputs, params: DetectionParams, model_hw: Size) -> Detections:
        """Return the candidates above `params.score`; see `Decoder.decode`."""
        table = float32(outputs[self._name(specs_of(outputs))])
        box, score, class_id = COLUMNS[table.ndim]
        rows = table.reshape(-1, table.shape[-1])
        check_sane(FAMILY, np.delete(rows, score, axis=1), rows[:, score])
        class_ids = whole_numbers(FAMILY, 'class', rows[:, class_id])
        found = Detections(rows[:, box], np.clip(rows[:, score], 0, 1), class_ids)
        return found[(found.scores >= params.score) & (class_ids >= 0)]

    @staticmethod
    def example() -> dict[str, NDArray[np.float32]]:
        """Return two boxes, and rows of zeros where there is nothing."""
        table = np.zeros((1, 21, 6), np.float32)
        table[0, 0] = [15, 20, 25, 40, 0.9, 0]
        table[0, 1] = [55, 30, 65, 50, 0.8, 1]
        return {'output0': table}

    def _name(self, specs: tuple[TensorSpec, ...]) -> str:
        return find_outputs(FAMILY, [TABLE], {'output': self.output}, specs)['output']
