"""YOLO outputs with objectness, decoded in the graph (v5, v6, v7): one tensor [1, N, 5 + C].

Columns 0-3 are centre x, centre y, width and height in pixels of the model's input, 4 is the
objectness, and 5 + c the score of class c given an object; all scores in [0, 1].

Signature: an output whose last axis is 5 + C. For 640 x 640 N is 25200 with three anchors a cell
(v5, v7), and 8400 with one (v6): then it looks like YOLOX, whose first four columns are a few
cells instead of hundreds of pixels. Older files have the maps [1, 3, h, w, 5 + C] beside it; they
are not read.

Source: Redmon and Farhadi, "YOLOv3" (2018), for the product of objectness and class.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.core.outputs import Outputs, Size
from robot_dl.detection.decoders.objectness import ObjectnessRows
from robot_dl.detection.params import DetectionParams


@dataclass(frozen=True)
class YoloV5(ObjectnessRows):
    """Decoder of decoded rows with objectness; see `Decoder`."""

    FAMILY: ClassVar[str] = 'yolov5'

    def decode(self, outputs: Outputs, params: DetectionParams, model_hw: Size) -> Detections:
        """Return the candidates above `params.score`; see `Decoder.decode`."""
        rows = self.rows(outputs)
        return self.found(rows[:, :4], rows[:, 4:], params.score)

    @staticmethod
    def example() -> dict[str, NDArray[np.float32]]:
        """Return two boxes around (20, 30) and (60, 40), 10 wide and 20 high."""
        table = np.zeros((1, 21, 5 + 3), np.float32)
        table[0, 3, :6] = [20, 30, 10, 20, 0.9, 0.95]
        table[0, 17, [0, 1, 2, 3, 4, 6]] = [60, 40, 10, 20, 0.95, 0.9]
        return {'output0': table}
