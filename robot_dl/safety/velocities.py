"""Keep velocities and efforts that are sent within limits."""

import numpy as np

from robot_dl.safety.braking import brakeable, known_acceleration
from robot_dl.safety.limits import FAR, Joints, Limits
from robot_dl.safety.step import ACCELERATION, EFFORT, POSITION, VELOCITY, Limiter, Step


class VelocityLimiter(Limiter):
    """Follows velocities within limits of speed and acceleration.

    Where the joints' range is known and where they are is told, it also brakes before an end of
    the range, and at the end lets through only what leads back. That comes first: a joint that
    somebody else has pushed over the end is stopped at once.
    """

    def __init__(self, limits: Limits, delay_s: float) -> None:
        """Rest; `delay_s` is the longest time until the next step."""
        self._low = np.nan_to_num(limits.position_low, nan=-FAR, posinf=FAR, neginf=-FAR)
        self._high = np.nan_to_num(limits.position_high, nan=FAR, posinf=FAR, neginf=-FAR)
        self.needs_place = bool((self._low > -FAR).any() or (self._high < FAR).any())
        self._speed, self._delay_s = limits.velocity, delay_s
        self._acceleration = known_acceleration(limits.acceleration)
        self._inverse = 1 / self._acceleration
        self.value = np.zeros_like(self._speed)
        self._least, self._most = -self._speed, self._speed

    def begin(self, positions: Joints, velocities: Joints | None) -> None:
        """Start from measured velocities [N] if there are some, else at rest."""
        measured = np.zeros_like(self._speed) if velocities is None else velocities
        known = np.nan_to_num(measured, nan=0.0)
        self.value = np.minimum(np.maximum(known, -self._speed), self._speed)

    def locate(self, positions: Joints) -> None:
        """Learn where the joints are [N]."""
        if not self.needs_place:
            return
        up, down = np.maximum(self._high - positions, 0), np.maximum(positions - self._low, 0)
        self._most = np.minimum(brakeable(up, self._delay_s, self._inverse), self._speed)
        self._least = np.maximum(-brakeable(down, self._delay_s, self._inverse), -self._speed)

    def step(self, target: Joints, dt_s: float) -> Step:
        """Go towards velocities [N] for a time."""
        change = self._acceleration * dt_s if dt_s > 0 else 0.0
        reached = np.minimum(np.maximum(target, self.value - change), self.value + change)
        self.value = value = np.minimum(np.maximum(reached, self._least), self._most)
        return Step(value, () if (value == target).all() else self._why(target, reached))

    def _why(self, target: Joints, reached: Joints) -> tuple[str, ...]:
        found = []
        if (np.abs(target) > self._speed).any():
            found.append(VELOCITY)
        elif (reached != target).any():
            found.append(ACCELERATION)
        if (self.value != np.minimum(np.maximum(reached, -self._speed), self._speed)).any():
            found.append(POSITION)
        return tuple(found)


class EffortLimiter(Limiter):
    """Lets efforts through up to a greatest one."""

    def __init__(self, limits: Limits) -> None:
        """Push nothing."""
        self._effort = limits.effort
        self.value = np.zeros_like(self._effort)

    def begin(self, positions: Joints, velocities: Joints | None) -> None:
        """Start without effort."""
        self.value = np.zeros_like(self._effort)

    def step(self, target: Joints, dt_s: float) -> Step:
        """Take efforts [N] at once: a rate is no limit of theirs."""
        self.value = value = np.minimum(np.maximum(target, -self._effort), self._effort)
        return Step(value, () if (value == target).all() else (EFFORT,))
