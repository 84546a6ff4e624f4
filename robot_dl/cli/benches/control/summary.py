"""What the ticks of a benchmark say together."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from robot_dl.cli.benches.percentiles import percentile

Latency = dict[str, float | None]

SHARES = {'p50': 50, 'p99': 99}


@dataclass
class Samples:
    """What came of the ticks that count, over all turns of one program.

    Attributes:
        latency_ms: From sending a tick to its command; None where none came.
        period_ms: From sending a tick to sending the next one.
        foreign: Commands that answered no tick.
        repeated: Commands that answered one again.
    """

    latency_ms: list[float | None] = field(default_factory=list)
    period_ms: list[float] = field(default_factory=list)
    foreign: int = 0
    repeated: int = 0

    def add(self, turn: 'Samples') -> None:
        """Take what came of another turn."""
        self.latency_ms += turn.latency_ms
        self.period_ms += turn.period_ms
        self.foreign += turn.foreign
        self.repeated += turn.repeated


@dataclass(frozen=True)
class Summary:
    """The same in a few numbers.

    Attributes:
        latency_ms: Percentiles and maximum over the ticks that were answered, late ones too.
        missed: Share of the ticks that were not answered before the next one was sent, 0 to 1.
        ticks: How many count.
        late: Those that were answered after the next one was sent.
        unanswered: Those that never were.
        period_ms: How regularly they were sent.
        foreign: Commands that answered no tick: they were changed on their way.
        repeated: Commands that answered one again.
    """

    latency_ms: Latency
    missed: float | None
    ticks: int
    late: int
    unanswered: int
    period_ms: Latency
    foreign: int
    repeated: int

    def as_json(self) -> dict[str, Any]:
        """Return what goes into the file."""
        return asdict(self)


def summary(samples: Samples) -> Summary:
    """Return the summary of some ticks, maybe of none."""
    answered = [ms for ms in samples.latency_ms if ms is not None]
    pairs = zip(samples.latency_ms, samples.period_ms, strict=True)
    late = sum(ms is not None and ms >= period_ms for ms, period_ms in pairs)
    ticks = len(samples.latency_ms)
    unanswered = ticks - len(answered)
    return Summary(
        latency_ms=spread(answered),
        missed=round((late + unanswered) / ticks, 6) if ticks else None,
        ticks=ticks,
        late=late,
        unanswered=unanswered,
        period_ms=spread(samples.period_ms),
        foreign=samples.foreign,
        repeated=samples.repeated,
    )


def spread(values: Sequence[float]) -> Latency:
    """Return the percentiles of `SHARES` and the greatest value; None of none."""
    percentiles = {name: percentile(values, percent) for name, percent in SHARES.items()}
    return {**percentiles, 'max': round(max(values), 3) if values else None}


def ratios(ours: Summary, bare: Summary) -> dict[str, float | None]:
    """Return how many times as long ours takes, for each percentile; None where one is missing."""
    return {name: ratio(ours.latency_ms[name], bare.latency_ms[name]) for name in SHARES}


def ratio(a: float | None, b: float | None) -> float | None:
    """Return a / b, to a hundredth."""
    return None if a is None or not b else round(a / b, 2)
