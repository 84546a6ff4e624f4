"""How well the classes of pixels are told: confusion, and what of each class overlaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[Any]
Counts = NDArray[np.int64]
BACKGROUND = 'background'
EDGE_PX = 4
"""So many pixels beside a border between classes are near an edge."""


def near_edges(ids: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell of which pixels [H, W] one of another class is within `EDGE_PX` rows and columns."""
    import cv2

    window = np.ones((2 * EDGE_PX + 1,) * 2, np.uint8)
    return np.asarray(cv2.dilate(ids, window) != cv2.erode(ids, window))


def confusion(wanted: Ids, found: Ids, classes: int) -> Counts:
    """Return how many pixels of a class (row) were given a class (column) [C, C + 1].

    The last column has those that were given none.

    Args:
        wanted: The true class of each pixel [H, W].
        found: What a model says [H, W]; the number of classes where it says nothing.
        classes: How many there are.

    Raises:
        ValueError: If the pictures differ in size, or a class is unknown.
    """
    if wanted.shape != found.shape:
        raise ValueError(f'found: expected {list(wanted.shape)} pixels, got {list(found.shape)}')
    for ids, most in ((wanted, classes - 1), (found, classes)):
        if int(ids.max(initial=0)) > most:
            raise ValueError(f'expected classes up to {most}, got {int(ids.max())}')
    pairs = wanted.astype(np.int64) * (classes + 1) + found
    counts = np.bincount(pairs.reshape(-1), minlength=classes * (classes + 1))
    return counts.reshape(classes, classes + 1)


def overlaps(counts: Counts) -> NDArray[np.float64]:
    """Return what both sides of a confusion share of each class [C]; NaN where none is there.

    The intersection over union (Everingham et al. 2010, section 4.1.4): of a class that is not
    there it says nothing. Who names it nevertheless loses on the classes that are.
    """
    both = counts.diagonal()
    there = counts.sum(1)
    either = there + counts.sum(0)[:-1] - both
    return np.where(there > 0, both / np.maximum(either, 1), np.nan)


def segmentation_scores(counts: Counts, labels: tuple[str, ...]) -> dict[str, Any]:
    """Return what `robot_dl eval --json` writes of a confusion [C, C + 1]."""
    per_class = overlaps(counts)
    front = np.array([label != BACKGROUND for label in labels])
    scores: dict[str, Any] = {'miou': float(np.nanmean(per_class))}
    if not front.all():
        scores['miou_without_background'] = float(np.nanmean(per_class[front]))
    scores['pixel_accuracy'] = float(counts.diagonal().sum() / counts.sum())
    return {
        **scores,
        'per_class': {
            name: _row(counts, k, per_class[k])
            for k, name in enumerate(labels)
            if not np.isnan(per_class[k])
        },
        'labels': list(labels),
        'confusion': counts.tolist(),
    }


def _row(counts: Counts, k: int, overlap: float) -> dict[str, float]:
    there, said, both = (int(n) for n in (counts[k].sum(), counts[:, k].sum(), counts[k, k]))
    return {
        'iou': float(overlap),
        'recall': both / there,
        'precision': both / max(said, 1),
        'share_of_pixels': there / int(counts.sum()),
    }
