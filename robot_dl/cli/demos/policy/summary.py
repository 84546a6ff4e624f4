"""The result of a demo of policies as plain values: what summary.json holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robot_dl.cli.demos.policy.act import Act, Stop, Summary
from robot_dl.cli.demos.section import Goal
from robot_dl.cli.rollouts.episode import scores

GOALS = (
    Goal('success_rate', 'the share of episodes that went well', 0.6),
    Goal('limit_breaches', 'the number of commands beyond the limits', 0, False, ''),
    Goal(
        'stop_ms', 'the time from the emergency stop to the first command of it', 100, False, 'ms'
    ),
    Goal('resumed', 'the number of commands after the stop was released', 0, False, ''),
)
"""What every policy must reach. Of three episodes one may fail: the best policies do so at times,
and `robot_dl eval` is there to count.
"""


def summary_of(acts: Mapping[str, Act], facts: Mapping[str, Any]) -> Summary:
    """Return everything that was measured, ready for JSON.

    Args:
        acts: What each policy did.
        facts: What is known of the run besides: command, seed, speed, versions, machine …
    """
    policies = {name: act_summary(act) for name, act in acts.items()}
    reasons = [f'{name}: {why}' for name, row in policies.items() for why in row['shortcomings']]
    return {'passed': not reasons, 'shortcomings': reasons, 'policies': policies, **facts}


def act_summary(act: Act) -> dict[str, Any]:
    """Return everything that was measured of one policy."""
    measured = {**scores(act.episodes), **_stopping(act.stop)}
    reasons = [why for goal in GOALS if (why := goal.shortcoming(measured[goal.score]))]
    return {
        'passed': not reasons,
        'shortcomings': reasons,
        'world': act.world,
        'kind': act.kind,
        'topic': act.topic,
        'rate_hz': act.rate_hz,
        **measured,
        'goals': {goal.score: goal.bound for goal in GOALS},
        'decision_ms': dict(act.decision_ms),
        'emergency_stop': None if act.stop is None else stop_summary(act.stop),
        'model': dict(act.model),
        'status': dict(act.status),
    }


def stop_summary(stop: Stop) -> dict[str, Any]:
    """Return what an emergency stop did."""
    times = {
        'state_ms': stop.state_ms,
        'stop_ms': stop.stop_ms,
        'settled_ms': stop.settled_ms,
        'silent_ms': stop.silent_ms,
    }
    return {
        **{name: None if ms is None else round(ms, 2) for name, ms in times.items()},
        'told': {name: round(value, 5) for name, value in stop.told.items()},
        'travel': {name: round(value, 5) for name, value in stop.travel.items()},
        'commands': stop.commands,
        'refusal': stop.refusal,
        'resumed': stop.resumed,
    }


def _stopping(stop: Stop | None) -> dict[str, float | None]:
    if stop is None:
        return {'stop_ms': None, 'resumed': None}
    return {'stop_ms': stop.stop_ms, 'resumed': stop.resumed}
