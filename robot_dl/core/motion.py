"""What a robot shall do: one setpoint, and a plan of setpoints over time."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

KINDS = ('position', 'velocity', 'effort', 'twist')
TWIST_AXES = ('linear.x', 'linear.y', 'angular.z')

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Setpoint:
    """What to reach now: one number for each name.

    Attributes:
        kind: One of `KINDS`.
        names: The joints, or `TWIST_AXES` for a twist.
        values: [N] in the order of `names`: rad or m (position), rad/s or m/s (velocity), Nm or N
            (effort), m/s and rad/s in the base's own frame (twist).
    """

    kind: str
    names: tuple[str, ...]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """A decision: setpoints that are due one after another, from a stamp on.

    A plan is what somebody wants. Nothing in it has been checked, not even for NaN: refusing is
    the command gate's business, and only what it lets through is sent.

    Attributes:
        kind: One of `KINDS`.
        names: The joints, or `TWIST_AXES` for a twist.
        start_ns: When the first setpoint is due, on the clock of the stamps.
        period_ns: For how long each one is.
        values: [T, N], T ≥ 1, in the order of `names` and in the units of `Setpoint.values`.
    """

    kind: str
    names: tuple[str, ...]
    start_ns: int
    period_ns: int
    values: NDArray[np.float64]

    @classmethod
    def of(cls, setpoint: Setpoint, stamp_ns: int, period_ns: int) -> 'Plan':
        """Return the plan that one action is: a chunk of length 1."""
        values = setpoint.values[np.newaxis]
        return cls(setpoint.kind, setpoint.names, stamp_ns, period_ns, values)

    @property
    def end_ns(self) -> int:
        """When the last setpoint has had its time."""
        return self.start_ns + len(self.values) * self.period_ns

    def is_over(self, now_ns: int) -> bool:
        """Say whether the last setpoint has had its time."""
        return now_ns >= self.end_ns

    def at(self, now_ns: int) -> NDArray[np.float64]:
        """Return what is due at a time [N]: the first before the start, the last after the end."""
        return np.asarray(self.values[self.index_at(now_ns)])

    def index_at(self, now_ns: int) -> int:
        """Return the number of the setpoint that is due at a time."""
        due = (now_ns - self.start_ns) // self.period_ns if self.period_ns > 0 else 0
        return min(max(due, 0), len(self.values) - 1)

    def blended_from(self, old: 'Plan | None', over_ns: int) -> 'Plan':
        """Return this plan with its first part drawn towards the plan that it replaces.

        Two chunks that overlap rarely agree where one takes over from the other. The share of the
        new one grows linearly from the first setpoint on and is whole after `over_ns`.

        Args:
            old: What was being executed; without one, or with one that has been over
                for longer than the border takes, nothing changes.
            over_ns: How long the border takes.

        Raises:
            ValueError: The two are of another kind or for other names.
        """
        if old is None or over_ns <= 0 or self.start_ns >= old.end_ns + over_ns:
            return self
        if (old.kind, old.names) != (self.kind, self.names):
            raise ValueError(
                f'cannot blend a {self.kind} plan for {", ".join(self.names)} '
                f'with a {old.kind} plan for {", ".join(old.names)}'
            )
        passed = np.arange(len(self.values)) * self.period_ns
        before = np.stack([old.at(self.start_ns + int(one)) for one in passed])
        share = np.minimum((passed + self.period_ns) / over_ns, 1.0)[:, np.newaxis]
        return replace(self, values=(1 - share) * before + share * self.values)
