"""What the report on a classifier says of its scores and data; a sheet of predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.training.classification_evaluation import TOP
from robot_dl.training.classification_limits import SURE
from robot_dl.training.report import Training, origin

Rgb = NDArray[np.uint8]


def draw_predictions(
    classify: Callable[[Rgb], tuple[str, float]],
    images: Sequence[Rgb],
    labels: Sequence[str],
    path: Path,
) -> None:
    """Draw some pictures under what the classifier says of them; what is wrong in red.

    Args:
        classify: Gives label and score of a picture.
        images: Pictures [H, W, 3].
        labels: What they show.
        path: A JPEG file.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = -(-len(images) // 6)
    figure = Figure(figsize=(12, 1.8 * rows), layout='constrained')
    for axes, image, label in zip(figure.subplots(rows, 6).flat, images, labels, strict=False):
        said, score = classify(image)
        axes.imshow(image)
        axes.axis('off')
        colour = 'black' if said == label else 'red'
        axes.set_title(f'{said} {score:.2f}', fontsize=8, color=colour)
    canvas = FigureCanvasAgg(figure)
    canvas.print_jpeg(str(path), pil_kwargs={'quality': 88})


def score_lines(scores: dict[str, Any], temperature: float) -> list[str]:
    """Return what it scores.

    Args:
        scores: What `robot_dl eval` says.
        temperature: That of the card.
    """
    lines = [
        '## Scores',
        '',
        f'`robot_dl eval {scores["model"]} --json scores.json`: {scores["images"]} held-out '
        'pictures of 640×480, one object each.',
        '',
        '| class | pictures | recall | precision |',
        '|---|---|---|---|',
    ]
    for name, row in scores['per_class'].items():
        part = f'{row["recall"]:.3f} | {row["precision"]:.3f}'
        lines.append(f'| {name} | {row["images"]} | {part} |')
    top = f'top{TOP}'
    lines += [
        '',
        f'* **top-1 {scores["top1"]:.4f}**, top-{TOP} {scores[top]:.4f}',
        f'* expected calibration error {scores["ece"]:.4f} with the temperature '
        f'{temperature:.3f}, which was fitted on the validation pictures (Guo et al. 2017); '
        f'{scores["ece_uncalibrated"]:.4f} without it (15 bins)',
        f'* median time for one picture, from RGB to scores: {scores["median_ms"]:.1f} ms '
        '(the processors were rendering at the same time)',
        '',
        *_confusion_lines(scores),
        '',
        *_limit_lines(scores['limits']),
        '',
        *_reliability_lines(scores),
        '',
        '![predictions on held-out pictures](predictions.jpg)',
    ]
    return lines


def _confusion_lines(scores: dict[str, Any]) -> list[str]:
    names = list(scores['per_class'])
    lines = ['What was shown (rows), and what was said (columns):', '']
    lines += [f'| | {" | ".join(names)} |', '|---|' + '---|' * len(names)]
    for name, row in zip(names, scores['confusion'], strict=False):
        lines.append(f'| {name} | {" | ".join(str(count or "") for count in row)} |')
    return lines


def _limit_lines(limits: dict[str, Any]) -> list[str]:
    return [
        f'Beyond what it was trained on, {limits["images"]} pictures each: of objects twice as '
        f'far away, top-1 is {limits["top1_twice_as_far"]:.3f}; of things of no class (cones, '
        f'pyramids, stars, rings, crosses, horseshoes), {limits["sure_of_strangers"]:.3f} get the '
        f'name of a class with a score of {SURE} or more.',
    ]


def _reliability_lines(scores: dict[str, Any]) -> list[str]:
    lines = ['How often an answer with such a score is right:', '']
    lines += ['| mean score | right | pictures |', '|---|---|---|']
    lines += [f'| {mean:.3f} | {right:.3f} | {n} |' for mean, right, n in scores['reliability']]
    return lines


def data_lines(training: Training, scores: dict[str, Any], validation: int) -> list[str]:
    """Return what it was trained and tested on; the temperature on `validation` pictures."""
    return [
        '## Data',
        '',
        origin(training, scores),
        'Each picture shows one object alone on a table, all of it, wherever the camera stands; '
        'there is no clutter but up to three sheets of paper. Everything is rendered by '
        f'`robot_dl/sim/worlds/single_object.py`. {validation} further pictures (validation) '
        'served the curves and the temperature.',
    ]
