"""Where the pixels of an image lie in a map that a network returned, and the reverse."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import Fit

Size = tuple[int, int]
Places = NDArray[np.intp]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Axis:
    """The pixels of an image that a map covers, along one axis.

    The centre of a pixel lies between two elements of the map, those of a cell; pixels beyond
    the first or the last element's centre take that element, as `cv2.resize` and torch do with
    half-pixel centres.

    Attributes:
        start: The first pixel.
        low: The element before each pixel's centre [n], rising.
        part: How far the centre lies on the way to the next element [n], 0 to 1.
        length: Number of elements.
    """

    start: int
    low: Places
    part: Floats
    length: int

    @property
    def stop(self) -> int:
        """The first pixel after the last."""
        return self.start + len(self.low)

    @property
    def nearest(self) -> Places:
        """The element whose part of the image holds each pixel's centre [n]."""
        return np.asarray(np.minimum(self.low + (self.part >= 0.5), self.length - 1))

    def begins(self) -> tuple[Places, Places]:
        """Return the place among the pixels where each cell begins, and how many it has."""
        edges = np.searchsorted(self.low, np.arange(max(self.length - 1, 1) + 1))
        return edges[:-1], np.diff(edges)

    def within(self, first: int, stop: int) -> 'Axis':
        """Return the part of the axis that lies in [first, stop) of the image."""
        first, stop = max(first, self.start), min(stop, self.stop)
        inside = slice(first - self.start, max(first, stop) - self.start)
        return replace(self, start=first, low=self.low[inside], part=self.part[inside])


@lru_cache(maxsize=16)
def axes(fit: Fit, map_hw: Size) -> tuple[Axis, Axis]:
    """Return the rows and the columns of the image that a map [h, w] of the whole input covers.

    Args:
        fit: Where the image lies in the network's input.
        map_hw: Height and width of the map.
    """
    rows, columns = (
        _axis(source, inner / source, offset, model, length)
        for source, inner, offset, model, length in zip(
            fit.source_hw, fit.inner_hw, fit.offset_yx, fit.model_hw, map_hw, strict=True
        )
    )
    return rows, columns


def _axis(source: int, scale: float, offset: float, model: int, length: int) -> Axis:
    """Return the pixels of `source` whose centre the input shows.

    Args:
        source: Pixels of the image.
        scale: Pixels of the input for one of the image.
        offset: Where the image begins in the input.
        model: Pixels of the input.
        length: Elements of the map, which covers all of the input.
    """
    centres = (np.arange(source) + 0.5) * scale + offset
    start, stop = np.searchsorted(centres, [0, model])
    return axis_at(centres[start:stop] * (length / model) - 0.5, int(start), length)


def axis_at(places: NDArray[np.floating[Any]], start: int, length: int) -> Axis:
    """Return an axis from the places [n] of its pixels, in elements; 0 is the first's centre."""
    places = np.clip(places, 0, length - 1)
    low = np.minimum(places.astype(np.intp), max(length - 2, 0))
    part = (places - low).astype(np.float32)
    for array in (low, part):
        array.flags.writeable = False
    return Axis(start, low, part, length)
