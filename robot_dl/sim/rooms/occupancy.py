"""The true map of a floor: where a robot would touch something."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.rooms.layout import Standing, corners
from robot_dl.sim.rooms.plan import HALF_WALL_M, Opening, Plan
from robot_dl.sim.worlds.objects import UPRIGHT, Part, Shape
from robot_dl.sim.worlds.placement import outline

TOUCHED_M = (0.01, 0.36)
"""Heights of a robot: a table top is above them, its legs are not."""
FREE, OCCUPIED = 0, 100
Leaf = tuple[float, float, float, float, float]
"""A door's leaf from above: x, y of its middle, its yaw, half its length and thickness."""


@dataclass(frozen=True)
class Occupancy:
    """A map.

    Attributes:
        cells: 0 free, 100 occupied [Y, X]; row 0 is at y = `origin_xy[1]`.
        resolution_m: Side of a cell.
        origin_xy: The corner of cell [0, 0] in the map frame, metres.
    """

    cells: NDArray[np.int8]
    resolution_m: float
    origin_xy: tuple[float, float] = (0.0, 0.0)

    def is_free(self, x: float, y: float) -> bool:
        """Tell whether a point of the map frame lies in a free cell."""
        column = int((x - self.origin_xy[0]) // self.resolution_m)
        row = int((y - self.origin_xy[1]) // self.resolution_m)
        inside = 0 <= row < self.cells.shape[0] and 0 <= column < self.cells.shape[1]
        return bool(inside and self.cells[row, column] == FREE)


def draw_map(
    plan: Plan, standing: list[Standing], leaves: list[Leaf], resolution_m: float
) -> Occupancy:
    """Draw the walls, what stands, and the doors as they are now. What moves is not in a map.

    Args:
        plan: The floor.
        standing: Its furniture.
        leaves: The doors' leaves.
        resolution_m: Side of a cell, metres.

    Raises:
        ValueError: If the resolution is not positive.
    """
    if not resolution_m > 0:
        raise ValueError(f'resolution_m: expected more than 0, got {resolution_m}')
    wide, deep = plan.size_m
    shape = int(np.ceil(deep / resolution_m)), int(np.ceil(wide / resolution_m))
    cells = np.full(shape, OCCUPIED, np.uint8)
    for cell in plan.cells:
        _clear(cells, cell.inside, resolution_m)
    for gap in plan.openings:
        if gap.kind != 'closed':
            _clear(cells, _doorway(gap), resolution_m)
    for thing in standing:
        for part in thing.piece.parts:
            hull = _hull(part, thing)
            if hull is not None:
                _fill(cells, hull, resolution_m, OCCUPIED)
    for x, y, yaw, length, thick in leaves:
        _fill(cells, corners((length, thick), x, y, yaw), resolution_m, OCCUPIED)
    return Occupancy(cells.astype(np.int8), resolution_m)


Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in metres."""


def _clear(cells: NDArray[np.uint8], box: Box, resolution_m: float) -> None:
    """Free the cells whose middle lies in a box."""
    x0, y0, x1, y1 = (int(np.ceil(v / resolution_m - 0.5)) for v in box)
    cells[max(y0, 0) : y1, max(x0, 0) : x1] = FREE


def _doorway(gap: Opening) -> Box:
    """Return what is open between the posts of a frame."""
    # Posts reach 2 cm into the opening.
    low, high = gap.middle - gap.width / 2 + 0.02, gap.middle + gap.width / 2 - 0.02
    near, far = gap.edge.at - 2 * HALF_WALL_M, gap.edge.at + 2 * HALF_WALL_M
    return (near, low, far, high) if gap.edge.axis == 0 else (low, near, high, far)


def _hull(part: Part, thing: Standing) -> NDArray[np.float64] | None:
    """Return a part's outline [K, 2] from above, or None if a robot passes below or over it."""
    points = outline(Shape((part,)), UPRIGHT)
    low, high = TOUCHED_M
    if points[:, 2].max() < low or points[:, 2].min() > high:
        return None
    c, s = np.cos(thing.yaw), np.sin(thing.yaw)
    turned = points[:, :2] @ np.array([[c, s], [-s, c]]) + [thing.x, thing.y]
    return np.asarray(cv2.convexHull(turned.astype(np.float32))[:, 0], np.float64)


def _fill(
    cells: NDArray[np.uint8], polygon: NDArray[np.float64], resolution_m: float, value: int
) -> None:
    """Set the cells in a convex polygon, and those that its outline meets."""
    # Sub-cell corners, by the 4 bits of fraction that OpenCV takes.
    at = np.rint((polygon / resolution_m - 0.5) * 16).astype(np.int32)
    cv2.fillConvexPoly(cells, at, value, shift=4)
