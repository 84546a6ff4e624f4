"""What became of the images of a camera: pure arithmetic on stamps and times, in nanoseconds."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

NEVER_NS = 2**63


class Answer(NamedTuple):
    """A result that came.

    Attributes:
        stamp_ns: Stamp in its header: that of its image.
        came_ns: System time at which it reached its subscriber.
    """

    stamp_ns: int
    came_ns: int


class Outage(NamedTuple):
    """The time between two stamps, both of which were answered, without a node.

    Attributes:
        after_ns: Stamp of the last image that the node answered before.
        until_ns: Stamp of the first image that it answered afterwards; `NEVER_NS` without one.
    """

    after_ns: int
    until_ns: int

    def covers(self, stamp_ns: int) -> bool:
        """Tell whether nobody was there for an image of that stamp."""
        return self.after_ns < stamp_ns < self.until_ns


@dataclass(frozen=True)
class Footage:
    """What was published and answered, by the namespace of the station.

    Attributes:
        since_ns: From then on, system time, every node had answered at least once: what was
            published before is start-up.
        published_ns: Stamps of all images.
        answers: All results.
    """

    since_ns: int
    published_ns: dict[str, list[int]]
    answers: dict[str, list[Answer]]


@dataclass(frozen=True)
class Account:
    """What became of the images that were owed an answer.

    Attributes:
        published: How many they are.
        answered: How many of them were answered.
        overtaken: Unanswered ones that a newer image replaced while the node worked on an older
            one, which is what a subscription of depth 1 is for.
        lost: The other unanswered ones. The node had nothing else to do.
        repeated: Answers to an image that had been answered.
        foreign: Answers to an image that nobody published.
        ages_ms: Time from the stamp of an image until its answer came, for each answered one.
    """

    published: int
    answered: int
    overtaken: int
    lost: int
    repeated: int
    foreign: int
    ages_ms: tuple[float, ...]

    @property
    def delivered(self) -> float:
        """Share of the images that were answered, 0 to 1; 1 when none was owed an answer."""
        return self.answered / self.published if self.published else 1.0


def account(
    published_ns: Sequence[int],
    answers: Sequence[Answer],
    since_ns: int = 0,
    outages: Collection[Outage] = (),
) -> Account:
    """Say what became of each image.

    Args:
        published_ns: Stamps of all images, ascending.
        answers: All results, in the order in which they came.
        since_ns: Images with earlier stamps are owed nothing: start-up.
        outages: Images with stamps in there are owed nothing either.
    """
    came_ns = _first_arrivals(answers)
    owed = [s for s in published_ns if s >= since_ns and not any(o.covers(s) for o in outages)]
    missing = [s for s in owed if s not in came_ns]
    overtaken = _overtaken(missing, published_ns, answers)
    return Account(
        published=len(owed),
        answered=len(owed) - len(missing),
        overtaken=overtaken,
        lost=len(missing) - overtaken,
        repeated=len(answers) - len(came_ns),
        foreign=len(came_ns.keys() - set(published_ns)),
        ages_ms=tuple((came_ns[s] - s) / 1e6 for s in owed if s in came_ns),
    )


def outage_of(dead_ns: int, answers: Iterable[Answer]) -> Outage:
    """Return the outage that the death of a node began; every stamp before belongs to the dead."""
    stamps_ns = sorted({a.stamp_ns for a in answers})
    first_after = bisect_left(stamps_ns, dead_ns)
    last = stamps_ns[first_after - 1] if first_after else 0
    return Outage(last, stamps_ns[first_after] if first_after < len(stamps_ns) else NEVER_NS)


def recovery_s(killed_ns: int, dead_ns: int, answers: Iterable[Answer]) -> float | None:
    """Return the time from the kill to the first answer that is not the dead node's.

    Args:
        killed_ns: When the kill was ordered.
        dead_ns: When the process was seen dead; an image with a later stamp is not its own.
        answers: All results of the node and of its successor.
    """
    came_ns = [a.came_ns for a in answers if a.stamp_ns >= dead_ns]
    return (min(came_ns) - killed_ns) / 1e9 if came_ns else None


def _first_arrivals(answers: Iterable[Answer]) -> dict[int, int]:
    came_ns: dict[int, int] = {}
    for answer in answers:
        came_ns.setdefault(answer.stamp_ns, answer.came_ns)
    return came_ns


def _overtaken(
    missing: Iterable[int], published_ns: Sequence[int], answers: Iterable[Answer]
) -> int:
    """Count images whose successor was published before the answer to their predecessor came."""
    by_stamp = sorted(answers)
    stamps_ns = [a.stamp_ns for a in by_stamp]
    count = 0
    for stamp_ns in missing:
        before, after = bisect_left(stamps_ns, stamp_ns), bisect_right(published_ns, stamp_ns)
        if before and after < len(published_ns):
            count += by_stamp[before - 1].came_ns >= published_ns[after]
    return count
