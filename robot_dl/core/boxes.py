"""Axis-aligned boxes: formats, overlap and suppression."""

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
Scores = NDArray[np.float32]
Indices = NDArray[np.int64]


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
    waiting = np.argsort(-scores, kind='stable')
    kept: list[int] = []
    while len(waiting) and (most is None or len(kept) < most):
        best, waiting = waiting[0], waiting[1:]
        kept.append(int(best))
        overlap = iou_matrix(boxes_xyxy[best : best + 1], boxes_xyxy[waiting])[0]
        waiting = waiting[overlap <= iou]
    return np.array(kept, np.int64)


def class_aware_nms(
    boxes_xyxy: Boxes, scores: Scores, class_ids: Indices, iou: float, most: int | None = None
) -> Indices:
    """Suppress within each class only: a mug in a bowl keeps both boxes.

    Boxes of different classes are moved to places that cannot overlap, so one pass serves all
    classes (the idea of torchvision's `batched_nms`).

    Args:
        boxes_xyxy: Boxes [N, 4], in any one unit.
        scores: Their scores [N].
        class_ids: Their classes [N].
        iou: Overlap above which the lower score of the same class is dropped.
        most: Stop when this many are kept.

    Returns:
        Indices [K] into `boxes_xyxy`, best first.
    """
    if not len(scores):
        return np.zeros(0, np.int64)
    extent = boxes_xyxy.max() - boxes_xyxy.min() + 1
    # float64: the offset of class 79 must not cost the sub-pixel part of a float32.
    apart = boxes_xyxy.astype(np.float64) + (class_ids * float(extent))[:, None]
    return nms(apart, scores, iou, most)
