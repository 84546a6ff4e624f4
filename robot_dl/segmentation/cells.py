"""Bilinear interpolation of several maps, only in the cells where it can decide something.

A pixel is a convex combination of the four corners of its cell. Where all corners agree which map
is the greatest, the pixel does, too; so only the cells on outlines are computed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.segmentation.sampling import Axis, Places

Floats = NDArray[np.float32]

MOST_VALUES = 300_000
"""Interpolated at once, so that they stay in the cache of a processor."""
FEW_PIXELS = 40_000
"""Of one map, so many are computed faster than it is found out which of them need it."""
FEW_CELLS = 100
"""So many are computed faster together than those of different sizes apart."""


@dataclass(frozen=True)
class Cells:
    """Values inside some cells of a grid.

    Attributes:
        pixels: Where in the covered part of the image they lie, row by row [Ky, Kx, B]; some
            pixels stand there several times, because cells differ in size.
        values: The values of each map there [C, Ky, Kx, B].
    """

    pixels: Places
    values: Floats


def greatest(maps: Floats) -> NDArray[Any]:
    """Return which of maps [C, ...] is greatest [...]; of equals, the first."""
    ids: NDArray[Any] = np.zeros(maps.shape[1:], np.uint8 if len(maps) <= 256 else np.uint16)
    best = maps[0]
    for number in range(1, len(maps)):
        np.copyto(ids, number, where=maps[number] > best)
        best = np.maximum(best, maps[number])
    return ids


def corners(grid: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Return the four corners of each cell of a grid [h, w], each [h - 1, w - 1] or more."""
    below = grid[1:] if len(grid) > 1 else grid
    above = grid[:-1] if len(grid) > 1 else grid
    right, left = (slice(1, None), slice(-1)) if grid.shape[1] > 1 else (slice(None),) * 2
    return above[:, left], above[:, right], below[:, left], below[:, right]


def spread(grid: NDArray[Any], rows: Axis, columns: Axis) -> NDArray[Any]:
    """Return for each covered pixel [n, m] the corner above and to the left of its cell."""
    return np.asarray(grid.take(columns.low, axis=1).take(rows.low, axis=0))


def differ(grid: NDArray[Any]) -> NDArray[np.bool_]:
    """Return the cells [h - 1, w - 1] whose corners in a grid [h, w] are not all equal."""
    a, b, c, d = corners(grid)
    return np.asarray((a != b) | (a != c) | (a != d))


def above(grid: Floats, threshold: float, rows: Axis, columns: Axis) -> NDArray[np.bool_]:
    """Tell where a map [h, w], resized bilinearly to the pixels [n, m], exceeds a threshold."""
    if len(rows.low) * len(columns.low) <= FEW_PIXELS:
        return resized(grid, rows, columns) > threshold
    coarse = grid > threshold
    inside = spread(coarse, rows, columns)
    for cells in interpolated(grid[None], differ(coarse), rows, columns):
        inside.reshape(-1)[cells.pixels] = cells.values[0] > threshold
    return inside


def resized(grid: Floats, rows: Axis, columns: Axis) -> Floats:
    """Return a map [h, w] resized bilinearly to the pixels [n, m]: what `interpolated` gives."""
    tall = _on_the_way(grid, rows.low, rows.part[:, None], 0)
    return _on_the_way(tall, columns.low, columns.part, 1)


def _on_the_way(grid: Floats, low: Places, part: Floats, axis: int) -> Floats:
    first = grid.take(low, axis=axis)
    values: Floats = grid.take(np.minimum(low + 1, grid.shape[axis] - 1), axis=axis)
    values -= first
    values *= part
    values += first
    return values


def interpolated(
    maps: Floats, chosen: NDArray[np.bool_], rows: Axis, columns: Axis
) -> Iterator[Cells]:
    """Interpolate in some cells.

    Args:
        maps: The maps [C, h, w].
        chosen: The cells [h - 1, w - 1].
        rows: The rows of the image that the maps cover.
        columns: Likewise its columns.

    Yields:
        The values, for so many cells at a time as fit into a cache.
    """
    (_, heights), (_, widths) = rows.begins, columns.begins
    i, j = np.nonzero(chosen & ((heights > 0)[:, None] & (widths > 0)))
    groups: list[Any] = [slice(None)]
    if len(i) > FEW_CELLS:
        # The outermost are larger by half, and all of a group take as much as its largest.
        last_i, last_j = chosen.shape[0] - 1, chosen.shape[1] - 1
        is_outer = (i == 0) | (i == last_i) | (j == 0) | (j == last_j)
        groups = [~is_outer, is_outer]
    for group in groups:
        if len(i[group]):
            yield from _inside(maps, i[group], j[group], rows, columns)


def _inside(maps: Floats, i: Places, j: Places, rows: Axis, columns: Axis) -> Iterator[Cells]:
    """Interpolate in cells [B] by their row and their column; see `interpolated`."""
    (tops, heights), (lefts, widths) = rows.begins, columns.begins
    high, wide = np.arange(heights[i].max())[:, None], np.arange(widths[j].max())[:, None]
    flat = maps.reshape(len(maps), -1)
    down = maps.shape[2] if maps.shape[1] > 1 else 0
    right = 1 if maps.shape[2] > 1 else 0
    step = max(1, MOST_VALUES // (len(maps) * high.size * wide.size))
    for begin in range(0, len(i), step):
        some = slice(begin, begin + step)
        y = tops[i[some]] + np.minimum(high, heights[i[some]] - 1)
        x = lefts[j[some]] + np.minimum(wide, widths[j[some]] - 1)
        corner = i[some] * maps.shape[2] + j[some]
        left, other = (
            _between(flat, corner + shift, corner + shift + down, rows.part[y])
            for shift in (0, right)
        )
        other -= left
        values = other[:, :, None] * columns.part[x]
        values += left[:, :, None]
        yield Cells(y[:, None] * len(columns.low) + x, values)


def _between(flat: Floats, one: Places, other: Places, part: Floats) -> Floats:
    """Return maps [C, N] between places [B] and [B], a part [K, B] of the way: [C, K, B]."""
    first = flat.take(one, axis=1)
    change = flat.take(other, axis=1)
    change -= first
    values = change[:, None] * part
    values += first[:, None]
    return values
