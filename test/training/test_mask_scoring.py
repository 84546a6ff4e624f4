"""Scores of masks that are perfect, shifted, missing, or on ignored objects."""

from __future__ import annotations

import numpy as np
import pytest

from robot_dl.core.detections import Detections
from robot_dl.segmentation.types import Instances, Region

pytest.importorskip('faster_coco_eval')

from robot_dl.training.mask_scoring import (
    Silhouettes,
    mask_scores,
    silhouettes_found,
    silhouettes_there,
)

LABELS = ('box', 'ball')
SIZE = (120, 240)
BOXES = ((10, 10, 40, 40), (40, 100, 50, 60))
"""Top, left, height and width of an object of each class."""


def _wanted(ignored: tuple[bool, bool] = (False, False)) -> Silhouettes:
    ids = np.zeros(SIZE, np.uint16)
    for k, (top, left, height, width) in enumerate(BOXES):
        ids[top : top + height, left : left + width] = k + 1
    return silhouettes_there(ids, np.array([1, 2]), np.array([0, 1]), np.array(ignored))


def _found(shift: int = 0, count: int = 2) -> Silhouettes:
    regions = [
        Region(top, left + shift, np.ones((height, width), bool))
        for top, left, height, width in BOXES
    ]
    boxes = np.zeros((count, 4), np.float32)
    scores = np.array([0.9, 0.8], np.float32)[:count]
    objects = Detections(boxes, scores, np.arange(count))
    ids = np.zeros(SIZE, np.uint16)
    return silhouettes_found(Instances(objects, ids, tuple(regions[:count])))


@pytest.mark.parametrize(
    ('shift', 'map50', 'map50_95'),
    # 40 pixels shifted by 4 overlap by 36 / 44 = 0.818, 60 by 56 / 64 = 0.875: seven and eight of
    # the ten thresholds. Shifted by 16, by 24 / 56 = 0.43 and 44 / 76 = 0.579: none and two.
    [(0, 1.0, 1.0), (4, 1.0, 0.75), (16, 0.5, 0.1), (60, 0.0, 0.0)],
)
def test_scores_fall_with_the_shift(shift: int, map50: float, map50_95: float) -> None:
    scores = mask_scores([_found(shift)], [_wanted()], LABELS)
    assert scores.map50 == pytest.approx(map50)
    assert scores.map50_95 == pytest.approx(map50_95)


def test_the_shape_counts_and_not_the_box() -> None:
    ids = np.zeros(SIZE, np.uint16)
    ids[10:50, 10:50][np.tri(40, dtype=bool)] = 1
    triangle = silhouettes_there(ids, np.array([1]), np.array([0]), np.array([False]))
    # 820 of 1600 pixels: just above one half.
    scores = mask_scores([_found(count=1)], [triangle], LABELS)
    assert scores.map50 == pytest.approx(1.0)
    assert scores.map50_95 == pytest.approx(0.1)


def test_nothing_found_scores_zero() -> None:
    nothing = silhouettes_found(Instances.empty(SIZE))
    scores = mask_scores([nothing], [_wanted()], LABELS)
    assert (scores.map50, scores.map50_95) == (0.0, 0.0)


def test_an_ignored_object_neither_rewards_nor_punishes() -> None:
    scores = mask_scores([_found()], [_wanted(ignored=(False, True))], LABELS)
    assert scores.map50 == pytest.approx(1.0)
    assert 'ball' not in scores.per_class
    missed = mask_scores([_found(count=1)], [_wanted(ignored=(False, True))], LABELS)
    assert missed.map50_95 == pytest.approx(1.0)


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match='expected one entry for each of 1, got 0'):
        mask_scores([], [_wanted()], LABELS)
