"""What a sensor has measured, at the cells of a map that show the same."""

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.bad_images import ImageError
from robot_dl.core.dense import AxisView, MapView
from robot_dl.core.pinhole import Pinhole
from robot_dl.depth.types import Floats

Pairs = tuple[Floats, Floats]
"""Numbers of the map [N], and metres measured there [N], NaN where nothing was."""

MOST_CELLS = 160
"""Along each axis: two numbers need no more points than this."""
SHAPES_ALIKE = 0.02


def pairs_with_image(values: Floats, view: MapView, reference_m: Floats) -> Pairs:
    """Return the cells of a map with what a depth image of the same view says there.

    Args:
        values: The map [h, w].
        view: How it lies over the image.
        reference_m: Depth [H, W] in metres of the same camera, or registered to it, of any size
            of the image's shape; NaN where unknown.

    Raises:
        ImageError: If it is of another shape, and so cannot be of the same view.
    """
    height, width = reference_m.shape
    shape, wanted = width / height, view.x.pixels / view.y.pixels
    if abs(shape / wanted - 1) > SHAPES_ALIKE:
        raise ImageError(
            f'reference_depth: expected an image of the shape of {view.x.pixels} x '
            f'{view.y.pixels}, registered to the camera, got {width} x {height}'
        )
    rows, columns = _chosen(view.y), _chosen(view.x)
    ys = _places(rows, view.y, height)
    xs = _places(columns, view.x, width)
    return values[np.ix_(rows, columns)].ravel(), reference_m[np.ix_(ys, xs)].ravel()


def _chosen(axis: AxisView) -> NDArray[np.int64]:
    seen = axis.seen
    return np.arange(seen.start, seen.stop, 1 + (seen.stop - seen.start - 1) // MOST_CELLS)


def _places(cells: NDArray[np.int64], axis: AxisView, length: int) -> NDArray[np.int64]:
    """Return the pixels, of an image of another length, that the centres of cells lie in."""
    part = (cells + 0.5 - axis.shift) / axis.scale / axis.pixels
    return np.clip((part * length).astype(np.int64), 0, length - 1)


def pairs_with_points(
    values: Floats, view: MapView, pinhole: Pinhole, points_m: NDArray[np.float64]
) -> Pairs:
    """Return the cells of a map in which measured points lie, with their distances.

    Args:
        values: The map [h, w].
        view: How it lies over the image.
        pinhole: The camera, for the image.
        points_m: Points [N, 3] in its optical frame, metres; those behind it, or beside its
            view, are left out.
    """
    ahead = points_m[points_m[:, 2] > 0]
    places = pinhole.project(ahead) + 0.5
    columns = np.floor(places[:, 0] * view.x.scale + view.x.shift)
    rows = np.floor(places[:, 1] * view.y.scale + view.y.shift)
    inside = _inside(columns, view.x) & _inside(rows, view.y)
    cells = rows[inside].astype(np.int64), columns[inside].astype(np.int64)
    return values[cells], ahead[inside, 2].astype(np.float32)


def _inside(cells: NDArray[np.float64], axis: AxisView) -> NDArray[np.bool_]:
    return np.asarray((cells >= axis.seen.start) & (cells < axis.seen.stop))
