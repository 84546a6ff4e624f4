"""Keep positions that are sent within limits of position, velocity and acceleration."""

import numpy as np

from robot_dl.safety.braking import brakeable, known_acceleration
from robot_dl.safety.limits import FAR, Joints, Limits
from robot_dl.safety.step import ACCELERATION, VELOCITY, Limiter, Step

# Nearer than this is there: rounding must not keep a joint from ever arriving.
THERE = 1e-12
# So much may a velocity differ by rounding alone.
ROUNDING = 1e-8


class PositionLimiter(Limiter):
    """Follows a target as closely as the limits allow.

    What is sent obeys them at every step of whatever length: with v the last step over its time,
    |v| and its change over the time stay within their limits, and so does the way on which v can
    still be braked before an end of the range: v²/(2a) never exceeds it. Of a target that itself
    obeys the limits every value is sent as it is, without lag; one that jumps is approached on
    the fastest such way and without overshoot (relative to the target's own velocity).
    """

    def __init__(self, names: tuple[str, ...], limits: Limits) -> None:
        """Follow nothing yet; joints and their limits are in the order of the values."""
        self._names = names
        self._low = np.clip(limits.position_low, -FAR, FAR)
        self._high = np.clip(limits.position_high, -FAR, FAR)
        self._speed = limits.velocity
        self._acceleration = known_acceleration(limits.acceleration)
        self._inverse = 1 / self._acceleration
        bounds = (self._low, self._high, self._speed, self._acceleration, self._inverse)
        self._of_each = tuple(zip(*(bound.tolist() for bound in bounds), strict=True))
        self.begin(np.zeros_like(self._low), None)

    def begin(self, positions: Joints, velocities: Joints | None) -> None:
        """Start from measured positions [N], at rest."""
        self.value = np.clip(positions, self._low, self._high)
        self._velocity = np.zeros_like(self.value)
        self._target = self.value

    @property
    def rests(self) -> bool:
        """Whether the last step moved nothing."""
        return not self._velocity.any()

    def step(self, target: Joints, dt_s: float) -> Step:
        """Go towards a target [N] within the range, for a time."""
        if dt_s <= 0:
            return Step(self.value)
        if self._target is self.value and self._passes(target, dt_s):
            return Step(self.value)
        velocity = (target - self._target) / dt_s
        behind = self._target - self.value
        self._target = target
        wanted = velocity + np.copysign(self._brakeable(np.abs(behind), dt_s), behind)
        allowed = self._move(wanted, dt_s)
        # A target within the limits passes as it is, with every bit.
        close = np.abs(target - self.value) <= THERE
        self.value = np.where(close, target, self.value)
        if close.all():
            self._target = self.value  # arrived: what follows may pass
        return Step(self.value, _clipped(wanted, allowed, self._speed))

    def complaint(self, values: Joints, period_s: float, goes_on: bool) -> str:
        """Say that setpoints [T, N] demand more than the greatest speed; else empty."""
        if period_s <= 0:
            return ''
        first = values[:1] if not goes_on else self.value[np.newaxis]
        speeds = np.abs(np.diff(np.concatenate([first, values]), axis=0)).max(axis=0) / period_s
        worst = int((speeds / self._speed).argmax())
        if speeds[worst] <= self._speed[worst] * (1 + ROUNDING):
            return ''
        return (
            f'joint {self._names[worst]}: {speeds[worst]:.4g} per second is beyond '
            f'{self._speed[worst]:.4g}'
        )

    def halt(self, dt_s: float) -> Step:
        """Brake, and stay where that ends."""
        if dt_s > 0:
            self._move(np.zeros_like(self.value), dt_s)
            self._target = self.value
        return Step(self.value)

    def _passes(self, target: Joints, dt_s: float) -> bool:
        """Go to a target [N] at once, and say so, if no limit keeps a robot from it that follows.

        That is nearly always so, and then some thirty operations of NumPy are for nothing; a loop
        over a dozen joints in Python takes a sixth of their time.
        """
        wanted, velocities = target.tolist(), []
        before = zip(self.value.tolist(), self._velocity.tolist(), self._of_each, strict=True)
        for place, (value, last, bounds) in zip(wanted, before, strict=True):
            low, high, speed, acceleration, inverse = bounds
            velocity = (place - value) / dt_s
            rest = place + 0.5 * velocity * abs(velocity) * inverse
            is_smooth = abs(velocity - last) <= acceleration * dt_s
            if not (is_smooth and abs(velocity) <= speed and low <= rest <= high):
                return False
            velocities.append(velocity)
        self.value = self._target = target.copy()
        self._velocity = np.array(velocities)
        return True

    def _move(self, wanted: Joints, dt_s: float) -> Joints:
        """Move for a time at the velocity nearest to the wanted one; return that."""
        change = self._acceleration * dt_s
        up = self._brakeable(self._high - self.value, dt_s)
        down = self._brakeable(self.value - self._low, dt_s)
        most = np.minimum(np.minimum(self._velocity + change, self._speed), up)
        least = np.maximum(np.maximum(self._velocity - change, -self._speed), -down)
        self._velocity = velocity = np.minimum(np.maximum(wanted, least), most)
        moved = self.value + velocity * dt_s
        self.value = np.minimum(np.maximum(moved, self._low), self._high)
        return velocity

    def _brakeable(self, way: Joints, dt_s: float) -> Joints:
        return brakeable(way, dt_s, self._inverse)


def _clipped(wanted: Joints, allowed: Joints, speed: Joints) -> tuple[str, ...]:
    """Return what kept a step from being as wanted."""
    if np.abs(wanted - allowed).max() <= ROUNDING:
        return ()
    return (VELOCITY,) if (np.abs(wanted) > speed).any() else (ACCELERATION,)
