"""Where the pixels of an image lie in a map that a network returned, and the reverse."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.dense import AxisView, map_view
from robot_dl.core.fit import Fit, Size

Places = NDArray[np.intp]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Axis:
    """The pixels of an image that a map covers, along one axis.

    The centre of a pixel lies between two elements of the map, those of a cell; pixels beyond
    the first or the last element's centre take that element.

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

    @cached_property
    def begins(self) -> tuple[Places, Places]:
        """Return the place among the pixels where each cell begins, and how many it has."""
        edges = np.searchsorted(self.low, np.arange(max(self.length - 1, 1) + 1))
        return edges[:-1], np.diff(edges)

    def within(self, first: int, stop: int) -> 'Axis':
        """Return the part of the axis that lies in [first, stop) of the image."""
        first, stop = max(first, self.start), min(stop, self.stop)
        inside = slice(first - self.start, max(first, stop) - self.start)
        return replace(self, start=first, low=self.low[inside], part=self.part[inside])

    def around(self, elements: Places) -> 'Axis':
        """Return the pixels that some elements [k], rising, have a say in; those between, too."""
        if not len(elements):
            return self.within(0, 0)
        first = np.searchsorted(self.low, elements[0] - 1, 'left')
        stop = np.searchsorted(self.low, elements[-1], 'right')
        return self.within(self.start + int(first), self.start + int(stop))

    def cut(self) -> tuple[slice, 'Axis']:
        """Return the elements that the pixels lie between, and the axis over those alone."""
        if not len(self.low):
            return slice(0, 0), self
        first, last = int(self.low[0]), min(int(self.low[-1]) + 1, self.length - 1)
        return slice(first, last + 1), replace(self, low=self.low - first, length=last + 1 - first)


@lru_cache(maxsize=2)
def axes(fit: Fit, map_hw: Size) -> tuple[Axis, Axis]:
    """Return the rows and the columns of the image that a map [h, w] of the whole input covers.

    The rule is that of `core.dense.MapView`: what lies in the padding has no say.

    Args:
        fit: Where the image lies in the network's input.
        map_hw: Height and width of the map.
    """
    view = map_view(fit, map_hw)
    return _axis(view.y), _axis(view.x)


def _axis(view: AxisView) -> Axis:
    pixels = np.arange(view.pixels)[view.covered]
    places = (pixels + 0.5) * view.scale + view.shift - 0.5
    return axis_at(places, view.covered.start, view.cells, view.seen)


def axes_in_box(fit: Fit, box_xyxy: Floats, map_hw: Size) -> tuple[Axis, Axis]:
    """Return the rows and the columns of the image that a map with a margin around a box covers.

    Args:
        fit: Where the image lies in the network's input.
        box_xyxy: The box [4], in pixels of the input.
        map_hw: Height and width of the map, of which one element on each side is the margin.
    """
    left, top, right, bottom = (float(edge) for edge in box_xyxy)
    whole = map_view(fit, fit.model_hw)
    return _box_axis(whole.y, top, bottom, map_hw[0]), _box_axis(whole.x, left, right, map_hw[1])


def _box_axis(view: AxisView, low: float, high: float, length: int) -> Axis:
    centres = (np.arange(view.pixels) + 0.5) * view.scale + view.shift
    places = (centres - low) * ((length - 2) / (high - low)) + 0.5
    start, stop = np.searchsorted(places, [0, length - 1])
    return axis_at(places[start:stop], int(start), length, slice(0, length))


def axis_at(places: NDArray[Any], start: int, length: int, seen: slice) -> Axis:
    """Return an axis.

    Args:
        places: Where its pixels lie [n], in elements; 0 is the first's centre.
        start: The first of the pixels.
        length: Number of elements.
        seen: The elements that count.
    """
    first, last = seen.start, seen.stop - 1
    places = np.clip(places, first, last)
    # The last element begins no cell; it ends one.
    low = np.minimum(places.astype(np.intp), max(min(max(last - 1, first), length - 2), 0))
    part = (places - low).astype(np.float32)
    for array in (low, part):
        array.flags.writeable = False
    return Axis(start, low, part, length)
