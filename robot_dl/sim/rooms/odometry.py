"""Where a robot believes to be, from the turns of its wheels, with the errors that real ones have.

Two kinds of error. The wheels are not quite as large and as far apart as the robot believes: that
stays the same for a robot, and bends its paths. And they creep, skid and roll over joints: that
is a random walk. Wheels that spin before a wall make it believe in a way that it never went.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RADIUS_ERROR, SEPARATION_ERROR = 0.005, 0.01
"""Standard deviations of the relative errors of wheel radius and separation."""
CREEP_M = 0.004
"""Standard deviation of what one wheel creeps in a metre; it grows with the root of the way."""
STATED_CREEP_M = 0.02
"""What the stated covariance calls it: enough for the constant errors over some 15 m, too."""


@dataclass(frozen=True)
class Pose:
    """A pose on the floor: metres and radians, not wrapped."""

    x: float = 0.0
    y: float = 0.0
    yaw: float = 0.0

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The same as [4, 4]."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        return np.array([[c, -s, 0, self.x], [s, c, 0, self.y], [0, 0, 1, 0], [0, 0, 0, 1.0]])

    def moved(self, way_m: float, turn_rad: float) -> Pose:
        """Return the pose at the end of an arc: its length, and how far it turns left.

        Exact: the chord of the arc has the direction of its middle and the length
        way * sin(turn / 2) / (turn / 2).
        """
        half = turn_rad / 2
        chord = way_m * (math.sin(half) / half if half else 1.0)
        x, y = chord * math.cos(self.yaw + half), chord * math.sin(self.yaw + half)
        return Pose(self.x + x, self.y + y, self.yaw + turn_rad)


@dataclass(frozen=True)
class Motion:
    """A pose, how it changes, and how well it is known.

    Attributes:
        pose: The pose.
        speed_mps: Speed ahead.
        turn_radps: Rate of turning left.
        covariance: Of x, y, yaw [3, 3].
        sideways_mps: Speed to the left: zero but for a base that is pushed.
    """

    pose: Pose
    speed_mps: float
    turn_radps: float
    covariance: NDArray[np.float64]
    sideways_mps: float = 0.0


class Odometry:
    """Adds up what two wheels have rolled."""

    def __init__(
        self, separation_m: float, wheels: np.random.Generator, creep: np.random.Generator
    ) -> None:
        """Begin at the origin.

        Args:
            separation_m: What the robot believes of its wheels.
            wheels: Source of the errors that stay.
            creep: Source of the random walk.
        """
        self._separation_m = separation_m
        self._scale = 1 + RADIUS_ERROR * wheels.standard_normal(2)
        self._believed_m = separation_m * (1 + SEPARATION_ERROR * float(wheels.standard_normal()))
        self._rng = creep
        self._rims_mps = (0.0, 0.0)
        self._covariance = np.zeros((3, 3))
        self.pose = Pose()
        self.rolled_m = np.zeros(2)

    def roll(self, rims_mps: tuple[float, float], dt_s: float) -> None:
        """Take the speeds of the rims, left and right, over a moment."""
        ways = np.array(rims_mps) * dt_s
        self._rims_mps = rims_mps
        if not ways.any():
            return
        self.rolled_m = self.rolled_m + ways
        creep = CREEP_M * np.sqrt(np.abs(ways)) * self._rng.standard_normal(2)
        left, right = self._scale * ways + creep
        way, turn = float(left + right) / 2, float(right - left) / self._believed_m
        self._widen(way, turn, ways)
        self.pose = self.pose.moved(way, turn)

    def _widen(self, way: float, turn: float, ways: NDArray[np.float64]) -> None:
        """Carry the covariance along, to first order.

        Siegwart and Nourbakhsh, "Introduction to Autonomous Mobile Robots", section 5.2.4.
        """
        heading = self.pose.yaw + turn / 2
        c, s, b = math.cos(heading), math.sin(heading), self._believed_m
        by_pose = np.array([[1, 0, -way * s], [0, 1, way * c], [0, 0, 1]])
        bend = way / (2 * b)
        by_wheels = np.array(
            [
                [c / 2 + bend * s, c / 2 - bend * s],
                [s / 2 - bend * c, s / 2 + bend * c],
                [-1 / b, 1 / b],
            ]
        )
        creep = np.diag(STATED_CREEP_M**2 * np.abs(ways))
        self._covariance = by_pose @ self._covariance @ by_pose.T + by_wheels @ creep @ by_wheels.T

    @property
    def motion(self) -> Motion:
        """What the robot believes."""
        left, right = self._rims_mps
        turn = (right - left) / self._separation_m
        return Motion(self.pose, (left + right) / 2, turn, self._covariance)
