"""Which tick a command answers. Commands have no stamp, so their content must tell.

In every tick the robot shows another position of one joint, and the network, like the echo,
sends that position back. The joint goes up by even steps and down by odd ones, so that two ticks
near the turning points do not look the same.
"""

import math
from array import array

STEP_RAD = 1e-6
"""Small enough that no limit of a robot is near, and far above what float32 rounds away."""
HALF = 1000
CYCLE = 2 * HALF
"""After so many ticks the positions repeat themselves."""
STEADY_TICKS, STEADY_SHARE = 100, 0.75
"""This share of so many ticks must be answered before any counts. While a gate blends in, no more
than half of what it sends looks like an answer by chance."""
TOLERANCE = 0.25
"""In steps. What is farther from every step has been changed on its way."""


def position_of(tick: int) -> float:
    """Return the position that the joint has in a tick, rad."""
    place = tick % CYCLE
    return STEP_RAD * (2 * place if place < HALF else 2 * (CYCLE - place) - 1)


def place_of(position: float) -> int | None:
    """Return which ticks of a cycle have this position; None if none has."""
    steps = position / STEP_RAD
    if not math.isfinite(steps) or abs(steps - round(steps)) > TOLERANCE:
        return None
    step = round(steps)
    place = CYCLE - (step + 1) // 2 if step % 2 else step // 2
    return place if 0 <= step < CYCLE else None


class Tally:
    """When each tick was sent, and when it was answered first. Times in seconds of one clock.

    Attributes:
        sent_s: When each tick was sent, in their order.
        answered_s: When the first answer to it came; NaN before.
        foreign: Commands that answer no tick.
        repeated: Commands that answer one again.
    """

    def __init__(self) -> None:
        """Begin with no tick."""
        self.sent_s, self.answered_s = array('d'), array('d')
        self.foreign = self.repeated = 0

    @property
    def next_position(self) -> float:
        """The position to be shown in the tick that comes next, rad."""
        return position_of(len(self.sent_s))

    @property
    def odd(self) -> tuple[int, int]:
        """How many commands have been foreign, and how many repeated."""
        return self.foreign, self.repeated

    def send(self, now_s: float) -> None:
        """Begin a tick."""
        self.sent_s.append(now_s)
        self.answered_s.append(math.nan)

    def come(self, position: float, now_s: float) -> None:
        """Note a command to the joint."""
        place = place_of(position)
        last = len(self.sent_s) - 1
        if place is None or place > last:
            self.foreign += 1
            return
        tick = last - (last - place) % CYCLE
        if math.isnan(self.answered_s[tick]):
            self.answered_s[tick] = now_s
        else:
            self.repeated += 1

    def is_steady(self) -> bool:
        """Say whether most of the latest ticks have been answered."""
        latest = self.answered_s[-STEADY_TICKS:]
        return sum(map(math.isfinite, latest)) >= STEADY_SHARE * STEADY_TICKS

    def latencies_ms(self, first: int) -> list[float | None]:
        """Return how long each tick's answer took; None where none came.

        Args:
            first: The first tick that counts. The last one does not: nothing came after it.
        """
        pairs = zip(self.sent_s[first:-1], self.answered_s[first:-1], strict=True)
        taken_ms = (1e3 * (came_s - sent_s) for sent_s, came_s in pairs)
        return [None if math.isnan(ms) else ms for ms in taken_ms]

    def periods_ms(self, first: int) -> list[float]:
        """Return the time from each tick that counts to the next one."""
        pairs = zip(self.sent_s[first:-1], self.sent_s[first + 1 :], strict=True)
        return [1e3 * (after_s - sent_s) for sent_s, after_s in pairs]
