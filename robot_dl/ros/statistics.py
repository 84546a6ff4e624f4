"""What happened to the images of a node. Time is an argument, in seconds of a steady clock."""

import math
from collections import Counter, deque
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from robot_dl.core.admission import REFUSALS
from robot_dl.ros.latency import STAGES

WINDOW_S = 5.0
NAN = float('nan')

Percentiles = tuple[float, float]


@dataclass(frozen=True)
class Summary:
    """The last seconds of a node, and its totals.

    Attributes:
        rate_hz: Images answered per second.
        age_ms: Median and 95th percentile of the age of an image when its answer was
            published; NaN without answers.
        stages_ms: The same of each part of the age, by the names of `latency.STAGES`.
        received: Images that reached the node since it started.
        processed: Images answered since then.
        lost: Images published for us that never reached the node, replaced by a newer one while
            the model was busy or lost on the way; None if the middleware does not number them, or
            numbered one at least such that its publisher cannot be told.
        refused: Images that reached the node but were not looked at, by reason.
        errors: Exceptions since then, also those that no image raised.
        recent_errors: Those of the last seconds.
        last_error: Message of the last one.
    """

    rate_hz: float
    age_ms: Percentiles
    stages_ms: Mapping[str, Percentiles]
    received: int
    processed: int
    lost: int | None
    refused: Mapping[str, int]
    errors: int
    recent_errors: int
    last_error: str


@dataclass(frozen=True)
class Answer:
    """When an image was answered, how old it was by then, and where that time went."""

    at_s: float
    age_ms: float
    stages_ms: Mapping[str, float]


class FrameStatistics:
    """Counts since the start, and the answers of the last `WINDOW_S` seconds.

    Attributes:
        inference_ms: Time in the network for the image being answered; NaN if it was not used.
    """

    def __init__(self, now_s: float) -> None:
        self.inference_ms = NAN
        self._received = self._processed = self._errors = 0
        self._lost: int | None = None
        self._all_numbered = True
        self._refused: Counter[str] = Counter(dict.fromkeys(REFUSALS, 0))
        self._last_error = ''
        self._listening_s = now_s
        self._answers: deque[Answer] = deque()
        self._error_times_s: deque[float] = deque()
        self._numbers: dict[Hashable, int] = {}

    @property
    def errors(self) -> int:
        """Failures since the start."""
        return self._errors

    def listening(self, now_s: float) -> None:
        """Note that images are expected from now on; numbers missed before do not count."""
        self._listening_s = now_s
        self._numbers.clear()
        self._answers.clear()

    def receive(self, publisher: Hashable = None, number: int | None = None) -> None:
        """Note that an image has come.

        Args:
            publisher: Who sent it.
            number: The publisher's count of its messages; None if unknown, and then nobody
                can tell any more how many were lost in all.
        """
        self._received += 1
        self.inference_ms = NAN
        if number is None:
            self._all_numbered = False
            return
        gap = number - self._numbers.get(publisher, number - 1) - 1
        self._lost = (self._lost or 0) + max(0, gap)
        self._numbers[publisher] = number

    def refuse(self, reason: str, count: int = 1) -> None:
        """Note that images are not looked at; with none of them, that this may happen."""
        self._refused[reason] += count

    def infer(self, inference_ms: float) -> None:
        """Note how long the network took; what it takes for one image adds up."""
        before_ms = 0.0 if math.isnan(self.inference_ms) else self.inference_ms
        self.inference_ms = before_ms + inference_ms

    def answer(self, now_s: float, age_ms: float, stages_ms: Mapping[str, float]) -> None:
        """Note that the answer to an image has been published."""
        self._processed += 1
        self._answers.append(Answer(now_s, age_ms, stages_ms))
        self._forget(now_s)

    def fail(self, now_s: float, reason: str) -> None:
        """Note that something could not be done."""
        self._errors += 1
        self._last_error = reason
        self._error_times_s.append(now_s)
        self._forget(now_s)

    def summary(self, now_s: float) -> Summary:
        """Return the state of affairs."""
        self._forget(now_s)
        answers = self._answers
        watched_s = min(WINDOW_S, max(1.0, now_s - self._listening_s))
        return Summary(
            rate_hz=len(answers) / watched_s,
            age_ms=_percentiles([a.age_ms for a in answers]),
            stages_ms={s: _percentiles([a.stages_ms[s] for a in answers]) for s in STAGES},
            received=self._received,
            processed=self._processed,
            lost=self._lost if self._all_numbered else None,
            refused=dict(self._refused),
            errors=self._errors,
            recent_errors=len(self._error_times_s),
            last_error=self._last_error,
        )

    def _forget(self, now_s: float) -> None:
        while self._answers and self._answers[0].at_s < now_s - WINDOW_S:
            self._answers.popleft()
        while self._error_times_s and self._error_times_s[0] < now_s - WINDOW_S:
            self._error_times_s.popleft()


def _percentiles(values: list[float]) -> Percentiles:
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return NAN, NAN
    median, high = np.percentile(known, (50, 95))
    return float(median), float(high)
