"""Let a policy act in the demo: some episodes, and one that is stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from robot_dl.cli.demos.display import Display
from robot_dl.cli.demos.policy.act import Act
from robot_dl.cli.demos.policy.filmstrip import PICTURES, chosen
from robot_dl.cli.demos.policy.recorder import Recorder
from robot_dl.cli.demos.policy.stopping import stop_in_motion
from robot_dl.cli.rollouts.contest import Contest
from robot_dl.cli.rollouts.episode import Episode
from robot_dl.cli.rollouts.live import Arena, arena
from robot_dl.cli.rollouts.trace import Trace

if TYPE_CHECKING:
    from robot_dl.engine.card import ModelCard

FIRST_PICTURE_S = 8.0
"""A renderer that takes longer to open is none."""


def perform(
    card: ModelCard, contest: Contest, episodes: int, log_folder: Path, display: Display
) -> Act:
    """Run a policy over topics; return what it did.

    Args:
        card: Of the policy.
        contest: Where it acts.
        episodes: How many episodes.
        log_folder: Where the nodes' logs go.
        display: Where progress is shown.

    Raises:
        DemoError: If a process ends, or does not answer.
    """
    from robot_dl.policy.spec import PolicySpec

    spec = PolicySpec.from_card(card.policy)
    contest = replace(contest, image_hz=image_hz(contest))
    output = output_of(contest.stand.policy, spec.action.motion.setpoint)
    display.live(f'{card.name}: starting')
    with arena(contest, log_folder) as running:
        joints = tuple(contest.stand.policy.get('joints') or spec.action.targets)
        recorder = Recorder(output, joints, context=running.referee.context)
        running.add(recorder)
        running.referee.on_gate = recorder.on_gate
        played, trace, ages_ms = _play(running, recorder, episodes, display, card.name)
        display.live(f'{card.name}: emergency stop')
        stop = stop_in_motion(running, recorder)
        status = dict(running.referee.status)
        recorder.destroy_node()
    return Act(
        model=model_of_policy(card, spec),
        world=contest.stand.world,
        kind=spec.action.motion.setpoint,
        topic=output,
        rate_hz=spec.rate_hz,
        episodes=played,
        trace=trace,
        stop=stop,
        decision_ms=_percentiles(ages_ms),
        status=status,
    )


def _play(
    running: Arena, recorder: Recorder, episodes: int, display: Display, name: str
) -> tuple[list[Episode], Trace, list[float]]:
    """Return the episodes, the trace of the first with its pictures, and all ages in ms."""
    played: list[Episode] = []
    ages_ms: list[float] = []
    trace = Trace()
    recorder.look(True)
    for number in range(episodes):
        done = sum(episode.is_success for episode in played)
        display.live(f'{name}: episode {number + 1} of {episodes}, {done} went well')
        played.append(running.play(lambda: _make_ready(running, recorder)))
        ages_ms += recorder.notes.ages_ms
        if not number:
            trace = recorder.notes.trace
            trace.pictures[:] = chosen(trace.pictures)
            recorder.look(False)
    return played, trace, ages_ms


def _make_ready(running: Arena, recorder: Recorder) -> None:
    """Wait for the first picture of the world, if there are any; then all counts."""
    if recorder.is_looking:
        before = recorder.pictures
        if not running.spin_until(lambda: recorder.pictures > before, FIRST_PICTURE_S):
            recorder.look(False)
    recorder.clear()


def image_hz(contest: Contest) -> float:
    """Return how many pictures a second, so that each belongs to a state of the joints."""
    from robot_dl.cli.rollouts.stand import control_world

    state_hz = float(control_world(contest.stand.world).state_hz)
    return state_hz / round(state_hz * contest.stand.episode_s / PICTURES)


def output_of(params: Any, kind: str) -> str:
    """Return where a node sends its commands, as its parameters and the kind of command say."""
    output = str(params.get('output', 'auto'))
    if output != 'auto':
        return output
    return 'joint_trajectory' if kind == 'position' else 'commands'


def model_of_policy(card: ModelCard, spec: Any) -> dict[str, str]:
    """Return what the report says about a policy."""
    return {
        'name': card.name,
        'description': card.description,
        'observation': ', '.join(scope.spec.term for scope in spec.scopes),
        'action': f'{spec.action.kind} of {", ".join(spec.action.targets)}',
        'rate': f'{spec.rate_hz:g} Hz',
        'memory': ', '.join(spec.recurrent) or 'none',
        'license': card.license,
        'sha256': card.sha256,
    }


def _percentiles(ages_ms: list[float]) -> dict[str, float | None]:
    if not ages_ms:
        return {'p50': None, 'p95': None}
    p50, p95 = np.percentile(ages_ms, [50, 95])
    return {'p50': round(float(p50), 2), 'p95': round(float(p95), 2)}
