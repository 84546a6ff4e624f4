"""When to decide: by the stamps of the leading input, and never by counting or by a clock."""

JUMP_NS = 10**9
"""A stamp so much older than the last one is not late: a simulation has begun anew. One so much
newer comes after a pause, and says nothing of how often there are some."""
SLOWER = 1.25
"""An input whose messages are so much further apart than decisions should be is too slow."""
SHARE = 0.1
"""How much the newest distance of two stamps counts in their average."""
SLACK = 1.2
"""So much longer than the time between two decisions `command_timeout_s` must be."""


def timeout_problem(period_ns: int, timeout_s: float) -> str:
    """Say that a watchdog would bite between two decisions; empty if it would not."""
    period_s = period_ns / 1e9
    if timeout_s >= SLACK * period_s:
        return ''
    return (
        f'command_timeout_s: the model decides every {period_s:g} s; expected at least '
        f'{SLACK * period_s:.2g}, got {timeout_s:g}'
    )


class Pace:
    """Tells at which stamps a decision is due."""

    def __init__(self, period_ns: int) -> None:
        """Begin with the next stamp.

        Args:
            period_ns: Time from one decision to the next.
        """
        self._period_ns = period_ns
        self._last_ns: int | None = None
        self._due_ns: int | None = None
        self._input_ns = 0.0

    def reset(self) -> None:
        """Begin anew: the next stamp is due."""
        self._due_ns = None

    def is_due(self, stamp_ns: int) -> bool:
        """Tell whether to decide at a stamp; ask once for each message.

        Decisions lie on a grid of the period, to within half the time between two messages: a
        sensor of 60 Hz serves a policy of 50 Hz fifty times a second. A stamp that repeats or is
        older is never due.
        """
        last_ns, self._last_ns = self._last_ns, stamp_ns
        step_ns = stamp_ns - last_ns if last_ns is not None else 0
        if last_ns is not None and step_ns <= 0:
            return self._after_jump(last_ns, stamp_ns)
        self._average(step_ns)
        if self._due_ns is None:
            self._due_ns = stamp_ns + self._period_ns
            return True
        if self._due_ns - stamp_ns > min(step_ns, self._period_ns) / 2:
            return False
        is_far = stamp_ns - self._due_ns > self._period_ns
        self._due_ns = (stamp_ns if is_far else self._due_ns) + self._period_ns
        return True

    def complaint(self) -> str:
        """Say that the input is slower than the policy; empty if it is not."""
        if self._input_ns <= SLOWER * self._period_ns:
            return ''
        return (
            f'its messages are {self._input_ns / 1e6:.0f} ms apart, and the policy has learned '
            f'to decide every {self._period_ns / 1e6:.0f} ms: it will behave differently'
        )

    def _average(self, step_ns: int) -> None:
        if 0 < step_ns < JUMP_NS:
            share = SHARE if self._input_ns else 1.0
            self._input_ns += share * (step_ns - self._input_ns)

    def _after_jump(self, last_ns: int, stamp_ns: int) -> bool:
        if last_ns - stamp_ns < JUMP_NS:
            self._last_ns = last_ns
            return False
        self._due_ns = stamp_ns + self._period_ns
        return True
