"""What a trained model's folder says about it: REPORT.md and its curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    models: tuple[str, ...]
    worlds: range
    views: int
    parameters: int
    steps: int
    device: str
    minutes: tuple[float, float]
    """Spent on rendering, and on training."""
    alone_minutes: float
    """Of these, the last in which only this one of several models was trained."""
    curve: list[dict[str, Any]]


def draw_curves(
    curve: list[dict[str, Any]], losses: Sequence[str], scores: Sequence[str], path: Path
) -> None:
    """Draw losses and validation scores over the minutes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    parts = {'loss in training': losses, 'score in validation': scores}
    shown = {title: names for title, names in parts.items() if names}
    figure = Figure(figsize=(4.5 * len(shown), 3.4), layout='constrained')
    minutes = [point['minutes'] for point in curve]
    columns = figure.subplots(1, len(shown), squeeze=False)[0]
    for axes, (title, names) in zip(columns, shown.items(), strict=True):
        for name in names:
            axes.plot(minutes, [point[name] for point in curve], marker='.', label=name)
        axes.set_title(title)
        axes.set_xlabel('minutes of training')
        axes.grid(alpha=0.3)
        axes.legend()
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


def table_lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a table in Markdown; numbers with three digits behind the point."""
    lines = [f'| {" | ".join(heads)} |', '|' + '---|' * len(heads)]
    for row in rows:
        cells = (f'{cell:.3f}' if isinstance(cell, float) else str(cell) for cell in row)
        lines.append(f'| {" | ".join(cells)} |')
    return lines


def score_section(
    scores: dict[str, Any], shown: str, lines: Sequence[str], result: str
) -> list[str]:
    """Return what a model scores.

    Args:
        scores: What `robot_dl eval` says.
        shown: What the pictures show, e.g. '1925 objects'.
        lines: The scores.
        result: What the model makes of a picture.
    """
    return [
        '## Scores',
        '',
        f'`robot_dl eval {scores["model"]} --json scores.json`: {scores["images"]} held-out '
        f'pictures of 640×480, {shown}.',
        '',
        *lines,
        '',
        f'Median time for one picture, from RGB to {result}: {scores["median_ms"]:.1f} ms '
        '(the processors were rendering at the same time).',
        '',
        '![predictions on held-out pictures](predictions.jpg)',
    ]


def data_section(training: Training, scores: dict[str, Any], *sentences: str) -> list[str]:
    """Return what a model was trained and tested on."""
    return ['## Data', '', origin(training, scores), ' '.join(sentences)]


def reliability_lines(scores: dict[str, Any], of: str) -> list[str]:
    """Return how often answers of a score are right; `of` says what is counted."""
    rows = [(mean, right, str(n)) for mean, right, n in scores['reliability']]
    return table_lines(['mean score', 'right', of], rows)


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
    together = ''
    if len(training.models) > 1:
        together = (
            f'One training makes {", ".join(training.models)}: they were learned together, and '
            'each is exported with its own part of the net only. '
        )
    if training.alone_minutes:
        together += f'In the last {training.alone_minutes:.1f} minutes it was trained alone. '
    return [
        '## Training',
        '',
        f'    {training.command}',
        '',
        f'{together}{training.parameters / 1e6:.2f} million parameters, {training.steps} steps on '
        f'{training.device}, bfloat16; {training.minutes[0]:.0f} minutes of rendering and '
        f'{training.minutes[1]:.0f} of training. The budget is time, so the number of steps '
        f'depends on the machine. Recipe: {recipe}.',
        '',
        '![curves](curves.png)',
    ]
