"""Counts commands that ask a joint for more than it can do."""

from __future__ import annotations

from collections import deque

import numpy as np

from robot_dl.sim.controllers.limits import JointLimits, column
from robot_dl.sim.controllers.splines import Array

SLOWEST_STREAM_S = 0.1
"""A gap between commands counts as no longer: what comes after a silence is a jump, not a ride."""
WINDOW_S, WINDOW_JITTERS = 0.04, 4
"""Over how long, at least, a velocity is measured to judge the acceleration."""
SLACK = 1e-6


class Breaches:
    """Judges a stream of commands of one kind.

    When a command was sent is known to within `jitter_s` only, so a command counts as a breach
    where no times that fit could make it a good one. A position is judged exactly; a velocity by
    a leaky bucket, so that what is a little too fast for long counts as well as a jump.
    """

    def __init__(self, limits: tuple[JointLimits, ...], kind: str, jitter_s: float) -> None:
        """Judge commands for joints.

        Args:
            limits: The joints, in the order of the commands.
            kind: 'position', 'velocity' or 'effort'.
            jitter_s: How far apart sending and arriving may drift between two commands, seconds.
        """
        self._kind, self.jitter_s, self.count, self.last = kind, jitter_s, 0, ''
        self._longest_s = SLOWEST_STREAM_S
        self._names = [one.name for one in limits]
        self._low, self._high = column(limits, 'low'), column(limits, 'high')
        self._velocity, self._acceleration, self._effort = (
            column(limits, name) for name in ('velocity', 'acceleration', 'effort')
        )
        self.forget()

    def forget(self) -> None:
        """Judge the next command without those before; what was counted stays."""
        self._past: deque[tuple[float, Array]] = deque()
        self._ahead = np.zeros(len(self._names))
        self._speeds: tuple[float, Array, Array] | None = None

    def start_from(self, values: Array, now_s: float) -> None:
        """Know where the joints are, and that they rest."""
        self.forget()
        self._past.append((now_s, np.array(values)))
        rest = np.zeros(len(values))
        self._speeds = now_s, rest, rest

    def cut(self, values: Array, now_s: float) -> None:
        """Know that joints should be at `values` [N] now, and that nothing else is to come."""
        while self._past and self._past[-1][0] > now_s + self.jitter_s:
            self._past.pop()
        if self._speeds is not None and self._speeds[0] > now_s:
            self._speeds = None
        if not self._past or self._past[-1][0] < now_s:
            rested_s = now_s - self._past[-1][0] if self._past else np.inf
            self._ahead = np.maximum(self._ahead - self._velocity * rested_s, 0.0)
            self._past.append((now_s, values))

    def saw_nonsense(self) -> None:
        """Count a command that is not even a number."""
        self.count, self.last = self.count + 1, 'not finite'

    def saw(self, values: Array, at_s: float, is_ride: bool = False) -> bool:
        """Judge a command; return whether it breaks a limit.

        Args:
            values: Its numbers [N].
            at_s: For when it is.
            is_ride: Whether the joints are on their way to it since the last one, however long
                that takes; otherwise they go when it comes.
        """
        self._longest_s = np.inf if is_ride else SLOWEST_STREAM_S
        found = _JUDGES[self._kind](self, values, at_s)
        for what, is_bad in found.items():
            if is_bad.any():
                self.last = f'{what} of {self._names[int(np.argmax(is_bad))]}'
                self.count += 1
                return True
        return False

    def _position(self, values: Array, at_s: float) -> dict[str, Array]:
        found = {'position': (values < self._low - SLACK) | (values > self._high + SLACK)}
        if self._past:
            before_s, before = self._past[-1]
            way = np.abs(values - before) - self._velocity * min(at_s - before_s, self._longest_s)
            found['velocity'] = self._is_ahead(way)
        found['acceleration'] = self._bends(values, at_s)
        self._past.append((at_s, values))
        return found

    def _is_ahead(self, way: Array) -> Array:
        """Add to how far joints are ahead of their greatest speed; return which are too far."""
        ahead = np.maximum(self._ahead + way, 0.0)
        is_bad = ahead > self._velocity * self.jitter_s + SLACK
        # What has been counted once does not count again with the next command.
        self._ahead = np.where(is_bad, 0.0, ahead)
        return is_bad

    def _bends(self, values: Array, at_s: float) -> Array:
        """Return which joints change their velocity faster than any fitting times allow."""
        none = np.zeros(len(values), bool)
        if not self._past:
            return none
        since_s, since = self._past[0]
        span_s = at_s - since_s
        if span_s < max(WINDOW_S, WINDOW_JITTERS * self.jitter_s):
            return none
        way = values - since
        ends = np.stack([way / (span_s + self.jitter_s), way / (span_s - self.jitter_s)])
        least, most = ends.min(0), ends.max(0)
        before, self._speeds = self._speeds, (at_s - span_s / 2, least, most)
        self._past.clear()
        if before is None or span_s > self._longest_s:
            return none
        gap = np.maximum(least - before[2], before[1] - most)
        return gap > self._acceleration * (self._speeds[0] - before[0] + self.jitter_s) + SLACK

    def _velocity_kind(self, values: Array, at_s: float) -> dict[str, Array]:
        found = {'velocity': np.abs(values) > self._velocity + SLACK}
        if self._past:
            before_s, before = self._past[-1]
            span_s = min(at_s - before_s, self._longest_s) + self.jitter_s
            most = self._acceleration * max(span_s, 0) + SLACK
            found['acceleration'] = np.abs(values - before) > most
        self._past = deque([(at_s, values)])
        return found

    def _effort_kind(self, values: Array, at_s: float) -> dict[str, Array]:
        return {'effort': np.abs(values) > self._effort + SLACK}


_JUDGES = {
    'position': Breaches._position,
    'velocity': Breaches._velocity_kind,
    'effort': Breaches._effort_kind,
}
