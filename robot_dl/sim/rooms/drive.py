"""A differential drive: from a velocity command to wheel speeds to forces on the base. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRAVITY = 9.81


@dataclass(frozen=True)
class DriveLimits:
    """What the drive can do. The defaults are those of a small indoor robot.

    Attributes:
        separation_m: Distance between the wheels.
        wheel_radius_m: Radius of the wheels.
        speed_mps: Greatest speed ahead or back.
        turn_radps: Greatest rate of turning.
        acceleration_mps2: Greatest change of the speed.
        turn_acceleration_radps2: Greatest change of the rate of turning.
        timeout_s: A command counts for so long; after it the base stops.
        friction: Of the wheels on the floor. A wheel that pushes harder slips.
    """

    separation_m: float = 0.30
    wheel_radius_m: float = 0.07
    speed_mps: float = 0.8
    turn_radps: float = 2.0
    acceleration_mps2: float = 1.5
    turn_acceleration_radps2: float = 5.0
    timeout_s: float = 0.5
    friction: float = 0.7


def _towards(now: float, goal: float, most: float) -> float:
    return now + min(max(goal - now, -most), most)


class Drive:
    """Follows the last command with its wheels, and pushes the base by their grip."""

    def __init__(self, limits: DriveLimits, mass_kg: float, stiffness: float = 360.0) -> None:
        """Stand still.

        Args:
            limits: What the drive can do.
            mass_kg: Mass of the base, which rests on the wheels.
            stiffness: Force of a wheel for each metre per second of slip, newtons.
        """
        self.limits, self._stiffness = limits, stiffness
        self._grip_n = limits.friction * mass_kg * GRAVITY / 2
        self._goal, self._heard_s = (0.0, 0.0), -np.inf
        self._set = [0.0, 0.0]

    def command(self, speed_mps: float, turn_radps: float, now_s: float) -> None:
        """Take a command; what is beyond the limits is cut down to them.

        Raises:
            ValueError: If a number is not finite; the last good command then runs out.
        """
        if not np.isfinite([speed_mps, turn_radps]).all():
            raise ValueError(
                f'cmd_vel: expected finite numbers, got {speed_mps} m/s and {turn_radps} rad/s'
            )
        most = self.limits
        speed = float(np.clip(speed_mps, -most.speed_mps, most.speed_mps))
        turn = float(np.clip(turn_radps, -most.turn_radps, most.turn_radps))
        self._goal, self._heard_s = (speed, turn), now_s

    def advance(self, now_s: float, dt_s: float) -> tuple[float, float]:
        """Let the motors run; return the speeds of the left and right rim, metres per second."""
        is_fresh = now_s - self._heard_s <= self.limits.timeout_s
        speed, turn = self._goal if is_fresh else (0.0, 0.0)
        self._set[0] = _towards(self._set[0], speed, self.limits.acceleration_mps2 * dt_s)
        most = self.limits.turn_acceleration_radps2 * dt_s
        self._set[1] = _towards(self._set[1], turn, most)
        return self.rims_mps

    @property
    def rims_mps(self) -> tuple[float, float]:
        """Speeds of the left and right rim, metres per second."""
        half = self._set[1] * self.limits.separation_m / 2
        return self._set[0] - half, self._set[0] + half

    def force(self, velocity_xyw: NDArray[np.float64], yaw: float) -> NDArray[np.float64]:
        """Return what the wheels do to the base.

        Each wheel pulls its part of the base towards the speed of its rim, and resists being
        moved sideways, both no harder than it grips.

        Args:
            velocity_xyw: The base's velocity [3] in the world: x, y (m/s), turning (rad/s).
            yaw: Where the base points, radians.

        Returns:
            Force along x and y (newtons), torque about z (newton metres) [3], in the world.
        """
        c, s, (vx, vy, turn) = math.cos(yaw), math.sin(yaw), velocity_xyw.tolist()
        ahead, sideways = c * vx + s * vy, c * vy - s * vx
        half, grip = self.limits.separation_m / 2, self._grip_n
        ground = ahead - turn * half, ahead + turn * half
        left, right = (
            min(max(self._stiffness * (rim - over), -grip), grip)
            for rim, over in zip(self.rims_mps, ground, strict=True)
        )
        across = min(max(-2 * self._stiffness * sideways, -2 * grip), 2 * grip)
        pull = left + right
        return np.array([c * pull - s * across, s * pull + c * across, (right - left) * half])
