"""What a trained model's folder says about it: REPORT.md, its curves, a sheet of predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.training.detection import Recipe

Rgb = NDArray[np.uint8]
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


def draw_curves(curve: list[dict[str, Any]], path: Path) -> None:
    """Draw losses and validation scores over the minutes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.4), layout='constrained')
    left, right = figure.subplots(1, 2)
    minutes = [point['minutes'] for point in curve]
    for name in ('score', 'box', 'side'):
        left.plot(minutes, [point[name] for point in curve], label=f'{name} loss')
    for name in ('mAP50', 'mAP50_95'):
        right.plot(minutes, [point[name] for point in curve], marker='.', label=name)
    for axes in (left, right):
        axes.set_xlabel('minutes of training')
        axes.grid(alpha=0.3)
        axes.legend()
    right.set_title('validation')
    FigureCanvasAgg(figure).print_png(str(path))


def draw_predictions(
    detector: Callable[[Rgb], Detections], images: Sequence[Rgb], labels: Sequence[str], path: Path
) -> None:
    """Draw what the detector finds in some pictures, three to a row."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    rows = -(-len(images) // 3)
    figure = Figure(figsize=(12, 3 * rows), layout='constrained')
    for axes, image in zip(figure.subplots(rows, 3).flat, images, strict=False):
        axes.imshow(image)
        axes.axis('off')
        found = detector(image)
        rows_found = zip(found.boxes_xyxy, found.scores, found.class_ids, strict=True)
        for (x0, y0, x1, y1), score, k in rows_found:
            colour = f'C{k}'
            axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, ec=colour, lw=1.5))
            box = {'facecolor': colour, 'edgecolor': 'none', 'pad': 0.6}
            text = f'{labels[k]} {score:.2f}'
            axes.text(x0, y0, text, color='white', fontsize=6, va='bottom', bbox=box)
    canvas = FigureCanvasAgg(figure)
    canvas.print_jpeg(str(path), pil_kwargs={'quality': 88})


def write_report(
    path: Path, training: Training, scores: dict[str, Any], weaknesses: Sequence[str]
) -> None:
    """Write REPORT.md.

    Args:
        path: The file.
        training: How the model was trained.
        scores: What `robot_dl eval` says of it.
        weaknesses: What a user should know before trusting it, one sentence each.
    """
    lines = [f'# {scores["model"]}', '', *_score_lines(scores), '', *_data_lines(training, scores)]
    lines += ['', *_recipe_lines(training), '', '## What it cannot do', '']
    lines += [f'* {sentence}' for sentence in weaknesses]
    lines += ['', '## Versions', '']
    lines += [f'* {name} {number}' for name, number in scores['versions'].items()]
    path.write_text('\n'.join(lines) + '\n')


def _score_lines(scores: dict[str, Any]) -> list[str]:
    lines = ['## Scores', '', f'`robot_dl eval {scores["model"]} --json scores.json`: ']
    lines[-1] += f'{scores["images"]} held-out pictures of 640×480, {scores["objects"]} objects.'
    lines += ['', '| class | AP50 | AP50-95 |', '|---|---|---|']
    for name, row in scores['per_class'].items():
        lines.append(f'| {name} | {row["AP50"]:.3f} | {row["AP50_95"]:.3f} |')
    lines.append(f'| **mean** | **{scores["mAP50"]:.4f}** | **{scores["mAP50_95"]:.4f}** |')
    lines += ['', f'Median time for one picture, from RGB to boxes: {scores["median_ms"]:.1f} ms ']
    lines[-1] += '(the processors were rendering at the same time).'
    lines += ['', '![predictions on held-out pictures](predictions.jpg)']
    return lines


def _data_lines(training: Training, scores: dict[str, Any]) -> list[str]:
    worlds, views, held = training.worlds, training.views, scores['seeds']
    return [
        '## Data',
        '',
        f'Training: {len(worlds) * views} pictures, {views} views each of the tables with seeds '
        f'{worlds[0]} to {worlds[-1]}. Test: seeds {held["first"]} to {held["last"]}, one view '
        f'each, never trained on and never used to choose anything. {scores["ignored"]} objects '
        'of the test of which less than three tenths can be seen, or that are thinner than 8 '
        'pixels, neither reward nor punish. Everything is rendered by '
        '`robot_dl/sim/worlds/tabletop.py`; the ranges of seeds stand in '
        '`robot_dl/training/seeds.py`.',
    ]


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
        f'depends on the machine and on what else it does. Recipe: {recipe}.',
        '',
        '![curves](curves.png)',
    ]
