"""Whether inputs, decisions and heartbeats are fresh. Time is an argument: a steady clock's."""

from collections.abc import Mapping
from dataclasses import dataclass

NEVER_S = float('-inf')


@dataclass
class _Seen:
    """When an input was new for the last time, and what came since."""

    timeout_s: float
    stamp_ns: int | None = None
    new_s: float = NEVER_S
    repeats: int = 0


class Watch:
    """Watchdogs. They judge by when something came, never by what its stamp claims.

    A stamp only tells whether a message is new: a driver that hangs may repeat its last one for
    ever, at full rate.
    """

    def __init__(self, input_timeouts: Mapping[str, float], heartbeat_timeout_s: float) -> None:
        """Watch inputs by their names, and a heartbeat unless its time-out is 0."""
        self._inputs = {name: _Seen(timeout_s) for name, timeout_s in input_timeouts.items()}
        self._heartbeat = _Seen(heartbeat_timeout_s)

    def saw(self, name: str, stamp_ns: int | None, now_s: float) -> None:
        """Note a message of an input, if it is watched; one without a stamp is always new."""
        seen = self._inputs.get(name)
        if seen is None:
            return
        if stamp_ns is not None and stamp_ns == seen.stamp_ns:
            seen.repeats += 1
            return
        seen.stamp_ns, seen.new_s, seen.repeats = stamp_ns, now_s, 0

    def beat(self, now_s: float) -> None:
        """Note a heartbeat."""
        self._heartbeat.new_s = now_s

    def complaint(self, now_s: float, part: float = 1.0) -> str:
        """Say what is stale; empty if nothing is.

        Args:
            now_s: The time.
            part: The part of its time-out after which something counts as stale.
        """
        for name, seen in self._inputs.items():
            if now_s - seen.new_s > part * seen.timeout_s:
                return _stale(name, seen, now_s)
        heartbeat = self._heartbeat
        if heartbeat.timeout_s and now_s - heartbeat.new_s > part * heartbeat.timeout_s:
            return _stale('heartbeat', heartbeat, now_s)
        return ''


def _stale(name: str, seen: _Seen, now_s: float) -> str:
    if seen.new_s == NEVER_S:
        return f'{name} has never come'
    since = f'nothing new on {name} for {now_s - seen.new_s:.2f} s'
    if not seen.repeats:
        return since
    if not seen.stamp_ns:
        return f'{since}: its stamps are zero; whoever publishes must fill in header.stamp'
    return f'{since}: the same stamp came {seen.repeats + 1} times'
