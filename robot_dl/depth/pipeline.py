"""From an image to the distance of its pixels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.bad_images import ImageError
from robot_dl.core.dense import MapView, map_view
from robot_dl.core.fit import Fit
from robot_dl.core.pinhole import Pinhole
from robot_dl.core.resampling import Resampling
from robot_dl.depth.decoders import DECODERS, Decoder, Outputs
from robot_dl.depth.focal import focal_factor
from robot_dl.depth.params import IMAGE, DepthParams
from robot_dl.depth.types import DepthMap, Floats, Reading, RelativeDepth
from robot_dl.engine.task_model import TaskModel

Rgb = NDArray[np.uint8]

LEAST_M = float(np.finfo(np.float32).tiny)
"""Whoever reads a depth image takes 0 for "nothing was measured", as cameras write it."""


@dataclass(frozen=True)
class DepthEstimator(TaskModel[Decoder, DepthParams, DepthMap | RelativeDepth]):
    """Say how far away is what each pixel of an RGB image shows."""

    TASK: ClassVar[str] = 'depth'
    FAMILIES: ClassVar[Mapping[str, type[Decoder]]] = DECODERS

    @property
    def is_metric(self) -> bool:
        """Whether the model tells metres by itself."""
        return self.decoder.metric

    @property
    def needs_camera(self) -> bool:
        """Whether its metres depend on the camera."""
        return self.decoder.metric and self.decoder.focal_px > 0

    def __call__(
        self, image: Rgb, params: DepthParams, pinhole: Pinhole | None = None
    ) -> DepthMap | RelativeDepth:
        """Return the distances in `image` [H, W, 3] uint8; arguments and errors as `answer`."""
        tensor, fit = self.prepare(image)
        return self.answer(self.infer(tensor), fit, params, pinhole)

    def answer(
        self,
        outputs: Outputs,
        fit: Fit,
        params: DepthParams,
        pinhole: Pinhole | None = None,
    ) -> DepthMap | RelativeDepth:
        """Return what the outputs mean: metres of a metric model, else only what is nearer.

        Args:
            outputs: What the network returned.
            fit: Where the image lies in the network's input.
            params: The node's parameters; of what is not to be aligned.
            pinhole: The camera; only a model with a focal length on its card needs it.

        Raises:
            ValueError: If the outputs are not of the decoder's family, or damaged.
            ImageError: If the model needs the camera, and there is none.
        """
        reading = self.decoder.decode(outputs)
        confidence = self.decoder.confidence(outputs)
        if not self.is_metric:
            return self.relative(reading, fit, params, confidence)
        return self.metres(self.in_metres(reading, fit, pinhole), fit, params, confidence)

    def check_camera(self, pinhole: Pinhole | None, why: str = '') -> None:
        """Refuse to tell metres that depend on a camera that is not known.

        Args:
            pinhole: The camera, for the image.
            why: Why it is not known.

        Raises:
            ImageError: If the metres depend on it, and there is none.
        """
        if pinhole is None and self.needs_camera:
            raise ImageError(
                f'{self.card.name}: its metres hold for a focal length of '
                f'{self.decoder.focal_px:g} px of its input, so camera_info is needed'
                + f': {why}'
                * bool(why)
            )

    def in_metres(self, reading: Reading, fit: Fit, pinhole: Pinhole | None) -> Reading:
        """Return what a metric model has read, for this camera.

        Raises:
            ImageError: As `check_camera`.
        """
        self.check_camera(pinhole)
        if pinhole is None or not self.needs_camera:
            return reading
        return reading.farther(focal_factor(pinhole, fit, self.decoder.focal_px))

    def metres(
        self, reading: Reading, fit: Fit, params: DepthParams, confidence: Floats | None = None
    ) -> DepthMap:
        """Return the metres of the size that the parameters ask for.

        Args:
            reading: A map in metres, or in one over metres.
            fit: Where the image lies in the network's input.
            params: The node's parameters.
            confidence: Chance [h, w] that each cell is right; None if not known or not wanted.
        """
        view = map_view(fit, shape_of(reading.values))
        depth_m = metres_of(placed(reading.values, view, params), reading.is_inverse)
        sure = None if confidence is None else placed(confidence, view, params)
        known = _within(depth_m, max(params.min_depth_m, LEAST_M), params.max_depth_m)
        if sure is not None:
            known = known & (sure >= params.min_confidence)
            sure = np.where(known, sure, np.float32(0))
        if not known.all():
            depth_m[~known] = np.nan
        return DepthMap(depth_m, sure)

    def relative(
        self,
        reading: Reading,
        fit: Fit,
        params: DepthParams,
        confidence: Floats | None = None,
    ) -> RelativeDepth:
        """Return what is nearer, of the size that the parameters ask for; see `metres`."""
        view = map_view(fit, shape_of(reading.values))
        sure = None if confidence is None else placed(confidence, view, params)
        return RelativeDepth(placed(reading.nearness, view, params), sure)


def shape_of(values: Floats) -> tuple[int, int]:
    """Return the height and width of a map."""
    return values.shape[0], values.shape[1]


def placed(values: Floats, view: MapView, params: DepthParams) -> Floats:
    """Return a map's values at the pixels of the image, or its cells without the padding."""
    if params.output_size == IMAGE:
        return view.at_pixels(values)
    return np.ascontiguousarray(values[view.seen])


def resampling_of(view: MapView, params: DepthParams) -> Resampling | None:
    """Return how the image became the results' size; None if it did not change."""
    return None if params.output_size == IMAGE else view.resampling


def metres_of(values: Floats, is_inverse: bool) -> Floats:
    """Return metres, a new array; infinite or negative where one over the metres is not > 0."""
    if not is_inverse:
        return np.array(values, np.float32)
    with np.errstate(divide='ignore'):
        return np.asarray(1 / values, np.float32)


def _within(values: Floats, low: float, high: float) -> NDArray[np.bool_]:
    """Tell which values [H, W] are within the limits; NaN is not."""
    if low <= values.min() and values.max() <= high:
        return np.ones(values.shape, bool)
    return np.asarray((values >= low) & (values <= high))


open_depth = DepthEstimator.open
"""Open a depth model; see `TaskModel.open`."""
