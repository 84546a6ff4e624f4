"""What a learned policy's folder says about it: REPORT.md and its curves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robot_dl.training.policies.learning import Learner
from robot_dl.training.policies.recipe import Recipe
from robot_dl.training.report import table_lines
from robot_dl.training.seeds import HELD_OUT, VALIDATION

SCORES = {
    'success_rate': 'episodes that succeed',
    'reward': 'reward of an episode',
    'seconds': 'seconds until it is over',
}


def draw_curves(curve: list[dict[str, float]], path: Path) -> None:
    """Draw what the validations said over the steps."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5 * len(SCORES), 3.4), layout='constrained')
    steps = [point['steps'] / 1000 for point in curve]
    columns = figure.subplots(1, len(SCORES), squeeze=False)[0]
    for axes, (name, title) in zip(columns, SCORES.items(), strict=True):
        axes.plot(steps, [point[name] for point in curve], marker='.')
        axes.set_title(title)
        axes.set_xlabel('thousand steps in the world')
        axes.grid(alpha=0.3)
    columns[0].set_ylim(-0.05, 1.05)
    FigureCanvasAgg(figure).print_png(str(path))


def write_report(path: Path, learner: Learner, command: str, scores: Mapping[str, Any]) -> None:
    """Write REPORT.md.

    Args:
        path: The file.
        learner: What has learned the policy.
        command: The command line that makes it again.
        scores: What `robot_dl eval` says of it.
    """
    task = learner.task
    sections = [
        [f'# {path.parent.name}', '', f'{task.about} Learned by {learner.algorithm.title}.'],
        score_lines(path.parent.name, scores),
        data_lines(learner, scores),
        training_lines(learner, command),
        ['## What it cannot do', '', *(f'* {sentence}' for sentence in task.weaknesses)],
        ['## Versions', '', *(f'* {name} {number}' for name, number in versions().items())],
    ]
    path.write_text('\n\n'.join('\n'.join(lines) for lines in sections) + '\n')


def score_lines(model: str, scores: Mapping[str, Any]) -> list[str]:
    """Return how many episodes succeed, in the process and over topics."""
    rows: list[tuple[object, ...]] = [_row('in one process', scores)]
    if topics := scores.get('topics'):
        rows.append(_row('real nodes over real topics', topics))
    heads = ['', 'episodes', 'success rate', '95 % interval', 'commands beyond a limit']
    return [
        '## Scores',
        '',
        f'`robot_dl eval {model} --json scores.json`: success rate '
        f'**{scores["success_rate"]:.3f}** of {scores["episodes"]} held-out episodes.',
        '',
        *table_lines(heads, rows),
        *_unfinished(topics or {}),
    ]


def _unfinished(topics: Mapping[str, Any]) -> list[str]:
    """Return what has ended episodes over topics before the world did, if anything."""
    reasons = [f'{reason} ({count})' for reason, count in topics.get('unfinished', {}).items()]
    return ['', f'Stopped before they were over: {"; ".join(reasons)}.'] if reasons else []


def _row(name: str, scores: Mapping[str, Any]) -> tuple[object, ...]:
    low, high = scores['success_interval']
    share = f'{low:.3f} to {high:.3f}'
    rate = float(scores['success_rate'])
    return name, scores['episodes'], rate, share, scores['limit_breaches']


def data_lines(learner: Learner, scores: Mapping[str, Any]) -> list[str]:
    """Return in which worlds it learned, and in which it was judged."""
    recipe = learner.recipe
    return [
        '## Worlds',
        '',
        f'Training: {recipe.envs} worlds of the seeds for training, each with another '
        'arrangement in every episode. Validation, which chose the best of '
        f'{len(learner.curve)} states: seeds {VALIDATION[0]} to '
        f'{VALIDATION[recipe.check_episodes - 1]}. Test: seeds {HELD_OUT[0]} to '
        f'{HELD_OUT[scores["episodes"] - 1]}, never trained on and never used to choose anything. '
        'The ranges of seeds stand in `robot_dl/training/seeds.py`. Everything is simulated by '
        f'`robot_dl/sim/worlds/{learner.task.world}.py`; commands arrive up to '
        f'{1000 * learner.task.latency_s:.0f} ms late, in each episode another latency.',
    ]


def training_lines(learner: Learner, command: str) -> list[str]:
    """Return how it learned."""
    last = learner.curve[-1]
    # Of equals the last one is kept.
    best = max(reversed(learner.curve), key=learner.task.rank)
    actor = learner.algorithm.actor(learner.model.policy)
    return [
        '## Training',
        '',
        f'    {command}',
        '',
        f'{last["steps"]:.0f} steps in the world, {last["minutes"]:.1f} minutes of one processor '
        f'core without the validations. {parameters(actor):,} parameters learned. The best '
        f'validation: success rate {best["success_rate"]:.3f}, reward {best["reward"]:.0f}, '
        f'after {best["steps"]:.0f} steps. '
        f'Seed {learner.seed}; {recipe_words(learner.recipe)}.',
        '',
        'The same seed gives the same policy on the same machine and versions.',
        '',
        '![curves](curves.png)',
    ]


def parameters(module: Any) -> int:
    """Return how many numbers are learned."""
    return sum(p.numel() for p in module.parameters())


def recipe_words(recipe: Recipe) -> str:
    """Return the settings in words."""
    rows = {'environments': recipe.envs, **recipe.options, 'final rate': recipe.final_rate}
    words = [f'{name} {value}' for name, value in rows.items()]
    return ', '.join([*words, *(f'{name} {value}' for name, value in recipe.net.items())])


def versions() -> dict[str, str]:
    """Return the versions of what has made it."""
    import platform
    from importlib.metadata import version

    packages = ('numpy', 'torch', 'stable-baselines3', 'sb3-contrib', 'gymnasium', 'mujoco')
    return {'python': platform.python_version(), **{name: version(name) for name in packages}}
