import itertools

import numpy as np
import pytest

from robot_dl.cli.demos.matching import NOTHING, UNCOUNTED, Tally, match
from robot_dl.core.detections import Detections

HERE = [10, 10, 50, 50]
NEARLY_HERE = [14, 10, 54, 50]
THERE = [200, 10, 250, 50]


def objects(*rows):
    """Return detections from rows of (box, class id, score)."""
    if not rows:
        return Detections.empty()
    boxes, classes, scores = zip(*rows, strict=True)
    return Detections(
        np.array(boxes, np.float32), np.array(scores, np.float32), np.array(classes, np.int64)
    )


CASES = {
    'nothing there, nothing found': ([], [], [], []),
    'an object, nothing found': ([], [(HERE, 0, 1)], [], [True]),
    'nothing there, something found': ([(HERE, 0, 0.9)], [], [NOTHING], []),
    'found where it is': ([(NEARLY_HERE, 0, 0.9)], [(HERE, 0, 1)], [0], [False]),
    'found elsewhere': ([(THERE, 0, 0.9)], [(HERE, 0, 1)], [NOTHING], [True]),
    'found as another class': ([(HERE, 1, 0.9)], [(HERE, 0, 1)], [NOTHING], [True]),
    'found twice': (
        [(NEARLY_HERE, 0, 0.5), (HERE, 0, 0.9)],
        [(HERE, 0, 1)],
        [NOTHING, 0],
        [False],
    ),
    'the surer one chooses first, though it overlaps less': (
        [(HERE, 0, 0.5), (NEARLY_HERE, 0, 0.9)],
        [(HERE, 0, 1)],
        [NOTHING, 0],
        [False],
    ),
    'each takes the object it overlaps most': (
        [(HERE, 0, 0.9), (NEARLY_HERE, 0, 0.8)],
        [(NEARLY_HERE, 0, 1), (HERE, 0, 1)],
        [1, 0],
        [False, False],
    ),
    'an object that does not count, not found': ([], [(HERE, 0, 0)], [], [False]),
    'an object that does not count, found twice': (
        [(HERE, 0, 0.9), (NEARLY_HERE, 0, 0.8)],
        [(HERE, 0, 0)],
        [UNCOUNTED, UNCOUNTED],
        [False],
    ),
    'an object that counts goes before one that does not': (
        [(HERE, 0, 0.9)],
        [(HERE, 0, 0), (NEARLY_HERE, 0, 1)],
        [1],
        [False, False],
    ),
}


@pytest.mark.parametrize('case', CASES)
def test_every_detection_gets_the_object_it_is_of(case):
    found, truth, truth_of, is_missed = CASES[case]
    matched = match(objects(*found), objects(*truth))
    assert matched.truth_of.tolist() == truth_of
    assert matched.is_missed.tolist() == is_missed
    assert matched.errors == truth_of.count(NOTHING) + sum(is_missed)


@pytest.mark.parametrize(('shift', 'truth_of'), [(0.0, 0), (13.0, 0), (13.8, NOTHING)])
def test_half_an_overlap_is_enough(shift, truth_of):
    # Two 40 px squares shifted by s overlap by (40 - s) / (40 + s): 0.5 at 13.33 px.
    box = [10 + shift, 10, 50 + shift, 50]
    matched = match(objects((box, 0, 0.9)), objects((HERE, 0, 1)))
    assert matched.truth_of.tolist() == [truth_of]


def test_the_number_of_hits_is_the_largest_possible_when_each_overlaps_one():
    rng = np.random.default_rng(0)
    for _ in range(50):
        truth = _apart(rng, 6)
        seen = rng.random(6) < 0.7
        shifted = truth.boxes_xyxy[seen] + rng.uniform(-2, 2, (seen.sum(), 4))
        found = Detections(
            shifted.astype(np.float32),
            rng.random(seen.sum()).astype(np.float32),
            truth.class_ids[seen],
        )
        assert match(found, truth).is_missed.tolist() == (~seen).tolist()


def test_a_tally_of_no_image_has_no_precision():
    empty = Tally.empty(3)
    assert (empty.precision, empty.recall, empty.objects) == (None, None, 0)


def test_a_tally_counts_each_class():
    found = objects((HERE, 0, 0.9), (THERE, 2, 0.8))
    truth = objects((HERE, 0, 1), (THERE, 1, 1), ([0, 90, 9, 99], 1, 0))
    tally = Tally.of(match(found, truth), found, truth, 3)
    assert tally.right.tolist() == [1, 0, 0]
    assert tally.false_alarms.tolist() == [0, 0, 1]
    assert tally.missed.tolist() == [0, 1, 0]
    assert (tally.precision, tally.recall, tally.objects) == (0.5, 0.5, 2)
    assert tally.of_class(0).precision == 1.0
    assert tally.of_class(1).precision is None
    assert tally.of_class(2).recall is None


def test_tallies_add_up():
    one = Tally(np.array([1, 0]), np.array([2, 0]), np.array([0, 5]))
    total = one + one + Tally.empty(2)
    assert total.right.tolist() == [2, 0]
    assert total.false_alarms.tolist() == [4, 0]
    assert total.missed.tolist() == [0, 10]


def _apart(rng, count):
    """Return objects on a grid so wide that no two overlap."""
    cells = list(itertools.product(range(4), range(3)))
    corners = np.array(cells)[rng.permutation(len(cells))[:count]] * 100
    boxes = np.concatenate([corners, corners + rng.uniform(30, 90, (count, 2))], axis=1)
    ids = rng.integers(0, 3, count)
    return Detections(boxes.astype(np.float32), np.ones(count, np.float32), ids)
