"""All that moves on a floor: at first somewhere, then on its ways."""

from __future__ import annotations

from typing import Any

import numpy as np

from robot_dl.sim.rooms.furniture import Piece
from robot_dl.sim.rooms.layout import Grid, corners, stamp
from robot_dl.sim.rooms.model import ROBOT_RADIUS_M
from robot_dl.sim.rooms.odometry import Pose
from robot_dl.sim.rooms.poses import place_obstacle
from robot_dl.sim.rooms.walks import Walker, draw_walk
from robot_dl.sim.worlds.objects import Rng


def put(model: Any, state: Any, name: str, x: float, y: float, yaw: float) -> None:
    """Put a body that is moved by hand at a pose on the floor."""
    number = model.body(name).mocapid[0]
    state.mocap_pos[number] = [x, y, 0.0]
    state.mocap_quat[number] = [np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)]


class Crowd:
    """People, carts and other robots; they stop for the robot and for each other."""

    def __init__(self, model: Any, state: Any, pieces: list[Piece]) -> None:
        """Take the bodies `obstacle_0` and so on, one for each piece."""
        self._model, self._state, self._pieces = model, state, pieces
        self.walkers: list[Walker] = []

    def place(self, rng: Rng, ways: Rng, free: Grid, robot: Pose) -> None:
        """Draw where each is at first (from `rng`), and where it will go (from `ways`)."""
        still_free, self.walkers = free.copy(), []
        for piece in self._pieces:
            radius = float(np.hypot(*piece.half_xy))
            x, y, yaw = place_obstacle(rng, still_free, radius, (robot.x, robot.y))
            still_free &= ~stamp(free.shape, corners(piece.half_xy, x, y, yaw))
            self.walkers.append(Walker(draw_walk(ways, free, radius, (x, y)), radius, yaw))
        self._show()

    def advance(self, dt_s: float, robot: Pose) -> None:
        """Let all go on for a moment, but into nobody."""
        circles = [(w.x, w.y, w.radius_m) for w in self.walkers]
        circles.append((robot.x, robot.y, ROBOT_RADIUS_M))
        for number, walker in enumerate(self.walkers):
            walker.advance(dt_s, circles[:number] + circles[number + 1 :])
            circles[number] = walker.x, walker.y, walker.radius_m
        self._show()

    def _show(self) -> None:
        for number, walker in enumerate(self.walkers):
            name = f'obstacle_{number}'
            put(self._model, self._state, name, walker.x, walker.y, walker.yaw)
