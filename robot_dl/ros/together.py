"""Answer messages of several topics that belong to one moment."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from robot_dl.core.synchroniser import Synchroniser
from robot_dl.ros.answering import Answering
from robot_dl.ros.inputs import Deliver, Details
from robot_dl.ros.latency import Arrival

Came = tuple[Any, Arrival]
Due = Callable[[float, tuple[Any, ...]], bool]

UNPAIRED = 'unpaired'
MOST_HELD = 10
"""So many sets wait until they are due; if another one comes, the first is answered as it is."""


@dataclass(frozen=True)
class Held:
    """A set that is complete, and how it came."""

    messages: tuple[Any, ...]
    arrival: Arrival
    complete_s: float


def at_once(waited_s: float, messages: tuple[Any, ...]) -> bool:
    """Say that a set need not wait for anything else."""
    return True


class Together:
    """Collects messages until there is one of each topic, and has them answered."""

    def __init__(
        self,
        topics: Mapping[str, type],
        slop_s: float,
        callback: Callable[..., None],
        answering: Answering,
        is_due: Due = at_once,
    ) -> None:
        """Begin with nothing.

        Args:
            topics: Message type of each topic by its name, the leading one first.
            slop_s: Greatest difference of stamps that still belong together.
            callback: Called with one message of each topic, in their order.
            answering: Where messages and answers are counted.
            is_due: Tells of a set that has waited for so many seconds whether to answer it now.
                Sets are answered in their order; `look` asks again.
        """
        self._names = tuple(topics)
        self._synchroniser: Synchroniser[Came] = Synchroniser(self._names, round(slop_s * 1e9))
        self._callback, self._answering, self._is_due = callback, answering, is_due
        self._held: deque[Held] = deque()
        self._complete_s, self._counted = time.monotonic(), 0
        self._count_unpaired()

    def begin(self) -> None:
        """Forget what came before a pause."""
        self._synchroniser.clear()
        self._held.clear()
        self._complete_s = time.monotonic()

    def receiver(self, topic: str) -> Deliver:
        """Return what takes the messages of one topic."""

        def deliver(msg: Any, arrival: Arrival, details: Details) -> None:
            if topic == self._names[0]:
                self._answering.receive(topic, details)
            for came in self._synchroniser.add(topic, arrival.stamp_ns, (msg, arrival)):
                self._complete_s = time.monotonic()
                self._hold(came, arrival)
            self._count_unpaired()
            self.look()

        return deliver

    def look(self) -> None:
        """Answer the sets that are due."""
        while self._held and self._is_first_due():
            held = self._held.popleft()
            topics = ', '.join(self._names)
            respond = partial(self._callback, *held.messages)
            self._answering.answer(topics, _later(held), respond)

    def why_apart(self, now_s: float, timeout_s: float) -> str:
        """Say which topic lags if nothing has belonged together for a while; else nothing."""
        if now_s - self._complete_s <= timeout_s:
            return ''
        return self._synchroniser.why_apart()

    def _hold(self, came: tuple[Came, ...], last: Arrival) -> None:
        # The leading message has waited for the last one.
        arrival = replace(came[0][1], now_ns=last.now_ns, taken_ns=last.taken_ns)
        self._held.append(Held(tuple(msg for msg, _ in came), arrival, time.monotonic()))

    def _is_first_due(self) -> bool:
        held = self._held[0]
        waited_s = time.monotonic() - held.complete_s
        return len(self._held) > MOST_HELD or self._is_due(waited_s, held.messages)

    def _count_unpaired(self) -> None:
        """Count the leading messages that will never be answered."""
        unpaired = self._synchroniser.unpaired[self._names[0]]
        self._answering.frames.refuse(UNPAIRED, unpaired - self._counted)
        self._counted = unpaired


def _later(held: Held) -> Arrival:
    """Return the arrival of a set as if it had come only now, when it is taken up."""
    waited_ns = time.time_ns() - held.arrival.taken_ns
    arrival = held.arrival
    return replace(
        arrival, now_ns=arrival.now_ns + waited_ns, taken_ns=arrival.taken_ns + waited_ns
    )
