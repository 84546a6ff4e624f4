"""What a trained model's folder says about it: REPORT.md and its curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from robot_dl.training.trainer import Recipe

DRAWN = 9
"""Pictures on the sheet of predictions."""


@dataclass(frozen=True)
class Training:
    """What is worth knowing about a finished training run."""

    recipe: Recipe
    command: str
    worlds: range
    views: int
    parameters: int
    steps: int
    device: str
    minutes: tuple[float, float]
    """Spent on rendering, and on training."""
    curve: list[dict[str, Any]]


def draw_curves(
    curve: list[dict[str, Any]], losses: Sequence[str], scores: Sequence[str], path: Path
) -> None:
    """Draw losses and validation scores over the minutes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.4), layout='constrained')
    left, right = figure.subplots(1, 2)
    minutes = [point['minutes'] for point in curve]
    for name in losses:
        left.plot(minutes, [point[name] for point in curve], label=f'{name} loss')
    for name in scores:
        right.plot(minutes, [point[name] for point in curve], marker='.', label=name)
    for axes in (left, right):
        axes.set_xlabel('minutes of training')
        axes.grid(alpha=0.3)
        axes.legend()
    right.set_title('validation')
    FigureCanvasAgg(figure).print_png(str(path))


def write_report(
    path: Path,
    training: Training,
    scores: dict[str, Any],
    sections: Sequence[Sequence[str]],
    weaknesses: Sequence[str],
) -> None:
    """Write REPORT.md.

    Args:
        path: The file.
        training: How the model was trained.
        scores: What `robot_dl eval` says of it.
        sections: What only this task has to say, in lines: the scores, and the data.
        weaknesses: What a user should know before trusting it, one sentence each.
    """
    lines = [f'# {scores["model"]}']
    for section in (*sections, _recipe_lines(training)):
        lines += ['', *section]
    lines += ['', '## What it cannot do', '', *(f'* {sentence}' for sentence in weaknesses)]
    lines += ['', '## Versions', '']
    lines += [f'* {name} {number}' for name, number in scores['versions'].items()]
    path.write_text('\n'.join(lines) + '\n')


def origin(training: Training, scores: dict[str, Any]) -> str:
    """Return where the pictures come from, as one paragraph."""
    worlds, views, held = training.worlds, training.views, scores['seeds']
    return (
        f'Training: {len(worlds) * views} pictures, {views} views each of the worlds with seeds '
        f'{worlds[0]} to {worlds[-1]}. Test: seeds {held["first"]} to {held["last"]}, one view '
        'each, never trained on and never used to choose anything. The ranges of seeds stand in '
        '`robot_dl/training/seeds.py`.'
    )


def _recipe_lines(training: Training) -> list[str]:
    recipe = ', '.join(f'{k} {v}' for k, v in asdict(training.recipe).items())
    return [
        '## Training',
        '',
        f'    {training.command}',
        '',
        f'{training.parameters / 1e6:.2f} million parameters, {training.steps} steps on '
        f'{training.device}, bfloat16; {training.minutes[0]:.0f} minutes of rendering and '
        f'{training.minutes[1]:.0f} of training. The budget is time, so the number of steps '
        f'depends on the machine. Recipe: {recipe}.',
        '',
        '![curves](curves.png)',
    ]
