"""Scores of what is said of every pixel of several pictures; truths as the renderer has them."""

from __future__ import annotations

import numpy as np
import pytest

from robot_dl.core.pinhole import Pinhole
from robot_dl.depth.types import DepthMap
from robot_dl.segmentation.types import SemanticMask
from robot_dl.training import depth_evaluation, segmentation_evaluation
from robot_dl.training.depth_evaluation import is_right

LABELS = ('floor', 'wall', 'door')
PINHOLE = Pinhole(300.0, 300.0, 1.5, 0.5, (2, 4))
IMAGE = np.zeros((2, 4, 3), np.uint8)


def _room(depth_m: list[list[float]]) -> depth_evaluation.Picture:
    ids = np.array([[1, 1, 1, 1], [0, 0, 0, 0]], np.uint8)
    return depth_evaluation.Picture(IMAGE, PINHOLE, np.array(depth_m, np.float32), ids, LABELS)


def test_metres_are_right_within_the_tolerance_on_both_sides() -> None:
    true = np.full(5, 2.0)
    found = np.array([2.19, 2.21, 2 / 1.09, 2 / 1.11, np.nan])
    assert is_right(found, true).tolist() == [True, False, True, False, False]


def test_errors_of_each_class_are_means_over_its_pixels() -> None:
    tally = depth_evaluation.Tally(LABELS)
    near, far = _room([[2.0] * 4, [1.0] * 4]), _room([[4.0] * 4, [2.0, 2.0, 2.0, np.nan]])
    tally.add(near, DepthMap(np.float32([[2.2] * 4, [1.0] * 4])))
    tally.add(far, DepthMap(np.float32([[6.0] * 4, [2.0] * 4])))
    rows = tally.per_class
    assert set(rows) == {'floor', 'wall'}
    assert rows['wall'] == pytest.approx(
        {'abs_rel': 0.3, 'delta1': 0.5, 'share_of_pixels': 8 / 15}, rel=1e-5
    )
    assert rows['floor']['abs_rel'] == 0
    scores = tally.as_json()
    # Each picture counts alike, however many of its pixels are known.
    assert scores['abs_rel'] == pytest.approx((0.05 + 2 / 7) / 2, rel=1e-5)
    assert scores['near_edges']['share_of_pixels'] == 1
    assert scores['near_edges']['abs_rel'] == pytest.approx(8 * 0.3 / 15, rel=1e-5)
    assert 'ece' not in scores, 'nothing was said of confidence'


def test_the_confidence_is_compared_with_how_often_metres_are_right() -> None:
    tally, picture = depth_evaluation.Tally(LABELS), _room([[1.0] * 4, [1.0] * 4])
    found = np.float32([[1.0, 1.0, 1.0, 1.5], [1.0, 1.5, 1.5, 1.5]])
    sure = np.float32([[0.75] * 4, [0.5] * 4])
    tally.add(picture, DepthMap(found, sure))
    tally.add(picture, DepthMap(found, sure))
    scores = tally.as_json()
    assert scores['ece'] == pytest.approx((0 + 0.25) / 2)
    assert [n for *_, n in scores['reliability']] == [8, 8]


def test_pixels_without_a_class_count_as_wrong() -> None:
    truth = np.array([[0, 0], [1, 1]], np.uint8)
    picture = segmentation_evaluation.Picture(IMAGE[:, :2], truth, LABELS)
    tally = segmentation_evaluation.Tally(LABELS)
    said = np.array([[0, 255], [1, 1]], np.uint8)
    tally.add(picture, SemanticMask(said, np.full((2, 2), 255, np.uint8)))
    scores = tally.as_json()
    assert scores['miou'] == 0.75
    assert (scores['near_edges'], scores['wrong_near_edges']) == (1, 1)
    assert scores['ece'] == 0.25


@pytest.mark.parametrize('world', ['tabletop', 'rooms'])
def test_the_truth_of_a_world_fits_its_pictures(world: str) -> None:
    pytest.importorskip('mujoco')
    masks = segmentation_evaluation.render_picture(world, 5)
    depth = depth_evaluation.render_picture(world, 5)
    assert masks.labels == depth.labels
    np.testing.assert_array_equal(masks.image, depth.image)
    np.testing.assert_array_equal(masks.class_ids, depth.class_ids)
    assert depth.depth_m.shape == masks.class_ids.shape == masks.image.shape[:2]
    assert np.isfinite(depth.depth_m).mean() > 0.5
    assert depth.pinhole.size_hw == masks.image.shape[:2]


def test_the_truth_about_instances_is_that_about_boxes() -> None:
    pytest.importorskip('mujoco')
    pytest.importorskip('faster_coco_eval')
    from faster_coco_eval.core.mask import toBbox

    from robot_dl.training.detection_evaluation import render_picture as boxes_of
    from robot_dl.training.instance_evaluation import render_picture

    for seed in (3, 4):
        wanted, boxes = render_picture('tabletop', seed).wanted, boxes_of(seed).wanted
        assert wanted.class_ids.tolist() == boxes.class_ids.tolist()
        assert wanted.ignored.tolist() == boxes.ignored.tolist()
        for mask, box in zip(wanted.masks, boxes.boxes_xyxy, strict=True):
            x, y, width, height = toBbox(mask)
            assert [x, y, x + width, y + height] == box.tolist()
