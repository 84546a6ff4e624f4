"""What a perfect detector would say about a picture, from the renderer's own labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Truth:
    """The labelled objects of one picture, as a structure of arrays.

    Attributes:
        labels: Names of all classes; `class_ids` index it.
        boxes_xyxy: Boxes [N, 4] around the visible pixels; x_max and y_max are exclusive.
        class_ids: Classes [N].
        visible_fraction: Visible part [N] of each silhouette, in [0, 1]; what lies behind
            something or outside the picture is not visible.
        ignored: Flags [N] of objects too hidden or too small to be asked of a detector.
        numbers: Number [N] that each object has in `PixelTruth.instance_ids`.
    """

    labels: tuple[str, ...]
    boxes_xyxy: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    visible_fraction: NDArray[np.float32]
    ignored: NDArray[np.bool_]
    numbers: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of objects, ignored ones included."""
        return len(self.class_ids)


LEAST_VISIBLE = 0.3
"""Objects of which less is visible are ignored."""
LEAST_SIDE = 1 / 60
"""Objects whose box is thinner than this part of the picture's height are ignored."""


def box_of(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return x_min, y_min, x_max, y_max (exclusive) of a mask [H, W] that is not empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def truth_from_owners(
    owners: NDArray[np.int32],
    silhouette_px: NDArray[np.float64],
    class_ids: NDArray[np.int64],
    labels: tuple[str, ...],
) -> Truth:
    """Derive boxes from which object each pixel shows.

    Args:
        owners: Index of the object per pixel [H, W], or -1.
        silhouette_px: Pixels [M] each object would cover if nothing hid it.
        class_ids: Class [M] of each object.
        labels: Names of all classes.
    """
    counts = np.bincount(owners[owners >= 0], minlength=len(class_ids))
    seen = np.flatnonzero(counts > 0)
    boxes = np.array([box_of(owners == k) for k in seen], np.float32).reshape(-1, 4)
    fraction = np.minimum(counts[seen] / np.maximum(silhouette_px[seen], 1), 1.0)
    thin = (boxes[:, 2:] - boxes[:, :2]).min(1, initial=np.inf) < LEAST_SIDE * owners.shape[0]
    ignored = (fraction < LEAST_VISIBLE) | thin
    fractions = fraction.astype(np.float32)
    return Truth(labels, boxes, class_ids[seen], fractions, ignored, seen + 1)
