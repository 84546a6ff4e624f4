"""Where the cells of a network's map lie in an image, and the map's values at its pixels, exactly.

Positions count from the outer edge of the first pixel or cell, so that pixel 0 reaches from 0 to
1 and has its centre at 0.5: in these coordinates a resize is a factor and nothing else.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import Fit, Size
from robot_dl.core.images import resize_values
from robot_dl.core.resampling import Resampling

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

ROUNDING = 1e-9
"""How far a place may be from an edge on which it lies but for rounding."""


@dataclass(frozen=True)
class AxisView:
    """One axis of a map over an image: a place at x of the image is at x · scale + shift of it.

    Attributes:
        scale: Cells per pixel.
        shift: Where the image begins, in cells; negative if the map shows only a part of it.
        cells: Length of the map.
        pixels: Length of the image.
    """

    scale: float
    shift: float
    cells: int
    pixels: int

    @property
    def seen(self) -> slice:
        """The cells whose centres lie in the image; the nearest one if there are none."""
        first = int(np.ceil(self.shift - 0.5 - ROUNDING))
        last = int(np.floor(self.shift + self.pixels * self.scale - 0.5 + ROUNDING))
        first = min(max(first, 0), self.cells - 1)
        return slice(first, max(first, min(last, self.cells - 1)) + 1)

    @property
    def covered(self) -> slice:
        """The pixels of the image whose centres lie in the map."""
        first = max(0, int(np.ceil(-self.shift / self.scale - 0.5 - ROUNDING)))
        last = int(np.floor((self.cells - self.shift) / self.scale - 0.5 + ROUNDING))
        return slice(first, min(last, self.pixels - 1) + 1)

    @property
    def is_whole(self) -> bool:
        """Whether the image begins and ends where cells do, so that it is a plain resize."""
        ends = self.shift, self.shift + self.pixels * self.scale
        inside = ends[0] >= -ROUNDING and ends[1] <= self.cells + ROUNDING
        return inside and all(abs(end - round(end)) < ROUNDING for end in ends)


@dataclass(frozen=True)
class MapView:
    """A map [h, w] over a network's input, and the image that lies in that input.

    Attributes:
        y: Its vertical axis.
        x: Its horizontal axis.
    """

    y: AxisView
    x: AxisView

    @property
    def seen(self) -> tuple[slice, slice]:
        """The cells [h, w] that show the image and not its padding."""
        return self.y.seen, self.x.seen

    @property
    def resampling(self) -> Resampling:
        """How the image became those cells."""
        rows, columns = self.seen
        return Resampling(
            scale_xy=(self.x.scale, self.y.scale),
            shift_xy=(self.x.shift - columns.start, self.y.shift - rows.start),
            size_hw=(rows.stop - rows.start, columns.stop - columns.start),
        )

    def at_pixels(self, values: Floats) -> Floats:
        """Return the values of a map [h, w] at the centres of the image's pixels [H, W].

        Between the centres of cells they are interpolated bilinearly, beyond the last centre
        they are those of that cell; cells of the padding have no say. Where the map does not
        reach, they are NaN. Agrees with `torch.nn.functional.interpolate(align_corners=False)`
        of the part without padding.

        Args:
            values: A map [h, w] float32 without NaN.
        """
        inner = values[self.seen]
        if self.y.is_whole and self.x.is_whole:
            return resize_values(inner, (self.y.pixels, self.x.pixels))
        wide = _along_x(inner, self.x)
        tall = _along_y(wide, self.y)
        return self._without_what_is_not_covered(tall)

    def shown_pixels(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the pixel of an image [H, W, 3] at the centre of each cell that is seen."""
        rows, columns = (_pixels_at(axis) for axis in (self.y, self.x))
        return image[rows[:, None], columns]

    def _without_what_is_not_covered(self, values: Floats) -> Floats:
        rows, columns = self.y.covered, self.x.covered
        values[: rows.start] = values[rows.stop :] = np.nan
        values[:, : columns.start] = values[:, columns.stop :] = np.nan
        return values


def map_view(fit: Fit, map_hw: Size) -> MapView:
    """Return how a map of the whole input lies over the image that `fit` has put there."""

    def axis(i: int) -> AxisView:
        stride = fit.model_hw[i] / map_hw[i]
        scale = fit.inner_hw[i] / fit.source_hw[i] / stride
        return AxisView(scale, fit.offset_yx[i] / stride, map_hw[i], fit.source_hw[i])

    return MapView(axis(0), axis(1))


def _along_x(values: Floats, axis: AxisView) -> Floats:
    if axis.is_whole:
        return resize_values(values, (len(values), axis.pixels))
    low, high, fraction = _neighbours(axis)
    left = np.take(values, low, axis=1)
    return left + (np.take(values, high, axis=1) - left) * fraction


def _along_y(values: Floats, axis: AxisView) -> Floats:
    if axis.is_whole:
        return resize_values(values, (axis.pixels, values.shape[1]))
    low, high, fraction = _neighbours(axis)
    top = values[low]
    return np.asarray(top + (values[high] - top) * fraction[:, None], np.float32)


def _pixels_at(axis: AxisView) -> Indices:
    """Return the pixels in which the centres of the seen cells lie."""
    cells = np.arange(axis.seen.start, axis.seen.stop)
    places = ((cells + 0.5 - axis.shift) / axis.scale).astype(np.int64)
    return np.clip(places, 0, axis.pixels - 1)


def _neighbours(axis: AxisView) -> tuple[Indices, Indices, Floats]:
    """Return, for each pixel, the seen cells on both sides of its centre and the way between."""
    count = axis.seen.stop - axis.seen.start
    places = (np.arange(axis.pixels) + 0.5) * axis.scale + axis.shift - 0.5 - axis.seen.start
    places = np.clip(places, 0, count - 1)
    low = np.minimum(places.astype(np.int64), max(0, count - 2))
    high = np.minimum(low + 1, count - 1)
    return low, high, (places - low).astype(np.float32)
