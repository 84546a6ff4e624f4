"""Drawing results for people."""

import numpy as np

from robot_dl.classification.types import Classification
from robot_dl.core.detections import Detections
from robot_dl.ros.overlay import (
    class_colour,
    colours_of,
    draw_classification,
    draw_detections,
    draw_instances,
    draw_mask,
)
from robot_dl.segmentation.types import Instances, Region, SemanticMask

GREY = np.full((120, 160, 3), 90, np.uint8)
ONE = Detections(
    np.array([[40.4, 50.6, 100, 90]], np.float32), np.array([0.87], np.float32), np.array([1])
)


def test_nothing_found_leaves_the_image_as_it_is():
    np.testing.assert_array_equal(draw_detections(GREY, Detections.empty(), ['a']), GREY)


def test_a_box_is_drawn_on_a_copy_in_the_colour_of_its_class():
    before = GREY.copy()
    picture = draw_detections(GREY, ONE, ['a', 'b'])
    np.testing.assert_array_equal(GREY, before)
    colour = class_colour(1)
    assert (picture[90, 40:101] == colour).all()
    assert (picture[60:90, 100] == colour).all()
    assert (picture[70, 60] == 90).all(), 'the inside stays visible'
    assert (picture[100:] == 90).all()


def test_boxes_beyond_the_edges_and_read_only_images_can_be_drawn():
    image = GREY.copy()
    image.flags.writeable = False
    beyond = Detections(
        np.array([[-1e6, -50, 1e6, 500], [159, 119, 160, 120], [0, 0, 0, 0]], np.float32),
        np.ones(3, np.float32),
        np.array([0, 1, 2]),
    )
    assert draw_detections(image, beyond, ['a', 'b', 'ü']).shape == image.shape


def test_neighbouring_classes_have_different_colours():
    colours = np.array([class_colour(i) for i in range(12)], float)
    distances = np.linalg.norm(colours[:, None] - colours[None], axis=2) + 1e3 * np.eye(12)
    assert distances.min() > 40


def named(*ids: int) -> Classification:
    return Classification(np.full(len(ids), 0.5, np.float32), np.array(ids, np.int64))


def test_classes_are_written_below_each_other_in_their_colours_on_a_copy():
    before = GREY.copy()
    picture = draw_classification(GREY, named(2, 0, 1), ['a', 'b', 'c'])
    np.testing.assert_array_equal(GREY, before)
    bars = [class_colour(k) for k in (2, 0, 1)]
    column = [tuple(map(int, pixel)) for pixel in picture[:, 0]]
    order = list(dict.fromkeys(c for c in column if c in bars))
    assert order == bars
    assert column[-1] == (90, 90, 90)
    assert (picture[:, -1] == 90).all()


def test_no_classes_leave_the_image_as_it_is():
    np.testing.assert_array_equal(draw_classification(GREY, named(), ['a']), GREY)


def test_classes_that_find_no_room_are_left_out_and_tiny_images_can_be_drawn_on():
    many = named(*range(200))
    labels = [f'class {i}' for i in range(200)]
    for size_hw in ((120, 160), (1, 1), (9, 4)):
        image = np.zeros((*size_hw, 3), np.uint8)
        assert draw_classification(image, many, labels).shape == image.shape


PALETTE = {'wall': [255, 0, 0]}
LABELS = ('floor', 'wall', 'door')


def test_colours_are_those_of_the_palette_and_ours_where_it_has_none():
    colours = colours_of(LABELS, PALETTE)
    assert colours.tolist() == [list(class_colour(0)), [255, 0, 0], list(class_colour(2))]
    assert colours_of((), {}).shape == (0, 3)


def test_pixels_get_the_colour_of_their_class_half_and_half_on_a_copy():
    before, ids = GREY.copy(), np.zeros(GREY.shape[:2], np.uint8)
    ids[60:] = 1
    picture = draw_mask(GREY, SemanticMask(ids), LABELS, colours_of(LABELS, PALETTE))
    np.testing.assert_array_equal(GREY, before)
    assert np.abs(picture[119, 0].astype(float) - [172.5, 45, 45]).max() <= 0.5
    assert np.abs(picture[59, -1] - (90 + np.array(class_colour(0), float)) / 2).max() <= 0.5


def test_pixels_without_a_class_are_as_they_were():
    ids = np.full(GREY.shape[:2], 255, np.uint8)
    ids[:, 80:] = 2
    colours = colours_of(LABELS, {})
    picture = draw_mask(GREY, SemanticMask(ids), LABELS, colours)
    assert (picture[60:, :80] == 90).all()
    assert (picture[60:, 80:] != 90).any()
    nothing = np.full(GREY.shape[:2], 65535, np.uint16)
    np.testing.assert_array_equal(draw_mask(GREY, SemanticMask(nothing), LABELS, colours), GREY)


def test_classes_are_listed_from_the_largest_and_crumbs_are_not():
    ids = np.full(GREY.shape[:2], 2, np.uint8)
    ids[:30] = 1
    ids[-1, -1] = 0
    colours = colours_of(LABELS, PALETTE)
    picture = draw_mask(GREY, SemanticMask(ids), LABELS, colours)
    column = [tuple(map(int, pixel)) for pixel in picture[:, 0]]
    listed = [tuple(map(int, row)) for row in colours]
    order = list(dict.fromkeys(c for c in column if c in listed))
    assert order == [listed[2], listed[1]]


def test_each_object_has_a_colour_of_its_own_also_two_of_one_class():
    ids = np.zeros(GREY.shape[:2], np.uint16)
    ids[60:90, 10:40], ids[60:90, 100:140] = 1, 2
    boxes = np.array([[10, 60, 40, 90], [100, 60, 140, 90]], np.float32)
    detections = Detections(boxes, np.array([0.9, 0.8], np.float32), np.array([1, 1]))
    regions = tuple(Region(0, 0, ids == k) for k in (1, 2))
    picture = draw_instances(GREY, Instances(detections, ids, regions), ['a', 'b'])
    for k, (y, x) in enumerate([(75, 25), (75, 120)]):
        expected = (90 + np.array(class_colour(k), float)) / 2
        assert np.abs(picture[y, x] - expected).max() <= 0.5
    assert (picture[100:] == 90).all()


def test_an_image_without_objects_stays_as_it_is():
    found = Instances.empty(GREY.shape[:2])
    np.testing.assert_array_equal(draw_instances(GREY, found, ['a']), GREY)
