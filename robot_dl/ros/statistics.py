"""What happened to the images of a node. Time is an argument, in seconds of a steady clock."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

WINDOW_S = 5.0


@dataclass(frozen=True)
class Summary:
    """The last seconds of a node, and its totals.

    Attributes:
        rate_hz: Images answered per second.
        age_p50_ms: Median age of an image when its answer was published; NaN without answers.
        age_p95_ms: Its 95th percentile.
        inference_p50_ms: Median time in the network; NaN without answers.
        received: Images that reached the node since it started.
        processed: Images answered since then.
        lost: Images published for us that never reached the node, replaced by a newer one while
            the model was busy or lost on the way; None if the middleware does not number them, or
            numbered one at least such that its publisher cannot be told.
        errors: Images that raised an error.
        recent_errors: Those of the last seconds.
        last_error: Message of the last one.
        silent_s: Seconds since an image came, or since `listening` if none has.
    """

    rate_hz: float
    age_p50_ms: float
    age_p95_ms: float
    inference_p50_ms: float
    received: int
    processed: int
    lost: int | None
    errors: int
    recent_errors: int
    last_error: str
    silent_s: float


@dataclass(frozen=True)
class Answer:
    """When an image was answered, how old it was by then, and the network's part of it."""

    at_s: float
    age_ms: float
    inference_ms: float


class FrameStatistics:
    """Counts since the start, and the answers of the last `WINDOW_S` seconds."""

    def __init__(self, now_s: float) -> None:
        self._received = self._processed = self._errors = 0
        self._lost: int | None = None
        self._all_numbered = True
        self._last_error = ''
        self._last_image_s = self._listening_s = now_s
        self._answers: deque[Answer] = deque()
        self._error_times_s: deque[float] = deque()
        self._numbers: dict[Hashable, int] = {}
        self._inference_ms = float('nan')

    def listening(self, now_s: float) -> None:
        """Note that images are expected from now on; numbers missed before do not count."""
        self._last_image_s = self._listening_s = now_s
        self._numbers.clear()
        self._answers.clear()

    def receive(self, now_s: float, publisher: Hashable = None, number: int | None = None) -> None:
        """Note that an image has come.

        Args:
            now_s: When.
            publisher: Who sent it.
            number: The publisher's count of its messages; None if unknown, and then nobody
                can tell any more how many were lost in all.
        """
        self._received += 1
        self._last_image_s = now_s
        if number is None:
            self._all_numbered = False
            return
        gap = number - self._numbers.get(publisher, number - 1) - 1
        self._lost = (self._lost or 0) + max(0, gap)
        self._numbers[publisher] = number

    def infer(self, inference_ms: float) -> None:
        """Note how long the network took for the image being answered."""
        self._inference_ms = inference_ms

    def answer(self, now_s: float, age_ms: float) -> None:
        """Note that the answer to an image has been published."""
        self._processed += 1
        self._answers.append(Answer(now_s, age_ms, self._inference_ms))
        self._forget(now_s)

    def fail(self, now_s: float, reason: str) -> None:
        """Note that an image could not be answered."""
        self._errors += 1
        self._last_error = reason
        self._error_times_s.append(now_s)
        self._forget(now_s)

    def summary(self, now_s: float) -> Summary:
        """Return the state of affairs."""
        self._forget(now_s)
        ages_ms = [a.age_ms for a in self._answers]
        watched_s = min(WINDOW_S, max(1.0, now_s - self._listening_s))
        return Summary(
            rate_hz=len(self._answers) / watched_s,
            age_p50_ms=_percentile(ages_ms, 50),
            age_p95_ms=_percentile(ages_ms, 95),
            inference_p50_ms=_percentile([a.inference_ms for a in self._answers], 50),
            received=self._received,
            processed=self._processed,
            lost=self._lost if self._all_numbered else None,
            errors=self._errors,
            recent_errors=len(self._error_times_s),
            last_error=self._last_error,
            silent_s=now_s - self._last_image_s,
        )

    def _forget(self, now_s: float) -> None:
        while self._answers and self._answers[0].at_s < now_s - WINDOW_S:
            self._answers.popleft()
        while self._error_times_s and self._error_times_s[0] < now_s - WINDOW_S:
            self._error_times_s.popleft()


def _percentile(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else float('nan')
