"""What a model wants now, and how far the robot has been blended into it."""

from dataclasses import dataclass

import numpy as np

from robot_dl.core.motion import Plan
from robot_dl.safety.limits import Joints

SECOND_NS = 1_000_000_000
# A decision that comes a little late is waited for: what would be sent just before it is stale.
LATE_PARTS, EARLY_PARTS = 1.5, 0.9


@dataclass(frozen=True)
class Wanted:
    """A plan that was let through.

    Attributes:
        plan: When its setpoints are due.
        values: They themselves [T, N], in the controller's order and within its range.
        interval_s: How soon the next command will follow, if all goes well.
        patience_s: When the last one is sent again because none has.
    """

    plan: Plan
    values: Joints
    interval_s: float
    patience_s: float

    @classmethod
    def of(cls, plan: Plan, values: Joints, publish_period_s: float) -> 'Wanted':
        """Return a plan that is sent as fast as its kind demands.

        Single actions follow each other; if that is as fast as commands are repeated, nothing
        need be sent in between. Setpoints of a chunk are sent by the timer, when they are due.
        """
        period_s = plan.period_ns / SECOND_NS
        if len(values) == 1 and 0 < period_s <= 1.1 * publish_period_s:
            return cls(plan, values, period_s, max(LATE_PARTS * period_s, publish_period_s))
        return cls(plan, values, publish_period_s, EARLY_PARTS * publish_period_s)

    def at(self, now_ns: int) -> Joints:
        """Return what is due [N]."""
        return np.asarray(self.values[self.plan.index_at(now_ns)])


class Blend:
    """The way from where the robot was to what is wanted.

    Attributes:
        share: The share of what is wanted: 0 at the beginning, 1 at the end.
    """

    def __init__(self, start: Joints, over_s: float) -> None:
        """Begin at `start` [N]; the way takes `over_s`."""
        self._start, self._over_s, self._passed_s = start, over_s, 0.0
        self.share = 0.0 if over_s > 0 else 1.0

    @property
    def is_over(self) -> bool:
        """Whether what is wanted is wanted alone."""
        return self.share >= 1.0

    def mix(self, wanted: Joints, dt_s: float) -> Joints:
        """Return where to go [N] after a further time."""
        if self.is_over:
            return wanted
        self._passed_s += dt_s
        self.share = share = min(self._passed_s / self._over_s, 1.0)
        return (1 - share) * self._start + share * wanted
