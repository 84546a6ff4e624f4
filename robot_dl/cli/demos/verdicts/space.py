"""Boxes in space: what is really visible of each object, and which box is of which object."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.matching import NOTHING, UNCOUNTED
from robot_dl.core.pinhole import Pinhole

Floats = NDArray[np.float64]
Numbers = NDArray[Any]

EDGE = 0.02
"""Part of its box by which the middle of an object may lie outside of it, as a projection may."""


@dataclass(frozen=True)
class Boxes3D:
    """Boxes in space along the axes of the camera's optical frame, as a structure of arrays.

    Attributes:
        centres_m: Centres [N, 3], metres.
        sizes_m: Extents [N, 3], metres.
        class_ids: Classes [N].
        counts: Whether each [N] is asked for.
    """

    centres_m: Floats
    sizes_m: Floats
    class_ids: NDArray[np.int64]
    counts: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.class_ids)

    @property
    def distances_m(self) -> Floats:
        """Distance [N] of each centre from the camera."""
        return np.asarray(np.linalg.norm(self.centres_m, axis=1))

    def corners_m(self) -> Floats:
        """Return the corners [N, 8, 3], the last axis changing fastest from low to high."""
        signs = np.stack(np.meshgrid([-0.5, 0.5], [-0.5, 0.5], [-0.5, 0.5], indexing='ij'), -1)
        return self.centres_m[:, None] + signs.reshape(8, 3) * self.sizes_m[:, None]


def visible_boxes(
    numbers: Numbers,
    depth_m: NDArray[np.float32],
    pinhole: Pinhole,
    class_ids: NDArray[np.int64],
    counts: NDArray[np.bool_],
) -> Boxes3D:
    """Return the boxes around what is really visible of each object.

    They reach from the first to the last point that the camera sees of it: the side that an
    object hides from the camera is no part of its box, for a camera cannot know it.

    Args:
        numbers: Which object each pixel shows [H, W]: k + 1 for the k-th, 0 for none.
        depth_m: True distance of each pixel along the optical axis [H, W], NaN for none.
        pinhole: The camera of both.
        class_ids: Class of each object [N].
        counts: Whether each object [N] is asked for; one of which no point is known is not.
    """
    centres, sizes, is_known = np.zeros((len(class_ids), 3)), np.zeros((len(class_ids), 3)), []
    for k in range(len(class_ids)):
        rows, columns = np.nonzero((numbers == k + 1) & np.isfinite(depth_m))
        is_known.append(len(rows) > 0)
        if len(rows):
            uvz = np.stack([columns, rows, depth_m[rows, columns]], axis=1).astype(np.float64)
            points = pinhole.unproject(uvz)
            low, high = points.min(axis=0), points.max(axis=0)
            centres[k], sizes[k] = (low + high) / 2, high - low
    return Boxes3D(centres, sizes, class_ids, counts & np.array(is_known, bool))


def same_sight(found: Boxes3D, truth: Boxes3D, pinhole: Pinhole) -> NDArray[np.int64]:
    """Tell which object each box [N] is of, by class and by direction alone.

    A box is of the object in whose picture its centre appears, so that a wrong distance is an
    error to be measured and not a reason to leave the object out. Among several the one whose
    direction is closest is taken; no object is taken twice.

    Returns:
        Index of the object [N]; NOTHING, or UNCOUNTED if the object is not asked for.
    """
    answer = np.full(len(found), NOTHING, np.int64)
    if not len(found) or not len(truth):
        return answer
    low, high = _seen_boxes(truth, pinhole)
    middle, reach = (low + high) / 2, (high - low) / 2 * (1 + EDGE) + 1.0
    offset = np.abs(pinhole.project(found.centres_m)[:, None] - middle) / reach
    away = np.where(found.class_ids[:, None] == truth.class_ids, offset.max(2), np.inf)
    # Objects of which nothing is known are nowhere.
    away[:, ~(truth.sizes_m > 0).any(1)] = np.inf
    while away.min() <= 1:
        k, m = np.unravel_index(away.argmin(), away.shape)
        answer[k] = m if truth.counts[m] else UNCOUNTED
        away[k] = np.inf
        if truth.counts[m]:
            away[:, m] = np.inf
    return answer


def _seen_boxes(boxes: Boxes3D, pinhole: Pinhole) -> tuple[Floats, Floats]:
    """Return the corners [M, 2] of the image boxes around boxes in space."""
    corners = boxes.corners_m().reshape(-1, 3)
    # A box that reaches behind the camera has no picture there.
    corners[:, 2] = np.maximum(corners[:, 2], 1e-3)
    seen = pinhole.project(corners).reshape(len(boxes), 8, 2)
    return seen.min(1), seen.max(1)
