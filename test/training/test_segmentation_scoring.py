"""Confusion and overlap of classes, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from robot_dl.training.segmentation_scoring import (
    EDGE_PX,
    confusion,
    near_edges,
    overlaps,
    segmentation_scores,
)

LABELS = ('background', 'cup', 'plate')
WANTED = np.array([[0, 0, 0, 0], [0, 1, 1, 0]], np.uint8)


def _scores(found: list[list[int]], labels: tuple[str, ...] = LABELS) -> dict:
    return segmentation_scores(confusion(WANTED, np.array(found), len(labels)), labels)


def test_what_is_all_right_overlaps_wholly() -> None:
    scores = _scores(WANTED.tolist())
    assert scores['miou'] == scores['miou_without_background'] == scores['pixel_accuracy'] == 1
    assert set(scores['per_class']) == {'background', 'cup'}, 'there is no plate to be told of'


def test_a_shifted_object_loses_what_both_do_not_share() -> None:
    scores = _scores([[0, 0, 0, 0], [0, 0, 1, 1]])
    # Of the cup, one pixel of three; of the background, five of seven.
    assert scores['per_class']['cup']['iou'] == pytest.approx(1 / 3)
    assert scores['per_class']['background']['iou'] == pytest.approx(5 / 7)
    assert scores['miou'] == pytest.approx((1 / 3 + 5 / 7) / 2)
    assert scores['miou_without_background'] == pytest.approx(1 / 3)
    assert (
        scores['per_class']['cup'] | {'recall': 0.5, 'precision': 0.5}
        == (scores['per_class']['cup'])
    )
    assert scores['per_class']['cup']['share_of_pixels'] == 0.25


def test_a_class_that_is_not_there_costs_those_it_is_taken_for() -> None:
    scores = _scores([[2, 0, 0, 0], [0, 1, 1, 0]])
    assert 'plate' not in scores['per_class']
    assert scores['miou'] == pytest.approx((1 + 5 / 6) / 2)


def test_pixels_that_are_given_no_class_are_missed() -> None:
    scores = _scores([[0, 0, 0, 0], [0, 1, 3, 0]])
    assert scores['per_class']['cup']['iou'] == 0.5
    assert scores['confusion'][1] == [0, 1, 0, 1]


def test_without_a_background_there_is_one_mean_only() -> None:
    scores = _scores(WANTED.tolist(), ('floor', 'wall', 'door'))
    assert 'miou_without_background' not in scores


def test_confusions_of_pictures_add_up() -> None:
    rng = np.random.default_rng(0)
    wanted, found = rng.integers(0, 3, (2, 5, 8, 9))
    whole = confusion(wanted.reshape(-1, 9), found.reshape(-1, 9), 3)
    parts = sum(confusion(w, f, 3) for w, f in zip(wanted, found, strict=True))
    np.testing.assert_array_equal(whole, parts)
    for k, overlap in enumerate(overlaps(whole)):
        both = np.count_nonzero((wanted == k) & (found == k))
        assert overlap == both / np.count_nonzero((wanted == k) | (found == k))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r'expected \[2, 4\] pixels, got \[2, 3\]'):
        confusion(WANTED, WANTED[:, :3], 3)
    with pytest.raises(ValueError, match='expected classes up to 2, got 5'):
        confusion(np.full((1, 1), 5), np.zeros((1, 1), int), 3)
    with pytest.raises(ValueError, match='expected classes up to 3, got 4'):
        confusion(np.zeros((1, 1), int), np.full((1, 1), 4), 3)


def test_what_lies_beside_a_border_is_near_an_edge() -> None:
    ids = np.zeros((40, 40), np.uint8)
    ids[:, 20:] = 2
    near = near_edges(ids)
    assert near[0].nonzero()[0].tolist() == list(range(20 - EDGE_PX, 20 + EDGE_PX))
    assert (near == near[0]).all()
    assert not near_edges(np.ones((9, 9), np.uint8)).any()
