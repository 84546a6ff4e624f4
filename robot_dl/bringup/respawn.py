"""When a node that has ended is started again: soon, later each time, and not for ever."""

from dataclasses import dataclass, replace

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0
SETTLED_AFTER_S = 3.0
MOST_IN_A_ROW = 8


@dataclass(frozen=True)
class Respawn:
    """Memory of how a node's last runs ended.

    A run of `SETTLED_AFTER_S` counts as a good one and is followed by the shortest delay.

    Attributes:
        failures: Short runs in a row.
    """

    failures: int = 0

    def after(self, lasted_s: float) -> 'Respawn':
        """Return the memory after a run of `lasted_s` seconds."""
        return replace(self, failures=1 if lasted_s >= SETTLED_AFTER_S else self.failures + 1)

    @property
    def delay_s(self) -> float:
        """How long to wait before the next start, in seconds."""
        return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** max(0, self.failures - 1))

    @property
    def gives_up(self) -> bool:
        """Whether it has failed too often to go on."""
        return self.failures > MOST_IN_A_ROW
