"""From an image to the objects in it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.boxes import class_aware_nms
from robot_dl.core.detections import Detections
from robot_dl.core.fit import Fit
from robot_dl.core.names import unknown_name
from robot_dl.core.params import ParamError
from robot_dl.detection.decoders import DECODERS, Decoder, Outputs
from robot_dl.detection.params import DetectionParams
from robot_dl.engine.card import ModelCard
from robot_dl.engine.engine import Engine
from robot_dl.engine.opening import open_model
from robot_dl.engine.request import Announce, silent

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Detector:
    """Find objects in RGB images."""

    engine: Engine
    card: ModelCard
    decoder: Decoder

    def __call__(self, image: Rgb, params: DetectionParams) -> Detections:
        """Return the objects in `image` [H, W, 3] uint8, boxes in its own pixels, best first."""
        tensor, fit = self.prepare(image)
        return self.find(self.infer(tensor), fit, params)

    def prepare(self, image: Rgb) -> tuple[NDArray[Any], Fit]:
        """Return the network's input for an image, and the fit that undoes the geometry."""
        return self.card.prepare(image)

    def infer(self, tensor: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run the network."""
        return self.engine({self.card.input.name: tensor})

    def find(self, outputs: Outputs, fit: Fit, params: DetectionParams) -> Detections:
        """Return the objects that the outputs mean, boxes in pixels of the image, best first."""
        found = self.decoder.decode(outputs, params, fit.model_hw)
        self._check_known(found)
        found = self._of_wanted_classes(found, params)
        kept = self._distinct(found, params)
        best = found[kept]
        inside = replace(best, boxes_xyxy=fit.to_source(best.boxes_xyxy))
        return inside[_have_area(inside.boxes_xyxy)]

    def check_classes(self, params: DetectionParams) -> None:
        """Check that every name in `params.classes` is a label of the model.

        Raises:
            ParamError: If one is not; the message names the nearest label.
        """
        for name in params.classes:
            if name not in self.card.labels:
                raise ParamError(f'classes: {unknown_name("label", name, self.card.labels)}')

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
        wanted = [self.card.labels.index(name) for name in params.classes]
        return found[np.isin(found.class_ids, wanted)]

    def _distinct(self, found: Detections, params: DetectionParams) -> NDArray[np.int64]:
        most = params.max_detections
        if not self.decoder.OVERLAPPING:
            return np.argsort(-found.scores, kind='stable')[:most]
        return class_aware_nms(found.boxes_xyxy, found.scores, found.class_ids, params.iou, most)


def _have_area(boxes_xyxy: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which boxes [N, 4] show something: not those in the padding, nor inverted ones."""
    return np.asarray((boxes_xyxy[:, 2:] > boxes_xyxy[:, :2]).all(axis=1))


def open_detector(
    model: str,
    device: str = 'auto',
    require_accelerator: bool = False,
    threads: int = 0,
    half: bool = False,
    announce: Announce = silent,
) -> Detector:
    """Open a detection model; arguments and errors are those of `engine.opening.open_model`."""
    opened = open_model(
        model, 'detection', DECODERS, device, require_accelerator, threads, half, announce
    )
    return Detector(opened.engine, opened.card, opened.decoder)
