"""What the report on a detector says of its scores and data; a sheet of predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.training.report import Training, data_section, score_section, table_lines
from robot_dl.training.sheets import draw_sheet

Rgb = NDArray[np.uint8]
IGNORED = (
    'of the test of which less than three tenths can be seen, or that are thinner than 8 pixels, '
    'neither reward nor punish.'
)


def draw_predictions(
    detector: Callable[[Rgb], Detections], images: Sequence[Rgb], labels: Sequence[str], path: Path
) -> None:
    """Draw what the detector finds in some pictures, three to a row."""
    cells = [partial(_draw, image=image, found=detector(image), labels=labels) for image in images]
    draw_sheet(path, cells, 3, (4, 3))


def _draw(axes: Any, image: Rgb, found: Detections, labels: Sequence[str]) -> None:
    axes.imshow(image)
    name_objects(axes, found, labels)


def name_objects(axes: Any, found: Detections, labels: Sequence[str]) -> None:
    """Draw the box, the label and the score of each object."""
    from matplotlib.patches import Rectangle

    for (x0, y0, x1, y1), score, k in zip(
        found.boxes_xyxy, found.scores, found.class_ids, strict=True
    ):
        colour = f'C{k}'
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, ec=colour, lw=1.5))
        box = {'facecolor': colour, 'edgecolor': 'none', 'pad': 0.6}
        text = f'{labels[k]} {score:.2f}'
        axes.text(x0, y0, text, color='white', fontsize=6, va='bottom', bbox=box)


def score_lines(
    scores: dict[str, Any],
    means: tuple[str, str] = ('mAP50', 'mAP50_95'),
    result: str = 'boxes',
) -> list[str]:
    """Return average precisions.

    Args:
        scores: What `robot_dl eval` says.
        means: Names of the means over the classes.
        result: What the model makes of a picture.
    """
    rows = [(name, row['AP50'], row['AP50_95']) for name, row in scores['per_class'].items()]
    lines = table_lines(['class', 'AP50', 'AP50-95'], rows)
    lines.append('| **mean** | ' + ' | '.join(f'**{scores[name]:.4f}**' for name in means) + ' |')
    return score_section(scores, f'{scores["objects"]} objects', lines, result)


def data_lines(training: Training, scores: dict[str, Any]) -> list[str]:
    """Return what it was trained and tested on."""
    return data_section(
        training,
        scores,
        f'{scores["ignored"]} objects {IGNORED}',
        'Everything is rendered by `robot_dl/sim/worlds/tabletop.py`.',
    )
