"""The numbers that footage and samples of memory come to. Pure."""

import itertools
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from robot_dl.cli.benches.fleet.accounting import Account, Footage, account
from robot_dl.cli.benches.fleet.memory import Memory
from robot_dl.cli.benches.percentiles import percentile

PARTS = 10
"""Growth is what lies between the second and the last of these parts: the first is warm-up."""

GROWTHS = {'growth_mib': 'rss_mib', 'own_growth_mib': 'own_mib'}
"""What of `Memory` may not grow."""

PERCENTILES = (50, 95, 99)
COUNTS = ('published', 'answered', 'overtaken', 'lost', 'repeated', 'foreign')
SAID = ('frames_received', 'frames_processed', 'frames_dropped', 'frames_too_old', 'errors')


@dataclass(frozen=True)
class Sample:
    """The memory of one node at one time."""

    at_ns: int
    memory: Memory


Samples = dict[str, list[Sample]]


def summary(
    footage: Footage, samples: Samples, health: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Return what became of the images and of the memory, of all nodes and of each.

    Args:
        footage: The images and their answers.
        samples: The memory of each node, at the same times.
        health: What each node says of itself at the end, counted from its start.
    """
    accounts = {
        name: account(published, footage.answers[name], footage.since_ns)
        for name, published in footage.published_ns.items()
    }
    tenths = parts(footage, samples)
    growths = {name: growth(rows) for name, rows in samples.items()}
    return {
        **images_of(list(accounts.values())),
        'rss_mib': max(rows[-1].memory.rss_mib for rows in samples.values()),
        **{key: max(grown[key] for grown in growths.values()) for key in GROWTHS},
        'age_growth_ms': _difference(tenths[1]['age_p50_ms'], tenths[-1]['age_p50_ms']),
        'nodes': {
            name: {
                **images_of([found]),
                **asdict(samples[name][-1].memory),
                **growths[name],
                'node_says': {key: health[name][key] for key in SAID},
            }
            for name, found in accounts.items()
        },
        'parts': tenths,
    }


def images_of(accounts: Sequence[Account]) -> dict[str, Any]:
    """Return the sums and ages over some accounts."""
    sums = {key: sum(getattr(found, key) for found in accounts) for key in COUNTS}
    ages_ms = [age_ms for found in accounts for age_ms in found.ages_ms]
    share = sums['answered'] / sums['published'] if sums['published'] else None
    return {
        **sums,
        'delivered': None if share is None else round(share, 5),
        **{f'age_p{percent}_ms': percentile(ages_ms, percent) for percent in PERCENTILES},
        'age_max_ms': round(max(ages_ms), 3) if ages_ms else None,
    }


def growth(samples: Sequence[Sample]) -> dict[str, float]:
    """Return how much more memory there is in the last part than in the second; medians."""
    return {
        key: _growth_mib([getattr(s.memory, of) for s in samples]) for key, of in GROWTHS.items()
    }


def _growth_mib(values_mib: list[float]) -> float:
    width = max(1, len(values_mib) // PARTS)
    before_mib = statistics.median(values_mib[width : 2 * width] or values_mib[:width])
    return round(statistics.median(values_mib[-width:]) - before_mib, 2)


def parts(footage: Footage, samples: Samples) -> list[dict[str, Any]]:
    """Return the ages of all answers, and the greatest memory of a node, in each part."""
    times_ns = [sample.at_ns for sample in next(iter(samples.values()))]
    edges_ns = [times_ns[i * (len(times_ns) - 1) // PARTS] for i in range(PARTS + 1)]
    spans = itertools.pairwise(edges_ns)
    return [_part(footage, samples, since_ns, until_ns) for since_ns, until_ns in spans]


def _part(footage: Footage, samples: Samples, since_ns: int, until_ns: int) -> dict[str, Any]:
    ages_ms = [
        (answer.came_ns - answer.stamp_ns) / 1e6
        for answers in footage.answers.values()
        for answer in answers
        if since_ns <= answer.stamp_ns < until_ns
    ]
    sampled = [s for rows in samples.values() for s in rows if since_ns <= s.at_ns < until_ns]
    return {
        'answers': len(ages_ms),
        'age_p50_ms': percentile(ages_ms, 50),
        'age_p95_ms': percentile(ages_ms, 95),
        'rss_mib': max((sample.memory.rss_mib for sample in sampled), default=None),
        'own_mib': max((sample.memory.own_mib for sample in sampled), default=None),
    }


def _difference(before_ms: float | None, after_ms: float | None) -> float | None:
    return None if before_ms is None or after_ms is None else round(after_ms - before_ms, 3)
