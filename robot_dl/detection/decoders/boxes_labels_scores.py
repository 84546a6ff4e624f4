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

from robot_dl.core.detections import Detections
from robot_dl.core.finished_boxes import FinishedBoxes
from robot_dl.core.outputs import Outputs, Size
from robot_dl.detection.params import DetectionParams


@dataclass(frozen=True)
class BoxesLabelsScores(FinishedBoxes):
    """Decoder of finished detections; see `Decoder`."""

    FAMILY: ClassVar[str] = 'boxes_labels_scores'

    def decode(self, outputs: Outputs, params: DetectionParams, model_hw: Size) -> Detections:
        """Return the candidates above `params.score`; see `Decoder.decode`."""
        return self.found(outputs, params.score, model_hw)[0]

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
