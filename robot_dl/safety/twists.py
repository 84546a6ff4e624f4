"""Keep the velocity of a base that is sent within limits."""

import math

import numpy as np

from robot_dl.safety.limits import Joints, Limits
from robot_dl.safety.step import Limiter, Step

LINEAR_SPEED, LINEAR_ACCELERATION = 'linear_speed', 'linear_acceleration'
ANGULAR_SPEED, ANGULAR_ACCELERATION = 'angular_speed', 'angular_acceleration'

Planar = tuple[float, float]


class TwistLimiter(Limiter):
    """Follows a twist (x, y, yaw) within limits of speed and acceleration.

    Linear ones are of the length of (x, y), so that the direction stays: a base that drives
    sideways must not be faster on the diagonal.
    """

    def __init__(self, limits: Limits) -> None:
        """Rest."""
        self._speeds = limits.linear_speed, limits.angular_speed
        self._accelerations = (
            limits.linear_acceleration or math.inf,
            limits.angular_acceleration or math.inf,
        )
        self.value = np.zeros(3)

    def begin(self, positions: Joints, velocities: Joints | None) -> None:
        """Start at rest."""
        self.value = np.zeros(3)

    def step(self, target: Joints, dt_s: float) -> Step:
        """Go towards a twist [3] for a time."""
        x, y, yaw = (float(number) for number in target)
        now_x, now_y, now_yaw = (float(number) for number in self.value)
        linear = _Way((now_x, now_y), self._speeds[0], self._accelerations[0], dt_s)
        angular = _Way((now_yaw, 0.0), self._speeds[1], self._accelerations[1], dt_s)
        to_x, to_y = linear.towards((x, y), LINEAR_SPEED, LINEAR_ACCELERATION)
        to_yaw, _ = angular.towards((yaw, 0.0), ANGULAR_SPEED, ANGULAR_ACCELERATION)
        self.value = np.array([to_x, to_y, to_yaw])
        return Step(self.value, (*linear.clipped, *angular.clipped))

    def complaint(self, values: Joints, period_s: float, goes_on: bool) -> str:
        """Say that the diagonal of a twist [T, 3] is too fast; else empty."""
        speed = float(np.hypot(values[:, 0], values[:, 1]).max())
        if speed <= self._speeds[0]:
            return ''
        return f'{speed:.4g} m/s is beyond {self._speeds[0]:.4g}'


class _Way:
    """One step of a velocity in the plane."""

    def __init__(self, start: Planar, speed: float, acceleration: float, dt_s: float) -> None:
        self._start, self._speed = start, speed
        self._change = acceleration * dt_s if dt_s > 0 else 0.0
        self.clipped: tuple[str, ...] = ()

    def towards(self, target: Planar, speed_name: str, acceleration_name: str) -> Planar:
        """Return where the step leads, and remember what has shortened it."""
        length = math.hypot(*target)
        if length > self._speed:
            self.clipped = (speed_name,)
            target = target[0] * self._speed / length, target[1] * self._speed / length
        (x, y), (to_x, to_y) = self._start, target
        way = math.hypot(to_x - x, to_y - y)
        if way <= self._change:
            return target
        self.clipped = self.clipped or (acceleration_name,)
        part = self._change / way
        return x + part * (to_x - x), y + part * (to_y - y)
