"""Fit an image into a model's input, and undo it exactly."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.bad_images import ImageError

Size = tuple[int, int]

MOST_ENLARGED = 32
"""Of a picture longer than this times its width, almost nothing would be left by a crop."""


@dataclass(frozen=True)
class Fit:
    """Where an image lies in a model's input: scaled, then padded or cropped.

    The image's size on the model's side is a whole number of pixels, so the scales of x and y
    may differ by less than a pixel's worth; both are kept, and the inverse is exact.

    Attributes:
        source_hw: Height and width of the image, in pixels.
        model_hw: Height and width of the model's input, in pixels.
        inner_hw: Height and width of the scaled image, in pixels.
        offset_yx: Where its top left corner lies in the input, in pixels; negative if cropped.
    """

    source_hw: Size
    model_hw: Size
    inner_hw: Size
    offset_yx: Size

    def to_model(self, boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return boxes [N, 4] of the image in pixels of the model's input."""
        return np.asarray(boxes_xyxy * self._scale_xyxy() + self._offset_xyxy(), np.float32)

    def to_source(self, boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return boxes [N, 4] of the model's input in pixels of the image, clipped to it."""
        boxes = (boxes_xyxy - self._offset_xyxy()) / self._scale_xyxy()
        height, width = self.source_hw
        return np.asarray(np.clip(boxes, 0, [width, height, width, height]), np.float32)

    def _scale_xyxy(self) -> NDArray[np.float64]:
        y = self.inner_hw[0] / self.source_hw[0]
        x = self.inner_hw[1] / self.source_hw[1]
        return np.array([x, y, x, y])

    def _offset_xyxy(self) -> NDArray[np.float64]:
        y, x = self.offset_yx
        return np.array([x, y, x, y], np.float64)


def letterbox(source_hw: Size, model_hw: Size, crop_fraction: float = 1.0) -> Fit:
    """Return the largest fit that keeps the shape and all of the image, centred."""
    inner_hw = _scaled(source_hw, model_hw)
    return Fit(source_hw, model_hw, inner_hw, _centred(inner_hw, model_hw))


def letterbox_top_left(source_hw: Size, model_hw: Size, crop_fraction: float = 1.0) -> Fit:
    """Return the largest fit that keeps the shape, with padding to the right and below only."""
    return Fit(source_hw, model_hw, _scaled(source_hw, model_hw), (0, 0))


def stretch(source_hw: Size, model_hw: Size, crop_fraction: float = 1.0) -> Fit:
    """Return the fit that fills the input and gives up the shape."""
    return Fit(source_hw, model_hw, model_hw, (0, 0))


def center_crop(source_hw: Size, model_hw: Size, crop_fraction: float = 1.0) -> Fit:
    """Return the fit that keeps the shape and loses what does not fit in, centred.

    Args:
        source_hw: Height and width of the image, in pixels.
        model_hw: Height and width of the model's input, in pixels.
        crop_fraction: What is kept of the image where it is shortest: 0.875 is the "resize to
            256, crop 224" of ImageNet's evaluations.

    Raises:
        ImageError: If almost nothing of the image would be left.
    """
    wanted_hw = (round(model_hw[0] / crop_fraction), round(model_hw[1] / crop_fraction))
    inner_hw = _covering(source_hw, wanted_hw)
    if inner_hw[0] * inner_hw[1] > MOST_ENLARGED * wanted_hw[0] * wanted_hw[1]:
        raise ImageError(f'center_crop: an image of {source_hw} is too long for {model_hw}')
    return Fit(source_hw, model_hw, inner_hw, _centred(inner_hw, model_hw))


FITS: dict[str, Callable[[Size, Size, float], Fit]] = {
    'letterbox': letterbox,
    'letterbox_top_left': letterbox_top_left,
    'stretch': stretch,
    'center_crop': center_crop,
}
"""The ways in which an image of another shape is brought to the size of a model's input."""


def _scaled(source_hw: Size, model_hw: Size) -> Size:
    """Return the greatest size of the source's shape, to the nearest pixel, that fits in."""
    _check(source_hw, model_hw)
    scale = min(model_hw[0] / source_hw[0], model_hw[1] / source_hw[1])
    inner_h, inner_w = (max(1, round(n * scale)) for n in source_hw)
    return inner_h, inner_w


def _covering(source_hw: Size, wanted_hw: Size) -> Size:
    """Return the least size of the source's shape that covers the wanted one.

    The longer side is rounded down, as torchvision's and transformers' "resize the shorter side"
    do: one pixel more would shift the edges of the crop by half a pixel.
    """
    _check(source_hw, wanted_hw)
    (height, width), (h, w) = source_hw, wanted_hw
    if h * width >= w * height:
        return h, width * h // height
    return height * w // width, w


def _check(source_hw: Size, model_hw: Size) -> None:
    if min(*source_hw, *model_hw) < 1:
        raise ValueError(f'expected sizes ≥ 1 px, got {source_hw} and {model_hw}')


def _centred(inner_hw: Size, model_hw: Size) -> Size:
    # An odd number of pixels leaves the greater half to the right and below, of padding and of
    # what is cropped; rounding down would do that for padding only.
    y, x = (int((m - i) / 2) for m, i in zip(model_hw, inner_hw, strict=True))
    return y, x
