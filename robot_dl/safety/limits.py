"""What a robot may be told at most."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Joints = NDArray[np.float64]

# Farther than any joint goes: differences and roots of it stay finite, those of infinity do not.
FAR = 1e9


@dataclass(frozen=True)
class Limits:
    """Limits of joints [N], in the controller's order, and of a base.

    A limit that nobody gave is NaN for joints and 0 for a base. A limit that is known not to
    exist, such as the end of a continuous joint, is infinite.

    Attributes:
        position_low: Least positions [N], rad or m.
        position_high: Greatest positions [N].
        velocity: Greatest speeds [N], rad/s or m/s.
        acceleration: Greatest accelerations [N], rad/s² or m/s²; NaN does not limit.
        effort: Greatest efforts [N], Nm or N.
        linear_speed: Greatest speed of a base, m/s.
        linear_acceleration: Its greatest acceleration, m/s²; 0 does not limit.
        angular_speed: Greatest turning speed of a base, rad/s.
        angular_acceleration: Its greatest angular acceleration, rad/s²; 0 does not limit.
    """

    position_low: Joints
    position_high: Joints
    velocity: Joints
    acceleration: Joints
    effort: Joints
    linear_speed: float = 0.0
    linear_acceleration: float = 0.0
    angular_speed: float = 0.0
    angular_acceleration: float = 0.0

    @classmethod
    def of_joints(cls, count: int, **given: 'float | Joints') -> 'Limits':
        """Return limits of so many joints; each given as one number for all, or as [N]."""
        every: Any = {name: np.full(count, given.get(name, np.nan)) for name in PER_JOINT}
        return cls(**every)

    @classmethod
    def of_base(cls, **given: float) -> 'Limits':
        """Return limits of a base."""
        every: Any = {**{name: np.empty(0) for name in PER_JOINT}, **given}
        return cls(**every)

    def tighter(self, other: 'Limits') -> 'Limits':
        """Return the tighter of two limits each; one that nobody gave does not count."""
        lows = np.fmax(self.position_low, other.position_low)
        rest = [np.fmin(getattr(self, name), getattr(other, name)) for name in PER_JOINT[1:]]
        base = [_smaller(getattr(self, name), getattr(other, name)) for name in OF_BASE]
        return Limits(lows, *rest, *base)


def _smaller(first: float, second: float) -> float:
    given = [value for value in (first, second) if value]
    return min(given, default=0.0)


PER_JOINT = tuple(field.name for field in fields(Limits))[:5]
OF_BASE = tuple(field.name for field in fields(Limits))[5:]

NEEDED: Mapping[str, tuple[str, ...]] = {
    'position': ('position_low', 'position_high', 'velocity'),
    'velocity': ('velocity',),
    'effort': ('effort',),
    'twist': ('linear_speed', 'angular_speed'),
}
"""Limits without which nothing is commanded, for each kind of command."""
PARAMETERS: Mapping[str, str] = {
    'velocity': 'velocity_max',
    'acceleration': 'acceleration_max',
    'effort': 'effort_max',
    **{name: f'{name}_max' for name in OF_BASE},
}
"""Names of the parameters that set a limit, where they differ."""


def missing_limits(kind: str, names: tuple[str, ...], limits: Limits) -> str:
    """Say which limits a kind of command needs that nobody gave, and how to give them."""
    for limit in NEEDED[kind]:
        value = getattr(limits, limit)
        parameter = PARAMETERS.get(limit, limit)
        if limit in OF_BASE and not value > 0:
            return f'no limit {parameter} is given: set the parameter {parameter}'
        if limit not in OF_BASE and np.isnan(value).any():
            joint = names[int(np.isnan(value).argmax())]
            return (
                f'joint {joint} has no limit {parameter}: set the parameter {parameter}, '
                'or urdf to a file that gives it'
            )
    return ''


def contradiction(names: tuple[str, ...], limits: Limits) -> str:
    """Say which limits of joints leave no room at all; empty if none."""
    crossed = limits.position_low > limits.position_high
    if crossed.any():
        i = int(crossed.argmax())
        return (
            f'joint {names[i]}: position_low {limits.position_low[i]:g} is above '
            f'position_high {limits.position_high[i]:g}'
        )
    for limit in PER_JOINT[2:]:
        wrong = getattr(limits, limit) <= 0
        if wrong.any():
            i = int(wrong.argmax())
            return (
                f'joint {names[i]}: {PARAMETERS[limit]} must be greater than 0, '
                f'got {getattr(limits, limit)[i]:g}'
            )
    return ''
