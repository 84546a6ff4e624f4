"""What came of an episode, and of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from robot_dl.cli.rollouts.intervals import wilson

SUCCEEDED, FAILED, UNFINISHED = 'succeeded', 'failed', 'unfinished'
NO_CHANGES = ('decisions', 'stops')
"""What the gate counts although it has changed nothing."""
MOST_SEEDS = 20
"""So many seeds of failures are told: enough to look at some of them."""


@dataclass(frozen=True)
class Episode:
    """A policy's turn in one world.

    Attributes:
        seed: Seed of the world.
        result: SUCCEEDED or FAILED as the world says, UNFINISHED if something else ended it.
        seconds: How long it took, in simulated time.
        limit_breaches: Commands beyond the limits that reached the world's controller.
        facts: What the world measured at the end, by name with unit.
        gate: How often the command gate changed or refused something, by what it did.
        reason: What ended an episode that is UNFINISHED.
    """

    seed: int
    result: str
    seconds: float
    limit_breaches: int
    facts: Mapping[str, float] = field(default_factory=dict)
    gate: Mapping[str, int] = field(default_factory=dict)
    reason: str = ''

    @property
    def is_success(self) -> bool:
        """Whether the policy has done what it should."""
        return self.result == SUCCEEDED


def scores(episodes: Sequence[Episode]) -> dict[str, Any]:
    """Return what `--json` says of some episodes.

    An episode that anything but the world has ended counts as no success: what the gate stops,
    the robot does not do.
    """
    successes = sum(episode.is_success for episode in episodes)
    count = len(episodes)
    interval = wilson(successes, count)
    failures = [episode for episode in episodes if not episode.is_success]
    reasons = Counter(e.reason for e in failures if e.reason)
    return {
        'episodes': count,
        'success_rate': successes / count if count else None,
        'success_interval': None if interval is None else [round(end, 4) for end in interval],
        'limit_breaches': sum(episode.limit_breaches for episode in episodes),
        'mean_episode_s': _mean([episode.seconds for episode in episodes]),
        'facts': facts_of(episodes),
        'gate': dict(sum((Counter(episode.gate) for episode in episodes), Counter())),
        'failed_seeds': [episode.seed for episode in failures[:MOST_SEEDS]],
        'unfinished': dict(reasons),
    }


def facts_of(episodes: Sequence[Episode]) -> dict[str, dict[str, float]]:
    """Return mean, median and 95th percentile of everything that the world measured."""
    names = list(dict.fromkeys(name for episode in episodes for name in episode.facts))
    return {name: _spread([e.facts[name] for e in episodes if name in e.facts]) for name in names}


def _spread(values: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(np.asarray(values, float), [50, 95])
    rows = {'mean': float(np.mean(values)), 'p50': float(p50), 'p95': float(p95)}
    return {name: round(value, 5) for name, value in rows.items()}


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None
