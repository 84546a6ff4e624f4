"""Sheets of small pictures for the reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Draw = Callable[[Any], None]
"""Draws into matplotlib's axes."""


def draw_sheet(
    path: Path, cells: Sequence[Draw], columns: int, cell_in: tuple[float, float]
) -> None:
    """Write a JPEG with some drawings, row by row.

    Args:
        path: The file.
        cells: What draws each of them.
        columns: How many there are in a row.
        cell_in: Width and height of each, in hundreds of pixels.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = -(-len(cells) // columns)
    size = (cell_in[0] * columns, cell_in[1] * rows)
    figure = Figure(figsize=size, layout='constrained')
    for axes in figure.subplots(rows, columns, squeeze=False).flat:
        axes.axis('off')
    for draw, axes in zip(cells, figure.axes, strict=False):
        draw(axes)
    FigureCanvasAgg(figure).print_jpeg(str(path), pil_kwargs={'quality': 88})
