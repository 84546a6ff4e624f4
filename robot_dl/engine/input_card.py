"""The part of a model card that says what the network expects of an image."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import FITS, Fit
from robot_dl.core.images import RESAMPLINGS, planes_from_pixels, visible
from robot_dl.engine.card_checks import CardError, numbers, one_of, text

COLORS = ('rgb', 'bgr')
LAYOUTS = ('nchw', 'nhwc')
DTYPES = ('float32', 'float16', 'uint8')


@dataclass(frozen=True)
class InputCard:
    """What the network expects of an image.

    Attributes:
        name: Name of the graph's input.
        size_hw: Height and width, in pixels.
        layout: Order of the axes: nchw or nhwc.
        color: Order of the channels: rgb or bgr.
        mean: Subtracted from each channel, in 0-255 units, in the order of `color`.
        std: Divides each channel after that, in 0-255 units.
        fit: How an image of another shape is brought to `size_hw`, one of `core.fit.FITS`.
        crop_fraction: Part of the image's shorter side that `center_crop` keeps.
        resampling: How a large image is made smaller, one of `core.images.RESAMPLINGS`.
        dtype: Element type of the tensor: float32, float16 or uint8 (pixels as they are).
    """

    name: str
    size_hw: tuple[int, int]
    layout: str = 'nchw'
    color: str = 'rgb'
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (255.0, 255.0, 255.0)
    fit: str = 'letterbox'
    crop_fraction: float = 1.0
    resampling: str = 'bilinear'
    dtype: str = 'float32'

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            CardError: If one does not fit; the message names it.
        """
        size_hw = numbers('input.size_hw', self.size_hw, 2, low=1)
        if any(n != int(n) or n > 16384 for n in size_hw):
            raise CardError(f'input.size_hw: expected whole pixels ≤ 16384, got {self.size_hw}')
        object.__setattr__(self, 'size_hw', tuple(int(n) for n in size_hw))
        object.__setattr__(self, 'mean', numbers('input.mean', self.mean, 3))
        object.__setattr__(self, 'std', numbers('input.std', self.std, 3, low=1e-6))
        text('input.name', self.name)
        one_of('input.layout', self.layout, LAYOUTS)
        one_of('input.color', self.color, COLORS)
        one_of('input.fit', self.fit, tuple(FITS))
        one_of('input.resampling', self.resampling, tuple(RESAMPLINGS))
        one_of('input.dtype', self.dtype, DTYPES)
        (fraction,) = numbers('input.crop_fraction', [self.crop_fraction], 1, low=0.1)
        if fraction > 1:
            raise CardError(f'input.crop_fraction: expected at most 1, got {fraction:g}')
        if self.dtype == 'uint8' and (any(self.mean) or any(n != 1 for n in self.std)):
            raise CardError(
                'input: uint8 pixels are not normalised; set mean: [0, 0, 0] and std: [1, 1, 1]'
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor: [1, 3, h, w] or [1, h, w, 3]."""
        return (1, 3, *self.size_hw) if self.layout == 'nchw' else (1, *self.size_hw, 3)

    def fit_of(self, source_hw: tuple[int, int]) -> Fit:
        """Return where an image of height and width `source_hw` lies in the tensor."""
        return FITS[self.fit](source_hw, self.size_hw, self.crop_fraction)

    def tensor(self, image: NDArray[np.uint8], fit: Fit) -> NDArray[Any]:
        """Return the tensor for an RGB image [H, W, 3] uint8 that lies in it as `fit` says."""
        tensor = planes_from_pixels(
            visible(image, fit, self.resampling),
            self.mean,
            self.std,
            swap=self.color == 'bgr',
            planar=self.layout == 'nchw',
            fit=fit,
            dtype=np.uint8 if self.dtype == 'uint8' else np.float32,
        )
        return tensor.astype(self.dtype, copy=False)
