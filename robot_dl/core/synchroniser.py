"""Bring messages of several topics together by their stamps. Time is data."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Generic, TypeVar

M = TypeVar('M')

# A stamp this far before the newest one is not late: a recording has begun anew.
JUMP_NS = 10**9
# So far a topic may lag behind the others. The messages that wait for it take memory meanwhile.
MOST_LAG_NS = 10**9
MOST_WAITING = 100


@dataclass(frozen=True, order=True)
class Stamped(Generic[M]):
    """A message and its stamp; ordered by the stamp."""

    stamp_ns: int
    message: M = field(compare=False)


@dataclass
class Queue(Generic[M]):
    """What has come on one topic since its last message was used."""

    waiting: list[Stamped[M]] = field(default_factory=list)
    newest_ns: int | None = None
    used_ns: int | None = None

    def forget(self, which: slice) -> int:
        """Drop some of those that wait, and return how many."""
        before = len(self.waiting)
        del self.waiting[which]
        return before - len(self.waiting)


Set = tuple[Stamped[M], ...]


class Synchroniser(Generic[M]):
    """Finds messages, one a topic, that belong to one moment.

    Messages with equal stamps belong together (as with the ExactTime policy of message_filters).
    Where there are none, those belong together whose stamps lie within `slop_ns` of each other
    (as with ApproximateTime): among several choices the closest, no message twice, and always
    in the order of time.

    A set is returned as soon as it is complete. Only while stamps have been equal so far, one
    with unequal stamps waits until no equal ones can come any more; so the loss of one message
    does not tie an image to the calibration of its neighbour.

    Attributes:
        unpaired: Messages of each topic that were given up so far, because nothing on another
            topic belonged to them, or because they came too late.
    """

    def __init__(self, topics: Sequence[str], slop_ns: int, depth: int = 10) -> None:
        """Begin with nothing.

        Args:
            topics: Their names, in the order of the sets.
            slop_ns: Greatest difference of two stamps in one set.
            depth: Messages kept of a topic while nothing at all has come on another; then the
                oldest goes. Afterwards what is a second older than the newest goes.
        """
        self.slop_ns = slop_ns
        self.unpaired = dict.fromkeys(topics, 0)
        self._depth = depth
        self._queues: dict[str, Queue[M]] = {topic: Queue() for topic in topics}
        self._exact_so_far = True

    def add(self, topic: str, stamp_ns: int, message: M) -> list[tuple[M, ...]]:
        """Take a message, and return the sets that are complete now: mostly none or one."""
        queue = self._queues[topic]
        if queue.newest_ns is not None and stamp_ns < queue.newest_ns - JUMP_NS:
            self.clear()
            queue = self._queues[topic]
        if queue.used_ns is not None and stamp_ns <= queue.used_ns:
            self.unpaired[topic] += 1
            return []
        insort(queue.waiting, Stamped(stamp_ns, message))
        queue.newest_ns = max(stamp_ns, queue.newest_ns or stamp_ns)
        self.unpaired[topic] += queue.forget(slice(0, self._first_kept(queue)))
        return [tuple(item.message for item in found) for found in self._complete()]

    def clear(self) -> None:
        """Forget everything that has come."""
        for topic, queue in self._queues.items():
            self.unpaired[topic] += len(queue.waiting)
        self._queues = {topic: Queue() for topic in self._queues}
        self._exact_so_far = True

    def why_apart(self) -> str:
        """Say which topic is missing or lags behind; empty if none does."""
        missing = [topic for topic, queue in self._queues.items() if queue.newest_ns is None]
        if missing:
            return f'nothing has come on {", ".join(missing)}'
        newest_ns = {topic: queue.newest_ns or 0 for topic, queue in self._queues.items()}
        last = min(newest_ns, key=lambda topic: newest_ns[topic])
        first = max(newest_ns, key=lambda topic: newest_ns[topic])
        lag_ns = newest_ns[first] - newest_ns[last]
        if lag_ns <= self.slop_ns:
            return ''
        lag_s, slop_s = lag_ns / 1e9, self.slop_ns / 1e9
        return f'{last} lags {lag_s:.3f} s behind {first}; sync_slop_s is {slop_s:g}'

    def _first_kept(self, queue: Queue[M]) -> int:
        """Return the index of the first message that may still be wanted."""
        if any(other.newest_ns is None for other in self._queues.values()):
            return max(0, len(queue.waiting) - self._depth)
        oldest_ns = (queue.newest_ns or 0) - MOST_LAG_NS
        first = bisect_left(queue.waiting, oldest_ns, key=_stamp_of)
        return max(first, len(queue.waiting) - MOST_WAITING)

    def _complete(self) -> Iterator[Set[M]]:
        while found := self._next():
            is_exact = not _span_ns(found)
            if not is_exact and self._exact_so_far and not self._is_settled(found):
                return
            self._exact_so_far = is_exact
            self._use(found)
            yield found

    def _next(self) -> Set[M] | None:
        """Return the closest of the earliest sets: those that compete for a message."""
        sets = list(self._sets())
        if not sets:
            return None
        earliest = min(sets, key=_last_ns)
        rivals = [s for s in sets if any(a is b for a, b in zip(s, earliest, strict=True))]
        return min(rivals, key=_span_ns)

    def _sets(self) -> Iterator[Set[M]]:
        """Yield every choice of one message a topic within the slop."""
        first, *others = (queue.waiting for queue in self._queues.values())
        for item in first:
            near = [self._near(item, waiting) for waiting in others]
            for rest in product(*near):
                if _span_ns((item, *rest)) <= self.slop_ns:
                    yield item, *rest

    def _near(self, item: Stamped[M], waiting: list[Stamped[M]]) -> list[Stamped[M]]:
        return [other for other in waiting if abs(other.stamp_ns - item.stamp_ns) <= self.slop_ns]

    def _is_settled(self, found: Set[M]) -> bool:
        """Tell whether every topic has passed the set, so that no equal stamps can come."""
        return all((queue.newest_ns or 0) >= _last_ns(found) for queue in self._queues.values())

    def _use(self, found: Set[M]) -> None:
        for (topic, queue), used in zip(self._queues.items(), found, strict=True):
            queue.used_ns = used.stamp_ns
            end = bisect_right(queue.waiting, used.stamp_ns, key=_stamp_of)
            self.unpaired[topic] += queue.forget(slice(0, end)) - 1


def _stamp_of(item: Stamped[Any]) -> int:
    return item.stamp_ns


def _span_ns(found: Sequence[Stamped[Any]]) -> int:
    stamps = [item.stamp_ns for item in found]
    return max(stamps) - min(stamps)


def _last_ns(found: Sequence[Stamped[Any]]) -> int:
    return max(item.stamp_ns for item in found)
