"""Scores of detections that are perfect, shifted, missing, or on ignored objects."""

from __future__ import annotations

import numpy as np
import pytest

from robot_dl.core.detections import Detections

pytest.importorskip('faster_coco_eval')

from robot_dl.training.scoring import Wanted, coco_scores

LABELS = ('box', 'ball')


def _wanted(ignored: tuple[bool, bool] = (False, False)) -> Wanted:
    boxes = np.array([[10, 10, 50, 50], [100, 40, 160, 90]], np.float32)
    return Wanted(boxes, np.array([0, 1]), np.array(ignored))


def _found(wanted: Wanted, shift: float = 0.0) -> Detections:
    boxes = wanted.boxes_xyxy + np.float32(shift)
    return Detections(boxes, np.array([0.9, 0.8], np.float32), wanted.class_ids)


@pytest.mark.parametrize(
    ('shift', 'map50', 'map50_95'),
    # A 40 px box shifted by 4 px overlaps by 1296 / 1904 = 0.68, the 60 by 50 one by 0.752,
    # so they pass four and six of the ten thresholds.
    [(0.0, 1.0, 1.0), (4.0, 1.0, 0.5), (40.0, 0.0, 0.0)],
)
def test_scores_fall_with_the_shift(shift: float, map50: float, map50_95: float) -> None:
    wanted = _wanted()
    scores = coco_scores([_found(wanted, shift)], [wanted], LABELS)
    assert scores.map50 == pytest.approx(map50)
    assert scores.map50_95 == pytest.approx(map50_95)


def test_nothing_found_scores_zero() -> None:
    scores = coco_scores([Detections.empty()], [_wanted()], LABELS)
    assert (scores.map50, scores.map50_95) == (0.0, 0.0)
    assert scores.per_class['ball'] == {'AP50': 0.0, 'AP50_95': 0.0}


def test_a_false_alarm_on_an_ignored_object_costs_nothing() -> None:
    found = _found(_wanted())
    scores = coco_scores([found], [_wanted(ignored=(False, True))], LABELS)
    assert scores.map50 == pytest.approx(1.0)
    assert 'ball' not in scores.per_class


def test_a_missed_picture_halves_the_recall() -> None:
    wanted = _wanted()
    scores = coco_scores([_found(wanted), Detections.empty()], [wanted, wanted], LABELS)
    assert scores.map50 == pytest.approx(0.5, abs=0.01)


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match='expected one entry for each of 1, got 0'):
        coco_scores([], [_wanted()], LABELS)
