"""When there is an image to draw, and whether frames take longer than there is time for."""

from __future__ import annotations

import math

MOST_PERIODS_AT_ONCE = 15
"""A world that has been held up for longer goes on from where it was."""


class Beat:
    """Divides time into equal periods; with some of them comes an image.

    Attributes:
        period_s: Length of a period: an image's, or a whole part of it.
    """

    def __init__(self, rate_hz: float, state_hz: float, keeps_up: bool) -> None:
        """Divide the time of an image into as few periods as give `state_hz` of them.

        Args:
            rate_hz: Images a second.
            state_hz: Periods a second, at least.
            keeps_up: Make up for periods that were missed.
        """
        self._per_image = max(1, math.ceil(state_hz / rate_hz - 1e-9))
        self.period_s = 1 / (rate_hz * self._per_image)
        self._keeps_up, self._count, self._began_s = keeps_up, 0, math.nan

    def strike(self, now_s: float) -> tuple[int, bool]:
        """Take the time of a clock that never jumps.

        Returns:
            How many periods to go on by, 0 where it is too early, and whether an image is due.
        """
        if math.isnan(self._began_s):
            self._began_s = now_s - self.period_s
        due = 1
        if self._keeps_up:
            due = round((now_s - self._began_s) / self.period_s) - self._count
            if due > MOST_PERIODS_AT_ONCE:
                self._began_s += (due - MOST_PERIODS_AT_ONCE) * self.period_s
            due = min(max(due, 0), MOST_PERIODS_AT_ONCE)
        before, self._count = self._count, self._count + due
        return due, self._count // self._per_image > before // self._per_image


class Pace:
    """Watches how long each frame takes, against the period between frames."""

    def __init__(self, period_s: float, patience: int = 10) -> None:
        """Complain about the last of `patience` slow frames in a row, and each after it."""
        self._period_s, self._patience = period_s, patience
        self._slow = 0

    def complaint(self, took_s: float) -> str:
        """Take the duration of a frame; return what is wrong, or nothing."""
        self._slow = self._slow + 1 if took_s > self._period_s else 0
        if self._slow < self._patience:
            return ''
        return (
            f'a frame takes {took_s * 1e3:.0f} ms, too long for {1 / self._period_s:g} Hz; '
            'lower rate_hz, width or height'
        )
