"""Boxes and visible fractions from what each pixel shows."""

from __future__ import annotations

import numpy as np
import pytest

from robot_dl.sim.worlds.truth import truth_from_owners

LABELS = ('box', 'ball')


def _owners(**boxes: tuple[int, int, int, int]) -> np.ndarray:
    owners = np.full((120, 160), -1, np.int32)
    for number, (x0, y0, x1, y1) in enumerate(boxes.values()):
        owners[y0:y1, x0:x1] = number
    return owners


def test_an_empty_table_has_no_boxes() -> None:
    truth = truth_from_owners(_owners(), np.zeros(0), np.zeros(0, np.int64), LABELS)
    assert len(truth) == 0
    assert truth.boxes_xyxy.shape == (0, 4)
    assert truth.ignored.shape == (0,)


def test_boxes_enclose_the_visible_pixels_with_exclusive_ends() -> None:
    owners = _owners(a=(10, 20, 50, 60), b=(40, 30, 80, 50))
    truth = truth_from_owners(owners, np.array([1600.0, 800.0]), np.array([0, 1]), LABELS)
    np.testing.assert_array_equal(truth.boxes_xyxy, [[10, 20, 50, 60], [40, 30, 80, 50]])
    np.testing.assert_allclose(truth.visible_fraction, [1400 / 1600, 1.0])
    assert not truth.ignored.any()


def test_what_cannot_be_seen_at_all_is_not_listed() -> None:
    owners = _owners(a=(10, 20, 50, 60), b=(10, 20, 50, 60))
    truth = truth_from_owners(owners, np.array([1600.0, 1600.0]), np.array([0, 1]), LABELS)
    np.testing.assert_array_equal(truth.class_ids, [1])
    # As in the picture of instances, where the object that is not seen has the number 1.
    np.testing.assert_array_equal(truth.numbers, [2])


@pytest.mark.parametrize(
    ('box', 'silhouette_px', 'ignored'),
    [
        ((10, 20, 50, 60), 1600.0, False),
        ((10, 20, 50, 60), 5400.0, True),
        ((10, 20, 11, 60), 40.0, True),
    ],
)
def test_hidden_or_tiny_objects_are_ignored(
    box: tuple[int, int, int, int], silhouette_px: float, ignored: bool
) -> None:
    truth = truth_from_owners(_owners(a=box), np.array([silhouette_px]), np.array([0]), LABELS)
    assert truth.ignored.tolist() == [ignored]
