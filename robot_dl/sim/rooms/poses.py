"""Where the robot starts, and where things that move are at first: free places on the grid."""

from __future__ import annotations

import numpy as np

from robot_dl.sim.rooms.layout import CELL_M, Grid, shrunk
from robot_dl.sim.worlds.objects import Rng

START_ROOM_M = 0.3
"""Least distance between the robot's middle and anything at the start."""
_FAN_RAD = np.radians([-20.0, -8.0, 8.0, 20.0])


def free_point(rng: Rng, free: Grid, radius_m: float) -> tuple[float, float]:
    """Draw a place for the middle of a disc: x, y in metres.

    Raises:
        ValueError: If there is no such place.
    """
    places = np.argwhere(shrunk(free, radius_m))
    if not len(places):
        raise ValueError(f'nowhere on the floor is room for a disc of {radius_m:.2f} m')
    row, column = places[int(rng.integers(len(places)))]
    return (float(column) + 0.5) * CELL_M, (float(row) + 0.5) * CELL_M


def clear_ahead_m(free: Grid, x: float, y: float, yaw: float, far_m: float = 6.0) -> float:
    """Return how far a ray over the grid stays on free floor, at most `far_m` metres."""
    reach = np.arange(0.0, far_m, CELL_M / 2)
    columns = ((x + reach * np.cos(yaw)) / CELL_M).astype(int)
    rows = ((y + reach * np.sin(yaw)) / CELL_M).astype(int)
    inside = (rows >= 0) & (rows < free.shape[0]) & (columns >= 0) & (columns < free.shape[1])
    open_ = inside & free[np.where(inside, rows, 0), np.where(inside, columns, 0)]
    return float(reach[-1] if open_.all() else reach[int(np.argmin(open_))])


def start_pose(rng: Rng, free: Grid) -> tuple[float, float, float]:
    """Draw a start: x, y, yaw, from which the robot does not stare at a wall."""
    pose = (*free_point(rng, free, START_ROOM_M), float(rng.uniform(-np.pi, np.pi)))
    for _ in range(30):
        reach = [clear_ahead_m(free, pose[0], pose[1], pose[2] + turn) for turn in _FAN_RAD]
        if min(reach) > 0.6 and np.mean(reach) > 1.6:
            break
        pose = (*free_point(rng, free, START_ROOM_M), float(rng.uniform(-np.pi, np.pi)))
    return pose


def place_obstacle(
    rng: Rng, free: Grid, radius_m: float, robot_xy: tuple[float, float]
) -> tuple[float, float, float]:
    """Draw a pose for something that moves: not on the robot, and more often near it."""
    drawn = [free_point(rng, free, radius_m) for _ in range(12)]
    away = [float(np.hypot(x - robot_xy[0], y - robot_xy[1])) for x, y in drawn]
    good = [k for k, d in enumerate(away) if d > 1.3]
    good = sorted(good, key=lambda k: away[k]) if rng.random() < 0.5 else good
    x, y = drawn[good[0]] if good else drawn[int(np.argmax(away))]
    return x, y, float(rng.uniform(-np.pi, np.pi))
