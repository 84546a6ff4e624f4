"""From an image to the objects in it."""

from dataclasses import dataclass, replace
from typing import ClassVar

from robot_dl.core.detections import Detections
from robot_dl.core.fit import Fit
from robot_dl.detection.decoders import DECODERS, Decoder, Outputs
from robot_dl.detection.params import DetectionParams
from robot_dl.engine.object_model import ObjectModel, have_area


@dataclass(frozen=True)
class Detector(ObjectModel[Decoder, DetectionParams, Detections]):
    """Find objects in RGB images."""

    TASK: ClassVar[str] = 'detection'
    FAMILIES: ClassVar = DECODERS

    def answer(self, outputs: Outputs, fit: Fit, params: DetectionParams) -> Detections:
        """Return the objects that the outputs mean, boxes in pixels of the image, best first."""
        found = self.decoder.decode(outputs, params, fit.model_hw)
        best = found[self.chosen(found, params)]
        inside = replace(best, boxes_xyxy=fit.to_source(best.boxes_xyxy))
        return inside[have_area(inside.boxes_xyxy)]


open_detector = Detector.open
