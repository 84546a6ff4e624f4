"""How the demo compares answers with the truth, on cases whose result is known in closed form."""

import numpy as np
import pytest
from demo_frames import (
    LABELS,
    LEFT,
    PINHOLE,
    RIGHT,
    SIZE_HW,
    boxes3d,
    classes_verdict,
    distances_verdict,
    painted,
    places_verdict,
    silhouettes_verdict,
    verdict_on,
)

from robot_dl.cli.demos.matching import NOTHING, UNCOUNTED
from robot_dl.cli.demos.verdicts.metres import MetresTally
from robot_dl.cli.demos.verdicts.places import PlaceTally
from robot_dl.cli.demos.verdicts.reach import Ranges, Reach, ReachTally
from robot_dl.cli.demos.verdicts.silhouettes import SilhouetteTally, pixel_iou
from robot_dl.cli.demos.verdicts.space import visible_boxes

NOWHERE = np.full(SIZE_HW, np.nan, np.float32)


@pytest.mark.parametrize(
    ('found', 'truth', 'kind'),
    [
        ([], [], 'right'),
        ([(LEFT, 0, 0.9)], [(LEFT, 0, 1)], 'right'),
        ([], [(LEFT, 0, 0)], 'right'),
        ([], [(LEFT, 0, 1)], 'missed'),
        ([(LEFT, 0, 0.9)], [], 'false'),
        ([(LEFT, 1, 0.9)], [(LEFT, 0, 1)], 'missed'),
    ],
)
def test_boxes_are_right_if_nothing_is_missed_or_invented(found, truth, kind):
    assert verdict_on(found, truth).kind == kind


def test_a_mask_that_is_the_truth_overlaps_fully():
    truth = np.minimum(painted(LEFT, RIGHT), 2)
    verdict = classes_verdict(truth, truth)
    assert (verdict.miou, verdict.kind, verdict.hardness) == (1.0, 'right', 0.0)
    assert verdict.words == 'mean IoU 1.00, 100.0% of the pixels right'


def test_the_mean_overlap_of_a_mask_is_that_of_the_classes_in_view():
    # Two classes of 3 × 4 pixels each; one column of the second is said to be the first.
    truth = np.repeat([[0, 0, 0, 0, 1, 1, 1, 1]], 3, axis=0)
    found = np.repeat([[0, 0, 0, 0, 0, 1, 1, 1]], 3, axis=0)
    verdict = classes_verdict(found, truth)
    assert verdict.miou == pytest.approx((4 / 5 + 3 / 4) / 2)
    assert verdict.kind == 'missed'


def test_pixels_without_a_class_count_as_wrong_and_not_as_an_error():
    truth = np.zeros((2, 4), np.uint8)
    found = np.array([[0, 0, 0, 255], [0, 0, 0, 255]], np.uint8)
    assert classes_verdict(found, truth).miou == pytest.approx(0.75)


def test_masks_of_different_sizes_are_refused():
    with pytest.raises(ValueError, match=r'expected \[2, 4\] pixels, got \[2, 5\]'):
        classes_verdict(np.zeros((2, 5), int), np.zeros((2, 4), int))


def test_overlaps_of_silhouettes_are_those_of_sets_of_pixels():
    rng = np.random.default_rng(0)
    found, true = rng.integers(0, 4, (20, 30)), rng.integers(0, 3, (20, 30))
    overlap = pixel_iou(found, true, 3, 2)
    for k in range(3):
        for m in range(2):
            both = ((found == k + 1) & (true == m + 1)).sum()
            either = ((found == k + 1) | (true == m + 1)).sum()
            assert overlap[k, m] == pytest.approx(both / either)


def test_of_nothing_there_is_no_overlap():
    nothing = np.zeros((4, 4), np.uint16)
    assert pixel_iou(nothing, nothing, 0, 0).shape == (0, 0)
    assert pixel_iou(nothing, nothing, 1, 2).tolist() == [[0.0, 0.0]]


def test_a_mask_with_more_objects_than_were_told_is_refused():
    nothing = np.zeros((4, 4), np.uint16)
    with pytest.raises(ValueError, match='expected numbers up to 1, got 2'):
        pixel_iou(nothing + 2, nothing, 1, 0)


def test_silhouettes_are_found_by_their_pixels():
    half = [LEFT[0], LEFT[1], LEFT[2], 28]
    verdict = silhouettes_verdict([(half, 0, 0.9)], [(LEFT, 0, 1)])
    # 20 × 18 of 20 × 30 pixels.
    assert verdict.overlaps.tolist() == [pytest.approx(0.6)]
    assert verdict.kind == 'right'
    assert verdict.words == '1 of 1 found, mean IoU of their pixels 0.60'


def test_a_silhouette_of_less_than_half_is_missed_and_false():
    third = [LEFT[0], LEFT[1], LEFT[2], 20]
    verdict = silhouettes_verdict([(third, 0, 0.9)], [(LEFT, 0, 1)])
    assert verdict.tally.missed.tolist() == [1, 0, 0]
    assert verdict.tally.false_alarms.tolist() == [1, 0, 0]
    assert verdict.counts.mean_overlap() is None


def test_tallies_of_silhouettes_add_up():
    half = [LEFT[0], LEFT[1], LEFT[2], 28]
    total = SilhouetteTally.empty(len(LABELS))
    for box in (LEFT, half):
        total = total + silhouettes_verdict([(box, 0, 0.9)], [(LEFT, 0, 1)]).counts
    assert total.mean_overlap() == total.mean_overlap(0) == pytest.approx(0.8)
    assert total.mean_overlap(1) is None
    assert total.objects.recall == 1.0


def test_an_error_of_a_tenth_everywhere_is_an_error_of_a_tenth():
    verdict = distances_verdict(1.1, 1.0)
    assert verdict.errors.abs_rel == pytest.approx(0.1, rel=1e-5)
    assert verdict.errors.delta1 == 1.0
    assert verdict.kind == 'missed'
    np.testing.assert_allclose(verdict.relative, 0.1, rtol=1e-5)
    assert verdict.words == 'off by 10.0% on average, 10.0 cm (root mean square)'


def test_an_image_without_a_distance_is_wrong_and_counts():
    verdict = distances_verdict(np.nan, 1.0)
    assert (verdict.kind, verdict.words) == ('missed', 'no distance')
    total = verdict.counts + distances_verdict(1.0, 1.0).counts
    assert (total.images, total.compared, total.known) == (2, 1, 0.5)


def test_depth_images_of_different_sizes_are_refused():
    from robot_dl.cli.demos.verdicts.metres import Distances, MetresGoal

    with pytest.raises(ValueError, match=r'expected \[60, 80\] pixels, got \[2, 2\]'):
        Distances.judge(np.ones((2, 2), np.float32), NOWHERE + 1, MetresGoal(0.1, 0.9))


def test_every_image_counts_alike_in_the_mean_error_of_distances():
    total = MetresTally()
    for found_m in (1.0, 1.1, 1.2):
        total = total + distances_verdict(found_m, 1.0).counts
    assert total.mean.abs_rel == pytest.approx(0.1, rel=1e-5)
    assert total.known == 1.0
    assert MetresTally().known is None


def test_what_is_visible_of_an_object_gives_its_box():
    depth_m = np.full(SIZE_HW, 3.0, np.float32)
    depth_m[10:40, 5:25] = 2.0
    depth_m[29, 24] = 2.4
    classes, counts = np.array([1, 2]), np.array([True, True])
    boxes = visible_boxes(painted(LEFT), depth_m, PINHOLE, classes, counts)
    # Columns 5 to 24 and rows 10 to 39 at a depth of 2 m and a focal length of 80 px.
    np.testing.assert_allclose(boxes.centres_m[0], [(14.5 - 39.5) / 40, (24.5 - 29.5) / 40, 2.2])
    np.testing.assert_allclose(boxes.sizes_m[0], [19 / 40, 29 / 40, 0.4], atol=1e-6)
    # Of the second nothing is to be seen: nobody can be asked for it.
    assert boxes.counts.tolist() == [True, False]


def test_distances_that_nobody_knows_do_not_make_a_box():
    boxes = visible_boxes(painted(LEFT), NOWHERE, PINHOLE, np.array([0]), np.array([True]))
    assert boxes.counts.tolist() == [False]


def test_the_error_of_a_place_is_the_distance_of_the_centres():
    truth = boxes3d(([0.1, 0.0, 1.0], 0, True))
    found = boxes3d(([0.11, 0.0, 1.1], 0, True))
    verdict = places_verdict(found, truth)
    assert verdict.truth_of.tolist() == [0]
    assert verdict.errors_m[0] == pytest.approx(np.hypot(0.01, 0.1))


def test_a_wrong_distance_is_an_error_and_no_reason_to_leave_the_object_out():
    truth = boxes3d(([0.1, 0.0, 1.0], 0, True))
    verdict = places_verdict(boxes3d(([0.5, 0.0, 5.0], 0, True)), truth)
    assert verdict.truth_of.tolist() == [0]
    assert verdict.errors_m[0] > 4
    assert (verdict.kind, verdict.is_missed.tolist()) == ('missed', [False])


@pytest.mark.parametrize(
    ('found', 'truth_of', 'kind'),
    [
        ((([0, 0, 1], 0, True),), [0], 'right'),
        ((([0, 0, 1], 1, True),), [NOTHING], 'missed'),
        ((([0.3, 0, 1], 0, True),), [NOTHING], 'missed'),
        ((([0, 0, 1], 0, True), ([0.01, 0, 1], 0, True)), [0, NOTHING], 'false'),
    ],
)
def test_a_box_is_of_the_object_of_its_class_at_which_it_points(found, truth_of, kind):
    verdict = places_verdict(boxes3d(*found), boxes3d(([0, 0, 1], 0, True)))
    assert (verdict.truth_of.tolist(), verdict.kind) == (truth_of, kind)


def test_a_box_of_an_object_that_nobody_asks_for_is_neither_right_nor_wrong():
    verdict = places_verdict(boxes3d(([0, 0, 1], 0, True)), boxes3d(([0, 0, 1], 0, False)))
    assert verdict.truth_of.tolist() == [UNCOUNTED]
    assert (verdict.kind, verdict.counts.objects) == ('right', 0)


def test_of_two_objects_in_one_direction_each_box_takes_one():
    truth = boxes3d(([0, 0, 1.0], 0, True), ([0.06, 0, 1.2], 0, True))
    found = boxes3d(([0.06, 0, 1.2], 0, True), ([0, 0, 1.0], 0, True))
    assert places_verdict(found, truth).truth_of.tolist() == [1, 0]


def test_no_boxes_are_no_error():
    nothing = boxes3d()
    assert places_verdict(nothing, nothing).kind == 'right'
    assert places_verdict(boxes3d(([0, 0, 1], 0, True)), nothing).kind == 'false'
    assert places_verdict(nothing, boxes3d(([0, 0, 1], 0, True))).kind == 'missed'


def test_tallies_of_places_add_up():
    total = PlaceTally.empty(len(LABELS))
    assert (total.recall, total.error_m(50), total.relative) == (None, None, None)
    truth = boxes3d(([0, 0, 2.0], 0, True), ([0.5, 0, 1.0], 1, True))
    for error_m in (0.02, 0.04, 0.06):
        found = boxes3d(([0, 0, 2.0 + error_m], 0, True))
        total = total + places_verdict(found, truth).counts
    assert (total.objects, total.recall) == (6, 0.5)
    assert total.error_m(50) == pytest.approx(0.04)
    assert total.relative == pytest.approx(0.02)
    assert total.of_class(1).objects == 3
    assert total.of_class(0).recall == 1.0


def ranges(*ranges_m, first_rad=-0.1, step_rad=0.1):
    """Return ranges at bearings a step apart."""
    angles_rad = first_rad + np.arange(len(ranges_m)) * step_rad
    return Ranges(angles_rad, np.array(ranges_m, np.float64))


def reach(found, truth, most_m=4.0, goal=0.9):
    """Return the verdict on ranges."""
    return Reach.judge(found, truth, PINHOLE, most_m, goal)


@pytest.mark.parametrize(
    ('found_m', 'true_m', 'counted'),
    [
        (1.0, 1.0, (1, 0, 0)),
        # Within 10 cm below a metre, within a tenth above.
        (0.59, 0.5, (1, 0, 0)),
        (0.61, 0.5, (0, 1, 0)),
        (0.39, 0.5, (0, 0, 1)),
        (3.29, 3.0, (1, 0, 0)),
        (3.31, 3.0, (0, 1, 0)),
        # Beyond what is asked every range is as good as no end.
        (np.inf, 7.0, (1, 0, 0)),
        (np.inf, 2.0, (0, 1, 0)),
        (2.0, np.inf, (0, 0, 1)),
        # Nothing said where the floor ends is too near; where nobody knows, nobody asks.
        (np.nan, 2.0, (0, 0, 1)),
        (2.0, np.nan, (0, 0, 0)),
    ],
)
def test_a_range_is_right_too_far_or_too_near(found_m, true_m, counted):
    tally = reach(ranges(found_m), ranges(true_m)).tally
    assert (tally.right, tally.too_far, tally.too_near) == counted


def test_ranges_are_compared_at_the_same_bearing():
    truth = ranges(1.0, 2.0, 3.0)
    shifted = ranges(2.0, 3.0, 9.0, first_rad=0.0)
    np.testing.assert_array_equal(shifted.at(truth.angles_rad), [np.nan, 2.0, 3.0])
    tally = reach(shifted, truth).tally
    assert (tally.right, tally.too_far, tally.too_near) == (2, 0, 1)
    np.testing.assert_array_equal(ranges().at(truth.angles_rad), [np.nan] * 3)


def test_floor_that_is_not_there_is_worse_than_floor_that_is_not_told():
    truth = ranges(1.0, 1.0, 1.0)
    assert reach(truth, truth).kind == 'right'
    assert reach(ranges(2.0, 2.0, 1.0), truth).kind == 'false'
    assert reach(ranges(0.5, 0.5, 1.0), truth).kind == 'missed'
    assert reach(ranges(np.nan), ranges(np.nan)).words == 'no ground in view'


def test_tallies_of_ranges_add_up():
    total = ReachTally()
    assert (total.share(total.right), total.median_m) == (None, None)
    for error_m in (0.0, 0.05, 0.3):
        total = total + reach(ranges(1 + error_m), ranges(1.0)).counts
    assert (total.ranges, total.right, total.too_far) == (3, 2, 1)
    assert total.median_m == pytest.approx(0.05)
