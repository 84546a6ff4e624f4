"""Axis-aligned boxes: formats, overlap and suppression."""

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
Scores = NDArray[np.float32]
Indices = NDArray[np.int64]

BLOCK = 32
"""Boxes compared at once in suppression: one matrix a block instead of one row a box."""


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
    return np.asarray(shared / np.maximum(union, np.float32(1e-9)), np.float32)


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
    kept = np.zeros(0, np.int64)
    for start in range(0, len(order), BLOCK):
        block = order[start : start + BLOCK]
        block = block[~_covered(boxes_xyxy, class_ids, block, kept, iou).any(axis=1)]
        kept = np.concatenate([kept, block[_distinct(boxes_xyxy, class_ids, block, iou)]])
        if most is not None and len(kept) >= most:
            return kept[:most]
    return kept


def _covered(
    boxes_xyxy: Boxes, class_ids: Indices, some: Indices, others: Indices, iou: float
) -> NDArray[np.bool_]:
    """Return for each of `some` [K] which of `others` [L] cover it: flags [K, L]."""
    alike = class_ids[some][:, None] == class_ids[others][None, :]
    return np.asarray(alike & (iou_matrix(boxes_xyxy[some], boxes_xyxy[others]) > iou))


def _distinct(boxes_xyxy: Boxes, class_ids: Indices, block: Indices, iou: float) -> list[int]:
    """Return which of `block`, best first, are not covered by a better one that is kept."""
    covers = _covered(boxes_xyxy, class_ids, block, block, iou)
    covered = np.zeros(len(block), bool)
    kept = []
    for i in range(len(block)):
        if not covered[i]:
            kept.append(i)
            covered |= covers[i]
    return kept
