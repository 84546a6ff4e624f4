"""The robot on the floor: it is driven, it bumps into things, it believes where it is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from robot_dl.sim.rooms.drive import Drive, DriveLimits
from robot_dl.sim.rooms.lidar import LidarSpec, Ranges, distances
from robot_dl.sim.rooms.model import ROBOT_MASS_KG
from robot_dl.sim.rooms.odometry import Motion, Odometry, Pose


class Robot:
    """A differential-drive base in a compiled floor."""

    lidar = LidarSpec()

    def __init__(self, model: Any, state: Any, start: Pose, seeds: tuple[int, int]) -> None:
        """Stand at the start.

        Args:
            model: The world.
            state: Its state; the base is moved.
            start: Where the robot is, in the map.
            seeds: The robot's, from which the errors of its wheels follow, and that of this run.
        """
        self._model, self._state = model, state
        self._drive = Drive(DriveLimits(), ROBOT_MASS_KG)
        wheels = np.random.default_rng([seeds[0], 14])
        creep = np.random.default_rng([*seeds, 15])
        self._odometry = Odometry(self._drive.limits.separation_m, wheels, creep)
        self.has_touched = False
        state.qpos[:3] = start.x, start.y, start.yaw

    def command(self, speed_mps: float, turn_radps: float) -> None:
        """Drive, until the next command or the time-out of `DriveLimits`.

        Raises:
            ValueError: If a number is not finite.
        """
        self._drive.command(speed_mps, turn_radps, float(self._state.time))

    def push(self, dt_s: float) -> None:
        """Let the wheels act on the base for the next step of physics."""
        rims = self._drive.advance(float(self._state.time), dt_s)
        yaw = float(self._state.qpos[2])
        self._state.qfrc_applied[:3] = self._drive.force(self._state.qvel[:3], yaw)
        self._odometry.roll(rims, dt_s)

    def feel(self) -> None:
        """Notice, after a step of physics, whether anything touches the robot."""
        self.has_touched = self.has_touched or self._state.ncon > 0

    @property
    def pose(self) -> Pose:
        """Where it really is, in the map."""
        x, y, yaw = self._state.qpos[:3]
        return Pose(float(x), float(y), float(yaw))

    @property
    def motion(self) -> Motion:
        """Where it really is in the map, and how it moves, in its own frame."""
        vx, vy, turn = self._state.qvel[:3].tolist()
        c, s = math.cos(self.pose.yaw), math.sin(self.pose.yaw)
        return Motion(self.pose, c * vx + s * vy, turn, np.zeros((3, 3)), c * vy - s * vx)

    @property
    def believed(self) -> Motion:
        """What its odometry says: the pose since the start, in the frame `odom`."""
        return self._odometry.motion

    @property
    def wheels_rad(self) -> tuple[float, float]:
        """How far the left and the right wheel have turned."""
        left, right = self._odometry.rolled_m / self._drive.limits.wheel_radius_m
        return float(left), float(right)

    @property
    def wheels_radps(self) -> tuple[float, float]:
        """How fast they turn."""
        left, right = self._drive.rims_mps
        radius = self._drive.limits.wheel_radius_m
        return left / radius, right / radius

    def scan(self, rng: np.random.Generator) -> Ranges:
        """Return the ranges [B] of the lidar, metres, REP-117; `rng` makes the noise."""
        pose = self.pose
        found = distances(self._model, self._state, (pose.x, pose.y, pose.yaw), self.lidar)
        return self.lidar.measured(found, rng)
