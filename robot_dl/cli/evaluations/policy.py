"""Score a policy: in this process for the statistics, and over topics for the truth."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_dl.training.evaluation import Watch, provenance

if TYPE_CHECKING:
    from robot_dl.cli.rollouts.stand import Stand

TOPIC_EPISODES = 20
"""So many of the episodes are repeated over topics, where nobody says how many."""


def score(
    model: str,
    world: str,
    seeds: range,
    device: str,
    watch: Watch[Any],
    topic_episodes: int | None = None,
    speed: float = 4.0,
) -> dict[str, Any]:
    """Return the scores of a policy in worlds with these seeds.

    Args:
        model: Name or folder of the policy.
        world: Where it acts; how it is deployed there is what `config/deployments` says.
        seeds: The worlds, one for each episode.
        device: Where the network runs.
        watch: Shows the progress.
        topic_episodes: How many of the first episodes are repeated over topics; None takes 20,
            or all where there are fewer.
        speed: Simulated seconds a second over topics.

    Raises:
        ValueError: If more episodes shall be repeated than there are, or the policy or its
            deployment cannot be used.
        OSError: If a node ends, or does not answer.
    """
    from robot_dl.cli.processes import sigterm_as_interrupt
    from robot_dl.cli.rollouts.episode import scores
    from robot_dl.cli.rollouts.many import play_all
    from robot_dl.cli.rollouts.stand import stand_of

    count = min(TOPIC_EPISODES, len(seeds)) if topic_episodes is None else topic_episodes
    if count > len(seeds):
        raise ValueError(f'--topic-episodes: expected at most {len(seeds)}, got {count}')
    stand = stand_of(world)
    with sigterm_as_interrupt():
        began_s = time.monotonic()
        episodes = list(watch(play_all(model, stand, device, seeds), len(seeds)))
        result = {**scores(episodes), 'seconds': round(time.monotonic() - began_s, 1)}
        topics = None
        if count:
            topics = over_topics(model, stand, device, watch(seeds[:count], count), speed)
            topics['in_process_on_the_same'] = scores(episodes[:count])['success_rate']
    return {'world': world, **result, 'topics': topics, **provenance(seeds)}


def over_topics(model: str, stand: Stand, device: str, seeds: Any, speed: float) -> dict[str, Any]:
    """Play the episodes of consecutive seeds with the real nodes over real topics."""
    from robot_dl.cli.rollouts.contest import Contest
    from robot_dl.cli.rollouts.episode import scores
    from robot_dl.cli.rollouts.live import arena
    from robot_dl.engine.library import find_model

    began_s = time.monotonic()
    seeds = iter(seeds)
    contest = Contest(stand, str(find_model(model).resolve()), next(seeds), speed, device)
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = stack.enter_context(arena(contest, logs))
        episodes = [running.play(), *(running.play() for _ in seeds)]
        status, running_s = dict(running.referee.status), running.running_s
    simulated_s = sum(episode.seconds for episode in episodes)
    return {
        **scores(episodes),
        'speed': speed,
        'reached_speed': round(simulated_s / running_s, 2),
        'seconds': round(time.monotonic() - began_s, 1),
        'status': status,
    }


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    columns = {'in this process': result}
    if result['topics']:
        columns['over topics'] = result['topics']
    lines = [f'{"":16}' + ''.join(f'{name:>24}' for name in columns)]
    for name, cell in ROWS.items():
        lines.append(f'{name:16}' + ''.join(f'{cell(one):>24}' for one in columns.values()))
    for name, row in result['facts'].items():
        lines.append(f'{name}: mean {row["mean"]:.4g}, median {row["p50"]:.4g}')
    if result['topics']:
        share = result['topics']['in_process_on_the_same']
        lines.append(f'the same episodes in this process: {share:.1%}')
    lines.append(f'{result["episodes"]} episodes of the world {result["world"]}')
    return '\n'.join(lines)


Cell = Callable[[dict[str, Any]], str]


def _share(scores: dict[str, Any]) -> str:
    low, high = scores['success_interval']
    return f'{scores["success_rate"]:.1%} ({low:.1%}–{high:.1%})'


ROWS: dict[str, Cell] = {
    'success': _share,
    'limit breaches': lambda scores: str(scores['limit_breaches']),
    'mean episode': lambda scores: f'{scores["mean_episode_s"]:.1f} s',
    'episodes': lambda scores: str(scores['episodes']),
    'took': lambda scores: f'{scores["seconds"]:.0f} s',
}
"""What is told of both ways, by name."""
