"""What the report on a detector says of its scores and data; a sheet of predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.training.report import Training, origin

Rgb = NDArray[np.uint8]


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


def score_lines(scores: dict[str, Any]) -> list[str]:
    """Return what it scores."""
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


def data_lines(training: Training, scores: dict[str, Any]) -> list[str]:
    """Return what it was trained and tested on."""
    return [
        '## Data',
        '',
        origin(training, scores),
        f'{scores["ignored"]} objects of the test of which less than three tenths can be seen, or '
        'that are thinner than 8 pixels, neither reward nor punish. Everything is rendered by '
        '`robot_dl/sim/worlds/tabletop.py`.',
    ]
