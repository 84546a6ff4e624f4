"""From an image to the objects in it."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.boxes import class_aware_nms
from robot_dl.core.detections import Detections
from robot_dl.core.fit import Fit
from robot_dl.detection.decoders import DECODERS, Decoder, Outputs
from robot_dl.detection.params import DetectionParams
from robot_dl.engine.task_model import TaskModel


@dataclass(frozen=True)
class Detector(TaskModel[Decoder, DetectionParams, Detections]):
    """Find objects in RGB images."""

    TASK: ClassVar[str] = 'detection'
    FAMILIES: ClassVar = DECODERS

    def answer(self, outputs: Outputs, fit: Fit, params: DetectionParams) -> Detections:
        """Return the objects that the outputs mean, boxes in pixels of the image, best first."""
        found = self.decoder.decode(outputs, params, fit.model_hw)
        self._check_known(found)
        found = self._of_wanted_classes(found, params)
        kept = self._distinct(found, params)
        best = found[kept]
        inside = replace(best, boxes_xyxy=fit.to_source(best.boxes_xyxy))
        return inside[_have_area(inside.boxes_xyxy)]

    def check_params(self, params: DetectionParams) -> None:
        """Refuse, by ParamError, classes that are no labels of the model."""
        self.label_ids(params.classes)

    def _check_known(self, found: Detections) -> None:
        """Refuse classes without a label: some graphs return numbers instead of scores."""
        highest = found.class_ids.max(initial=-1)
        if highest >= len(self.card.labels):
            raise ValueError(
                f'decoder {self.card.decoder}: the network gave class {highest}, but the card has '
                f'{len(self.card.labels)} labels, for 0 to {len(self.card.labels) - 1}; are some '
                'missing, or does it count from 1 (decoder_options: {first_label: 1})?'
            )

    def _of_wanted_classes(self, found: Detections, params: DetectionParams) -> Detections:
        if not params.classes:
            return found
        return found[np.isin(found.class_ids, self.label_ids(params.classes))]

    def _distinct(self, found: Detections, params: DetectionParams) -> NDArray[np.int64]:
        most = params.max_detections
        if not self.decoder.OVERLAPPING:
            return np.argsort(-found.scores, kind='stable')[:most]
        return class_aware_nms(found.boxes_xyxy, found.scores, found.class_ids, params.iou, most)


open_detector = Detector.open


def _have_area(boxes_xyxy: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which boxes [N, 4] show something: not those in the padding, nor inverted ones."""
    return np.asarray((boxes_xyxy[:, 2:] > boxes_xyxy[:, :2]).all(axis=1))
