"""The ways of what moves: to and fro along a line of points, and never into anybody."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.rooms.layout import CELL_M, Grid, shrunk
from robot_dl.sim.worlds.objects import Rng

SPEED_MPS = (0.25, 0.7)
TURN_RADPS = 2.5
KEEP_AWAY_M = 0.15
"""What is left free between a walker and the robot, or another walker."""
PATIENCE_S = 2.0
"""After so long before somebody in the way a walker turns back."""


@dataclass(frozen=True)
class Walk:
    """A line of points [K, 2] in metres, and the speed along it. One point: it stays there."""

    points: NDArray[np.float64]
    speed_mps: float

    @cached_property
    def _marks_m(self) -> list[float]:
        """How far along the line each point is [K]."""
        return [0.0, *np.cumsum(np.linalg.norm(np.diff(self.points, axis=0), axis=1)).tolist()]

    @property
    def length_m(self) -> float:
        """Length of the way from end to end."""
        return self._marks_m[-1]

    def at(self, way_m: float) -> tuple[float, float, float]:
        """Return x, y and the direction of the line `way_m` metres from its beginning."""
        marks = self._marks_m
        k = min(max(bisect_right(marks, way_m) - 1, 0), len(marks) - 2)
        (x0, y0), (x1, y1) = self.points[k : k + 2].tolist()
        part = min(max((way_m - marks[k]) / (marks[k + 1] - marks[k]), 0.0), 1.0)
        return x0 + part * (x1 - x0), y0 + part * (y1 - y0), math.atan2(y1 - y0, x1 - x0)


def draw_walk(rng: Rng, free: Grid, radius_m: float, start_xy: tuple[float, float]) -> Walk:
    """Draw a way over free floor for a disc: up to four straight lines from its start."""
    room = shrunk(free, radius_m)
    places = (np.argwhere(room)[:, ::-1] + 0.5) * CELL_M
    points = [np.array(start_xy)]
    for _ in range(40 if len(places) else 0):
        drawn = places[int(rng.integers(len(places)))]
        if 0.7 < np.linalg.norm(drawn - points[-1]) < 5.0 and _is_free(room, points[-1], drawn):
            points.append(drawn)
        if len(points) > 4:
            break
    return Walk(np.array(points), float(rng.uniform(*SPEED_MPS)))


def _is_free(room: Grid, start: NDArray[np.float64], end: NDArray[np.float64]) -> bool:
    """Tell whether a straight line stays where there is room; its start may lie outside."""
    count = 2 + int(2 * np.linalg.norm(end - start) / CELL_M)
    cells = (np.linspace(start, end, count)[1:] / CELL_M).astype(int)
    return bool(room[cells[:, 1], cells[:, 0]].all())


def _turned(yaw: float, goal: float, most: float) -> float:
    """Return `yaw` turned the shorter way towards `goal` by at most `most` radians."""
    gap = (goal - yaw + math.pi) % (2 * math.pi) - math.pi
    return yaw + min(max(gap, -most), most)


class Walker:
    """Something on its walk."""

    def __init__(self, walk: Walk, radius_m: float, yaw: float) -> None:
        """Stand at the beginning of a walk; `radius_m` is that of a circle around it."""
        self._walk, self.radius_m = walk, radius_m
        self._way_m, self._sense, self._waited_s = 0.0, 1, 0.0
        self.x, self.y, self.yaw = float(walk.points[0, 0]), float(walk.points[0, 1]), yaw

    def advance(self, dt_s: float, others: list[tuple[float, float, float]]) -> None:
        """Go on for a moment, or wait.

        Args:
            dt_s: How long, seconds.
            others: Circles that it stays out of: x, y, radius in metres.
        """
        if len(self._walk.points) < 2:
            return
        way = self._way_m + self._sense * self._walk.speed_mps * dt_s
        way = min(max(way, 0.0), self._walk.length_m)
        x, y, along = self._walk.at(way)
        goal = along if self._sense > 0 else along + math.pi
        self.yaw = _turned(self.yaw, goal, TURN_RADPS * dt_s)
        if any(self._is_nearing(x, y, other) for other in others):
            self._wait(dt_s)
        elif abs(_turned(0.0, goal - self.yaw, math.pi)) < 0.6:
            self._way_m, self.x, self.y, self._waited_s = way, x, y, 0.0
            if way in (0.0, self._walk.length_m):
                self._sense = -1 if way > 0 else 1

    def _is_nearing(self, x: float, y: float, other: tuple[float, float, float]) -> bool:
        """Tell whether x, y is too close to another one, and closer than now."""
        gap = math.hypot(x - other[0], y - other[1])
        now = math.hypot(self.x - other[0], self.y - other[1])
        return gap < self.radius_m + other[2] + KEEP_AWAY_M and gap < now

    def _wait(self, dt_s: float) -> None:
        self._waited_s += dt_s
        if self._waited_s > PATIENCE_S:
            self._sense, self._waited_s = -self._sense, 0.0
