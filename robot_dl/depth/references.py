"""What a sensor has measured, at the cells of a map that show the same."""

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.dense import AxisView, MapView
from robot_dl.depth.types import Floats

Pairs = tuple[Floats, Floats]
"""Numbers of the map [N], and metres measured there [N]."""


def pairs_at(values: Floats, view: MapView, places_uvz: NDArray[np.float64]) -> Pairs:
    """Return the numbers of a map where something was measured, with what was.

    Args:
        values: The map [h, w].
        view: How it lies over the image.
        places_uvz: Columns and rows in the image, in pixels, and depth in metres [N, 3]; those
            beside the view are left out.
    """
    columns = np.floor((places_uvz[:, 0] + 0.5) * view.x.scale + view.x.shift)
    rows = np.floor((places_uvz[:, 1] + 0.5) * view.y.scale + view.y.shift)
    inside = _inside(columns, view.x) & _inside(rows, view.y)
    cells = rows[inside].astype(np.int64), columns[inside].astype(np.int64)
    return values[cells], places_uvz[inside, 2].astype(np.float32)


def _inside(cells: NDArray[np.float64], axis: AxisView) -> NDArray[np.bool_]:
    return np.asarray((cells >= axis.seen.start) & (cells < axis.seen.stop))
