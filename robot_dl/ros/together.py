"""Answer messages of several topics that belong to one moment."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from robot_dl.core.synchroniser import Synchroniser
from robot_dl.ros.answering import Answering
from robot_dl.ros.inputs import Deliver, Details
from robot_dl.ros.latency import Arrival

Came = tuple[Any, Arrival]


class Together:
    """Collects messages until there is one of each topic, and has them answered."""

    def __init__(
        self,
        topics: Mapping[str, type],
        slop_s: float,
        callback: Callable[..., None],
        answering: Answering,
    ) -> None:
        """Begin with nothing.

        Args:
            topics: Message type of each topic by its name, the leading one first.
            slop_s: Greatest difference of stamps that still belong together.
            callback: Called with one message of each topic, in their order.
            answering: Where messages and answers are counted.
        """
        self._names = tuple(topics)
        self._synchroniser: Synchroniser[Came] = Synchroniser(self._names, round(slop_s * 1e9))
        self._callback, self._answering = callback, answering
        self._complete_s = time.monotonic()

    def begin(self) -> None:
        """Forget what came before a pause."""
        self._synchroniser.clear()
        self._complete_s = time.monotonic()

    def receiver(self, topic: str) -> Deliver:
        """Return what takes the messages of one topic."""

        def deliver(msg: Any, arrival: Arrival, details: Details) -> None:
            if topic == self._names[0]:
                self._answering.receive(topic, details)
            for came in self._synchroniser.add(topic, arrival.stamp_ns, (msg, arrival)):
                self._complete_s = time.monotonic()
                self._answer(came, arrival)

        return deliver

    def why_apart(self, now_s: float, timeout_s: float) -> str:
        """Say which topic lags if nothing has belonged together for a while; else nothing."""
        if now_s - self._complete_s <= timeout_s:
            return ''
        return self._synchroniser.why_apart()

    def _answer(self, came: tuple[Came, ...], last: Arrival) -> None:
        messages = [msg for msg, _ in came]
        leading = came[0][1]
        # The leading message has waited for the last one.
        arrival = replace(leading, now_ns=last.now_ns, taken_ns=last.taken_ns)
        topics = ', '.join(self._names)
        self._answering.answer(topics, arrival, lambda: self._callback(*messages))
