"""Notice when frames take longer than there is time for."""

from __future__ import annotations


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
