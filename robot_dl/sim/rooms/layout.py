"""Where furniture stands, so that the robot still gets everywhere. A grid decides."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.rooms.furniture import CORRIDOR_FURNITURE, FURNITURE, Piece
from robot_dl.sim.rooms.plan import HALF_WALL_M, Cell, Opening, Plan
from robot_dl.sim.worlds.objects import Rng

CELL_M = 0.05
"""Side of a grid cell."""
ROOM_TO_PASS_M = 0.32
"""Half the width that a path must have."""
Grid = NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """A piece at its place: kind, position in metres, yaw in radians."""

    kind: str
    piece: Piece
    x: float
    y: float
    yaw: float


def _span(low: float, high: float) -> slice:
    return slice(max(0, round(low / CELL_M)), max(0, round(high / CELL_M)))


def opening_box(gap: Opening, reach: float) -> tuple[float, float, float, float]:
    """Return x0, y0, x1, y1 of an opening, `reach` metres to both sides of its wall."""
    along = gap.middle - gap.width / 2, gap.middle + gap.width / 2
    across = gap.edge.at - reach, gap.edge.at + reach
    (x0, x1), (y0, y1) = (across, along) if gap.edge.axis == 0 else (along, across)
    return x0, y0, x1, y1


def free_floor(plan: Plan, with_doors: bool = False) -> Grid:
    """Return which grid cells [Y, X] are floor: inside the rooms, and in openings.

    Args:
        plan: The floor.
        with_doors: Count doors that may be shut as open, too.
    """
    wide, deep = plan.size_m
    free = np.zeros((int(np.ceil(deep / CELL_M)), int(np.ceil(wide / CELL_M))), bool)
    boxes = [cell.inside for cell in plan.cells]
    for gap in plan.openings:
        if gap.is_needed or (with_doors and gap.kind == 'door'):
            boxes.append(opening_box(gap, HALF_WALL_M + CELL_M))
    for x0, y0, x1, y1 in boxes:
        free[_span(y0, y1), _span(x0, x1)] = True
    return free


def corners(half_xy: tuple[float, float], x: float, y: float, yaw: float) -> NDArray[np.float64]:
    """Return the corners [4, 2] of a turned rectangle, metres."""
    c, s = np.cos(yaw), np.sin(yaw)
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.array(half_xy)
    return signs @ np.array([[c, s], [-s, c]]) + [x, y]


def stamp(shape: tuple[int, int], outline: NDArray[np.float64]) -> Grid:
    """Return which grid cells [Y, X] a convex outline [K, 2] in metres covers."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.rint(outline / CELL_M - 0.5).astype(np.int32), 1)
    return mask.astype(bool)


def shrunk(free: Grid, radius_m: float) -> Grid:
    """Return where the middle of a disc may be without touching what is not free."""
    padded = np.pad(free, 1).astype(np.uint8)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    return distance * CELL_M > radius_m


def is_connected(free: Grid, plan: Plan) -> bool:
    """Tell whether a disc gets from each needed opening, and each cell, to all others."""
    _, parts = cv2.connectedComponents(shrunk(free, ROOM_TO_PASS_M).astype(np.uint8))
    found = set()
    for gap in plan.openings:
        if gap.is_needed:
            x0, y0, x1, y1 = opening_box(gap, 0.0)
            found.add(int(parts[round((y0 + y1) / 2 / CELL_M), round((x0 + x1) / 2 / CELL_M)]))
    return len(found) == 1 and 0 not in found


def _propose(rng: Rng, cell: Cell) -> Standing:
    """Draw a piece and a place in a cell."""
    names = CORRIDOR_FURNITURE if cell.is_corridor else tuple(FURNITURE)
    kind = names[int(rng.integers(len(names)))]
    piece = FURNITURE[kind](rng)
    hx, hy = piece.half_xy
    x0, y0, x1, y1 = cell.inside
    if not piece.at_wall and not cell.is_corridor:
        yaw, r = float(rng.uniform(-np.pi, np.pi)), float(np.hypot(hx, hy)) + 0.05
        x, y = _draw(rng, x0 + r, x1 - r), _draw(rng, y0 + r, y1 - r)
        return Standing(kind, piece, x, y, yaw)
    # The back is -y: the wall below, right of, above and left of the cell, by quarter turns.
    side, gap = int(rng.integers(4)), hy + float(rng.uniform(0.01, 0.06))
    x = _draw(rng, x0 + hx + 0.05, x1 - hx - 0.05)
    y = _draw(rng, y0 + hx + 0.05, y1 - hx - 0.05)
    place = [(x, y0 + gap), (x1 - gap, y), (x, y1 - gap), (x0 + gap, y)][side]
    return Standing(kind, piece, *place, side * np.pi / 2)


def _draw(rng: Rng, low: float, high: float) -> float:
    return float(rng.uniform(low, high)) if high > low else (low + high) / 2


def furnish(rng: Rng, plan: Plan) -> list[Standing]:
    """Draw furniture for all cells; no piece shuts a way or stands where a door swings."""
    free = free_floor(plan)
    kept_clear = np.zeros_like(free)
    for gap in plan.openings:
        x0, y0, x1, y1 = opening_box(gap, 1.05)
        kept_clear[_span(y0 - 0.1, y1 + 0.1), _span(x0 - 0.1, x1 + 0.1)] = True
    found: list[Standing] = []
    for cell in plan.cells:
        x0, y0, x1, y1 = cell.inside
        density = 0.6 if cell.is_corridor else rng.uniform(0.8, 3.0)
        for _ in range(int(density * (x1 - x0) * (y1 - y0)) + 1):
            thing = _propose(rng, cell)
            mask = stamp(free.shape, corners(thing.piece.half_xy, thing.x, thing.y, thing.yaw))
            if (mask & (~free | kept_clear)).any() or not is_connected(free & ~mask, plan):
                continue
            free &= ~mask
            found.append(thing)
    return found
