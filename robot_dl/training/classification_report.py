"""What the report on a classifier says of its scores and data; a sheet of predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.training.classification_evaluation import TOP
from robot_dl.training.classification_limits import SURE
from robot_dl.training.report import (
    Training,
    data_section,
    reliability_lines,
    score_section,
    table_lines,
)
from robot_dl.training.sheets import draw_sheet

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
    cells = [
        partial(_draw, image=image, label=label, said=classify(image))
        for image, label in zip(images, labels, strict=True)
    ]
    draw_sheet(path, cells, 6, (2, 1.8))


def _draw(axes: Any, image: Rgb, label: str, said: tuple[str, float]) -> None:
    axes.imshow(image)
    colour = 'black' if said[0] == label else 'red'
    axes.set_title(f'{said[0]} {said[1]:.2f}', fontsize=8, color=colour)


def score_lines(scores: dict[str, Any], temperature: float) -> list[str]:
    """Return what it scores.

    Args:
        scores: What `robot_dl eval` says.
        temperature: That of the card.
    """
    rows = [
        (name, row['images'], row['recall'], row['precision'])
        for name, row in scores['per_class'].items()
    ]
    top = f'top{TOP}'
    lines = [
        *table_lines(['class', 'pictures', 'recall', 'precision'], rows),
        '',
        f'* **top-1 {scores["top1"]:.4f}**, top-{TOP} {scores[top]:.4f}',
        f'* expected calibration error {scores["ece"]:.4f} with the temperature '
        f'{temperature:.3f}, which was fitted on the validation pictures (Guo et al. 2017); '
        f'{scores["ece_uncalibrated"]:.4f} without it (15 bins)',
        '',
        'What was shown (rows), and what was said (columns):',
        '',
        *_confusion_lines(scores),
        '',
        *_limit_lines(scores['limits']),
        '',
        'How often an answer with such a score is right:',
        '',
        *reliability_lines(scores, 'pictures'),
    ]
    return score_section(scores, 'one object each', lines, 'scores')


def _confusion_lines(scores: dict[str, Any]) -> list[str]:
    names = list(scores['per_class'])
    pairs = zip(names, scores['confusion'], strict=False)
    return table_lines(['', *names], ([name, *(n or '' for n in row)] for name, row in pairs))


def _limit_lines(limits: dict[str, Any]) -> list[str]:
    return [
        f'Beyond what it was trained on, {limits["images"]} pictures each: of objects twice as '
        f'far away, top-1 is {limits["top1_twice_as_far"]:.3f}; of things of no class (cones, '
        f'pyramids, stars, rings, crosses, horseshoes), {limits["sure_of_strangers"]:.3f} get the '
        f'name of a class with a score of {SURE} or more.',
    ]


def data_lines(training: Training, scores: dict[str, Any], validation: int) -> list[str]:
    """Return what it was trained and tested on; the temperature on `validation` pictures."""
    return data_section(
        training,
        scores,
        'Each picture shows one object alone on a table, all of it, wherever the camera stands; '
        'there is no clutter but up to three sheets of paper. Everything is rendered by '
        f'`robot_dl/sim/worlds/single_object.py`. {validation} further pictures (validation) '
        'served the curves and the temperature.',
    )
