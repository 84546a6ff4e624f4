"""What the report on a depth estimator says of its scores; a sheet of predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.pinhole import Pinhole
from robot_dl.depth.types import DepthMap
from robot_dl.training.depth_evaluation import TOLERANCE, Picture
from robot_dl.training.report import reliability_lines, score_section, table_lines
from robot_dl.training.segmentation_scoring import EDGE_PX
from robot_dl.training.sheets import Draw, draw_sheet

Rgb = NDArray[np.uint8]
CELL_IN = (2.4, 1.95)
WORST = 0.2
"""Relative error that is drawn in the brightest colour."""


def draw_predictions(
    estimator: Callable[[Rgb, Pinhole], DepthMap], pictures: Sequence[Picture], path: Path
) -> None:
    """Draw pictures, their true metres, what a model says, its error, and its confidence."""
    cells: list[Draw] = []
    for picture in pictures:
        found = estimator(picture.image, picture.pinhole)
        low, high = float(np.nanmin(picture.depth_m)), float(np.nanmax(picture.depth_m))
        error = np.abs(found.depth_m / picture.depth_m - 1)
        # In logarithms, or a bit of far floor would leave the table one colour.
        metres = partial(_draw, low=np.log(low), high=np.log(high), colours='turbo_r')
        cells += [
            partial(_draw, values=picture.image, title='picture'),
            partial(
                metres, values=np.log(picture.depth_m), title=f'truth, {low:.2f} to {high:.2f} m'
            ),
            partial(metres, values=np.log(found.depth_m), title='model'),
            partial(
                _draw,
                values=error,
                title=f'error, up to {WORST:.0%} (mean {np.nanmean(error):.1%})',
                high=WORST,
                colours='magma',
            ),
        ]
        if found.confidence is not None:
            sure = partial(_draw, values=found.confidence, title='confidence', colours='gray')
            cells.append(partial(sure, high=1.0))
    draw_sheet(path, cells, len(cells) // len(pictures), CELL_IN)


def _draw(
    axes: Any,
    values: NDArray[Any],
    title: str,
    low: float = 0.0,
    high: float | None = None,
    colours: str | None = None,
) -> None:
    if values.ndim == 3:
        axes.imshow(values)
    else:
        axes.imshow(values, vmin=low, vmax=high, cmap=colours)
    axes.set_title(title, fontsize=7, pad=2)


def score_lines(scores: dict[str, Any], temperature: float) -> list[str]:
    """Return the errors of metres; see `score_section`."""
    parts = {**scores['per_class'], f'near an edge (up to {EDGE_PX} px)': scores['near_edges']}
    rows = [
        (name, f'{row["share_of_pixels"]:.1%}', f'{row["abs_rel"]:.4f}', f'{row["delta1"]:.4f}')
        for name, row in parts.items()
    ]
    lines = table_lines(['pixels', 'share', 'abs_rel', 'delta1'], rows)
    rest = ('delta2', 'delta3', 'rmse_m', 'log10', 'silog', 'known')
    lines += [
        '',
        f'* **abs_rel {scores["abs_rel"]:.4f}, delta1 {scores["delta1"]:.4f}**: means over the '
        'pictures (Eigen et al. 2014), every pixel with a true distance counted; the rows above '
        'are means over pixels, the last one of those near a border between classes',
        '* ' + ', '.join(f'{name} {scores[name]:.4f}' for name in rest),
        '',
        f'The confidence is the chance that the metres are within {TOLERANCE:.0%} of the truth. '
        f'Its expected calibration error is **{scores["ece"]:.4f}**, with the temperature '
        f'{temperature:.3f} fitted on the validation pictures. How often pixels with such a '
        'confidence are right:',
        '',
        *reliability_lines(scores, 'pixels'),
    ]
    return score_section(scores, "each with its own camera's focal length", lines, 'metres')
