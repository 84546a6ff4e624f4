"""Axis-aligned boxes: formats, overlap and suppression."""

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
Scores = NDArray[np.float32]
Indices = NDArray[np.int64]

BLOCK = 256
"""Boxes compared at once in suppression: fewer steps, or fewer pairs that nobody asks for."""

TINY = np.float32(1e-9)
"""Area below which two boxes have no overlap, in place of 0 / 0."""


def xyxy_from_cxcywh(boxes_cxcywh: Boxes) -> Boxes:
    """Return edges [N, 4] for boxes given by centre and size [N, 4]."""
    centre, half = boxes_cxcywh[:, :2], boxes_cxcywh[:, 2:] * np.float32(0.5)
    return np.concatenate([centre - half, centre + half], axis=1)


def cxcywh_from_xyxy(boxes_xyxy: Boxes) -> Boxes:
    """Return centre and size [N, 4] for boxes given by their edges [N, 4]."""
    low, high = boxes_xyxy[:, :2], boxes_xyxy[:, 2:]
    return np.concatenate([(low + high) * np.float32(0.5), high - low], axis=1)


def areas(boxes_xyxy: Boxes) -> Scores:
    """Return the area [N] of each box; inverted boxes have none."""
    sides = np.clip(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 0, None)
    return np.asarray(sides[:, 0] * sides[:, 1])


def iou_matrix(a_xyxy: Boxes, b_xyxy: Boxes) -> NDArray[np.float32]:
    """Return the intersection over union [N, M] of every a [N, 4] with every b [M, 4]."""
    low = np.maximum(a_xyxy[:, None, :2], b_xyxy[None, :, :2])
    high = np.minimum(a_xyxy[:, None, 2:], b_xyxy[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    shared = sides[..., 0] * sides[..., 1]
    union = areas(a_xyxy)[:, None] + areas(b_xyxy)[None, :] - shared
    return np.asarray(shared / np.maximum(union, TINY), np.float32)


def nms(boxes_xyxy: Boxes, scores: Scores, iou: float, most: int | None = None) -> Indices:
    """Keep the best box of each overlapping group.

    Args:
        boxes_xyxy: Boxes [N, 4], in any one unit.
        scores: Their scores [N]; ties are kept in the order of `boxes_xyxy`.
        iou: Overlap above which the lower score is dropped.
        most: Stop when this many are kept.

    Returns:
        Indices [K] into `boxes_xyxy`, best first.
    """
    return class_aware_nms(boxes_xyxy, scores, np.zeros(len(scores), np.int64), iou, most)


def class_aware_nms(
    boxes_xyxy: Boxes, scores: Scores, class_ids: Indices, iou: float, most: int | None = None
) -> Indices:
    """Suppress within each class only: a mug in a bowl keeps both boxes.

    Args:
        boxes_xyxy: Boxes [N, 4], in any one unit.
        scores: Their scores [N]; ties are kept in the order of `boxes_xyxy`.
        class_ids: Their classes [N].
        iou: Overlap above which the lower score of the same class is dropped.
        most: Stop when this many are kept.

    Returns:
        Indices [K] into `boxes_xyxy`, best first.
    """
    order = np.argsort(-scores, kind='stable')
    kept = order[:0]
    for start in range(0, len(order), BLOCK):
        rivals = np.concatenate([kept, order[start : start + BLOCK]])
        better, worse = _overlapping(boxes_xyxy, class_ids, rivals, len(kept), iou)
        kept = rivals[_survivors(len(rivals), better, worse)]
        if most is not None and len(kept) >= most:
            return kept[:most]
    return kept


def _overlapping(
    boxes_xyxy: Boxes, class_ids: Indices, rivals: Indices, settled: int, iou: float
) -> tuple[Indices, Indices]:
    """Return the pairs of `rivals` of one class that overlap: places [P] of better and worse.

    Args:
        boxes_xyxy: Boxes [N, 4].
        class_ids: Their classes [N].
        rivals: Indices [R] into both, best first.
        settled: So many of the first do not overlap with each other.
        iou: Overlap above which two are a pair.
    """
    better, worse = _pairs_of_a_class(class_ids[rivals], settled)
    edges = boxes_xyxy[rivals].T.copy()
    one, other = edges.take(better, axis=1), edges.take(worse, axis=1)
    width, height = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    touching = np.flatnonzero((width > 0) & (height > 0))
    better, worse = better[touching], worse[touching]
    shared = width[touching] * height[touching]
    area = areas(edges.T)
    union = area[better] + area[worse] - shared
    above = shared / np.maximum(union, TINY) > iou
    return better[above], worse[above]


def _pairs_of_a_class(class_ids: Indices, settled: int) -> tuple[Indices, Indices]:
    """Return every pair of equal entries [P], [P], the earlier one first.

    Pairs within the first `settled` entries are left out.
    """
    order = np.argsort(class_ids, kind='stable')
    sorted_ids = class_ids[order]
    begins = np.searchsorted(sorted_ids, sorted_ids)
    places = np.arange(len(order))
    counts = np.where(order < settled, 0, places - begins)
    ends = np.cumsum(counts)
    worse = np.repeat(places, counts)
    better = np.arange(len(worse)) - np.repeat(ends - counts - begins, counts)
    return order[better], order[worse]


def _survivors(count: int, better: Indices, worse: Indices) -> NDArray[np.bool_]:
    """Return which of `count` boxes [count] stay when each one that stays drops its worse rivals.

    Equal to going through them one by one, best first, but in as many rounds as the longest
    chain of rivals has links: whoever has no better rival left stays.
    """
    stays = np.ones(count, bool)
    while len(worse):
        safe = np.ones(count, bool)
        safe[worse] = False
        stays[worse[safe[better]]] = False
        open_ = stays[better] & stays[worse]
        better, worse = better[open_], worse[open_]
    return stays
