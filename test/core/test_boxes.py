"""Boxes: formats, overlap, suppression."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_dl.core.boxes import (
    class_aware_nms,
    cxcywh_from_xyxy,
    iou_matrix,
    nms,
    xyxy_from_cxcywh,
)

EMPTY = np.zeros((0, 4), np.float32)


def random_boxes(seed: int, n: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 80, (n, 2))
    return np.concatenate([low, low + rng.uniform(1, 40, (n, 2))], 1).astype(np.float32)


def test_no_boxes_overlap_with_nothing():
    assert iou_matrix(EMPTY, random_boxes(0, 3)).shape == (0, 3)
    assert len(nms(EMPTY, np.zeros(0, np.float32), 0.5)) == 0


@pytest.mark.parametrize(
    ('a', 'b', 'iou'),
    [
        ([0, 0, 10, 10], [0, 0, 10, 10], 1.0),
        ([0, 0, 10, 10], [10, 0, 20, 10], 0.0),
        ([0, 0, 10, 10], [5, 0, 15, 10], 1 / 3),
        ([0, 0, 10, 10], [2, 2, 4, 4], 0.04),
        ([5, 5, 5, 5], [5, 5, 5, 5], 0.0),
        ([9, 9, 1, 1], [0, 0, 10, 10], 0.0),
    ],
)
def test_overlap_of_two_boxes(a, b, iou):
    assert iou_matrix(np.array([a], np.float32), np.array([b], np.float32)) == pytest.approx(iou)


def test_overlap_agrees_with_painted_masks():
    boxes = np.floor(random_boxes(1, 12))
    masks = np.zeros((12, 130, 130), bool)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes.astype(int), strict=True):
        mask[y0:y1, x0:x1] = True
    shared = (masks[:, None] & masks[None]).sum((2, 3))
    union = (masks[:, None] | masks[None]).sum((2, 3))
    np.testing.assert_allclose(iou_matrix(boxes, boxes), shared / union, atol=1e-6)


@given(st.integers(0, 10_000))
def test_edges_and_centres_are_inverse(seed):
    boxes = random_boxes(seed, 7)
    np.testing.assert_allclose(xyxy_from_cxcywh(cxcywh_from_xyxy(boxes)), boxes, atol=1e-4)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.3, 0.5, 0.7]), st.sampled_from([3, 60, 400]))
def test_suppression_agrees_with_opencv(seed, iou, n):
    boxes = random_boxes(seed, n)
    scores = np.random.default_rng(seed + 1).permutation(np.arange(1, n + 1)).astype(np.float32)
    xywh = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], 1)
    expected = cv2.dnn.NMSBoxes(xywh.tolist(), scores.tolist(), 0.0, iou)
    assert list(nms(boxes, scores, iou)) == list(np.array(expected).ravel())


def test_equal_scores_keep_their_order():
    boxes = np.array([[0, 0, 9, 9], [20, 0, 29, 9], [0, 0, 9, 9]], np.float32)
    assert list(nms(boxes, np.ones(3, np.float32), 0.5)) == [0, 1]


def test_a_chain_suppresses_only_neighbours_of_kept_boxes():
    boxes = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]], np.float32)
    assert list(nms(boxes, np.array([0.9, 0.8, 0.7], np.float32), 0.4)) == [0, 2]


def test_most_limits_what_is_kept():
    boxes = random_boxes(3, 300)
    scores = np.linspace(1, 0, 300, dtype=np.float32)
    everything = nms(boxes, scores, 0.6)
    assert list(nms(boxes, scores, 0.6, most=5)) == list(everything[:5])


def test_two_classes_at_the_same_place_survive():
    """Trap 6: class-agnostic suppression loses the mug in the bowl."""
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]], np.float32)
    scores = np.array([0.9, 0.8, 0.7], np.float32)
    assert list(class_aware_nms(boxes, scores, np.array([3, 5, 3]), 0.5)) == [0, 1]


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_class_aware_suppression_equals_suppression_class_by_class(seed):
    boxes, rng = random_boxes(seed, 80) - 50, np.random.default_rng(seed)
    scores = rng.permutation(80).astype(np.float32)
    class_ids = rng.integers(0, 90, 80)
    expected = []
    for c in np.unique(class_ids):
        mine = np.flatnonzero(class_ids == c)
        expected += list(mine[nms(boxes[mine], scores[mine], 0.4)])
    assert list(class_aware_nms(boxes, scores, class_ids, 0.4)) == sorted(
        expected, key=lambda i: -scores[i]
    )


def kept_one_by_one(boxes, scores, class_ids, iou, most):
    """Return what greedy suppression keeps, by its definition: one box after another."""
    kept = []
    for i in sorted(range(len(scores)), key=lambda i: -scores[i]):
        mine = [k for k in kept if class_ids[k] == class_ids[i]]
        if not mine or iou_matrix(boxes[[i]], boxes[mine]).max() <= iou:
            kept.append(i)
    return kept[:most]


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    n=st.sampled_from([0, 1, 2, 40, 300, 700]),
    classes=st.sampled_from([1, 3, 80]),
    iou=st.sampled_from([0.0, 0.3, 0.6, 1.0]),
    most=st.sampled_from([None, 1, 30, 300]),
)
def test_suppression_is_the_same_as_one_by_one(seed, n, classes, iou, most):
    """Equal scores, boxes without area and inverted ones included, and several blocks of boxes."""
    rng = np.random.default_rng(seed)
    boxes = np.round(random_boxes(seed, n) / 4)
    boxes[::7, 2:] = boxes[::7, :2]
    boxes[::11] = boxes[::11][:, [2, 3, 0, 1]]
    scores = np.round(rng.uniform(0, 1, n), 2).astype(np.float32)
    class_ids = rng.integers(0, classes, n)
    kept = class_aware_nms(boxes, scores, class_ids, iou, most)
    assert kept.tolist() == kept_one_by_one(boxes, scores, class_ids, iou, most)


def test_a_chain_longer_than_a_block_is_undone_link_by_link():
    """Each box covers the next, so every second one stays: the most rounds there can be."""
    left = np.arange(600, dtype=np.float32) * 4
    boxes = np.stack([left, left * 0, left + 10, left * 0 + 10], axis=1)
    scores = np.linspace(1, 0, 600, dtype=np.float32)
    assert nms(boxes, scores, 0.4).tolist() == list(range(0, 600, 2))
