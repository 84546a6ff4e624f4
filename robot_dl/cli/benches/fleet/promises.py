"""What a deployment promises, and whether it was kept."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Result = Mapping[str, Any]
Compare = Callable[[Any, Any], bool]

SIGNS = {operator.eq: '=', operator.le: '≤', operator.ge: '≥'}


@dataclass(frozen=True)
class Promise:
    """A number that a case must show.

    Attributes:
        case: Name of the case.
        words: What is measured, with its unit.
        value: Reads it from the results of the case; None if it was not measured.
        holds: How it is compared with `limit`; one of `SIGNS`.
        limit: What is promised.
    """

    case: str
    words: str
    value: Callable[[Result], float | None]
    holds: Compare
    limit: float


@dataclass(frozen=True)
class Verdict:
    """Whether a promise was kept; attributes as those of `Promise`."""

    case: str
    words: str
    value: float | None
    sign: str
    limit: float
    is_kept: bool

    def __str__(self) -> str:
        """Return one line for the terminal."""
        word = 'kept' if self.is_kept else 'BROKEN'
        came = 'not measured' if self.value is None else f'{self.value:g}'
        return (
            f'{word:<7} {self.case:<8} {self.words}: {came} (promised {self.sign} {self.limit:g})'
        )


def judge(promise: Promise, result: Result) -> Verdict:
    """Compare what a case has shown with what is promised."""
    value = promise.value(result)
    is_kept = value is not None and promise.holds(value, promise.limit)
    sign = SIGNS[promise.holds]
    return Verdict(promise.case, promise.words, value, sign, promise.limit, is_kept)


def judge_all(results: Mapping[str, Result]) -> list[Verdict]:
    """Judge every promise of the cases that have run."""
    return [judge(p, results[p.case]) for p in PROMISES if p.case in results]


def _unanswered(result: Result) -> float:
    return float(result['survivors']['overtaken'] + result['survivors']['lost'])


PROMISES = (
    Promise('steady', 'share of images answered', lambda r: r['delivered'], operator.ge, 0.999),
    Promise('kills', "survivors' images not answered", _unanswered, operator.eq, 0),
    Promise('kills', 'killed and not revived', lambda r: r['not_revived'], operator.eq, 0),
    Promise('kills', 'recovery, p95, s', lambda r: r['recovery_p95_s'], operator.le, 3.0),
    Promise('hostile', 'nodes that died', lambda r: r['died'], operator.eq, 0),
    Promise('hostile', 'nodes not active', lambda r: r['not_active'], operator.eq, 0),
    Promise('hostile', 'growth of memory, MiB', lambda r: r['growth_mib'], operator.le, 5.0),
    Promise('soak', 'share of images answered', lambda r: r['delivered'], operator.ge, 0.999),
    Promise('soak', 'growth of memory, MiB', lambda r: r['own_growth_mib'], operator.le, 1.0),
    Promise('soak', 'growth of age, p50, ms', lambda r: r['age_growth_ms'], operator.le, 2.0),
)
