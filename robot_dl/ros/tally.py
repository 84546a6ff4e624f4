"""How often a policy decided, and how long that took."""

import time
from collections import Counter, deque

import numpy as np

LONGEST = 1000


class Tally:
    """Counts decisions and what kept them from being made.

    One thread writes, another one reads.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.counts: Counter[str] = Counter()
        self._took_ms: deque[float] = deque(maxlen=LONGEST)
        self._decisions = self._told = 0
        self._told_s = time.monotonic()

    def add(self, took_s: float) -> None:
        """Count a decision."""
        self._decisions += 1
        self._took_ms.append(took_s * 1e3)

    def count(self, what: str) -> None:
        """Count something else."""
        self.counts[what] += 1

    def details(self) -> dict[str, str]:
        """Return what diagnostics tell; the rate is that since they were told last."""
        now_s = time.monotonic()
        rate_hz = (self._decisions - self._told) / max(now_s - self._told_s, 1e-9)
        self._told, self._told_s = self._decisions, now_s
        details = {'decisions': str(self._decisions), 'decision_rate_hz': f'{rate_hz:.1f}'}
        if took_ms := list(self._took_ms):
            p50, p99 = np.percentile(took_ms, [50, 99])
            details |= {'decision_ms_p50': f'{p50:.3f}', 'decision_ms_p99': f'{p99:.3f}'}
        return {**details, **{name: str(n) for name, n in sorted(self.counts.items())}}
