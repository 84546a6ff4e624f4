"""Which limiter keeps which kind of command, and what it holds against a decision."""

from collections.abc import Callable, Mapping

import numpy as np

from robot_dl.safety.config import GateConfig
from robot_dl.safety.limits import Joints, Limits
from robot_dl.safety.positions import PositionLimiter
from robot_dl.safety.step import EFFORT, POSITION, VELOCITY, Limiter
from robot_dl.safety.twists import TwistLimiter
from robot_dl.safety.velocities import EffortLimiter, VelocityLimiter

GAP_PERIODS = 2.5
"""A gap between two commands counts as no longer: what was not sent is not made up for."""


def longest_gap_s(config: GateConfig) -> float:
    """Return the longest time for which a single step of motion is computed."""
    return GAP_PERIODS * config.publish_period_s


_LIMITERS: Mapping[str, Callable[[GateConfig], Limiter]] = {
    'position': lambda config: PositionLimiter(config.names, config.limits),
    'velocity': lambda config: VelocityLimiter(config.limits, longest_gap_s(config)),
    'effort': lambda config: EffortLimiter(config.limits),
    'twist': lambda config: TwistLimiter(config.limits),
}


def limiter_for(config: GateConfig) -> Limiter:
    """Return the limiter for a kind of command."""
    return _LIMITERS[config.kind](config)


_BOUNDS: Mapping[str, tuple[str, Callable[[Limits], tuple[Joints, Joints]]]] = {
    'position': (POSITION, lambda limits: (limits.position_low, limits.position_high)),
    'velocity': (VELOCITY, lambda limits: (-limits.velocity, limits.velocity)),
    'effort': (EFFORT, lambda limits: (-limits.effort, limits.effort)),
    'twist': (VELOCITY, lambda limits: _planar(limits)),
}
"""Between what the values of each kind must lie, whatever came before, and what that is called."""


class Bounds:
    """The range in which each value of a decision must lie."""

    def __init__(self, config: GateConfig) -> None:
        """Know the range for a kind of command."""
        self.name, of = _BOUNDS[config.kind]
        self._low, self._high = of(config.limits)
        self._names = config.names

    def clip(self, values: Joints) -> Joints:
        """Return setpoints [T, N] in the range; the same array if they are."""
        clipped = np.minimum(np.maximum(values, self._low), self._high)
        return values if (clipped == values).all() else clipped

    def complaint(self, values: Joints) -> str:
        """Say which of setpoints [T, N] is out of the range, and by how much."""
        outside = (values < self._low) | (values > self._high)
        row, column = np.argwhere(outside)[0]
        value, low, high = values[row, column], self._low[column], self._high[column]
        return f'{self._names[column]}: {value:.4g} is not in [{low:.4g}, {high:.4g}]'


def _planar(limits: Limits) -> tuple[Joints, Joints]:
    most = np.array([limits.linear_speed, limits.linear_speed, limits.angular_speed])
    return -most, most
