"""Drawing results for people."""

import numpy as np

from robot_dl.core.detections import Detections
from robot_dl.ros.overlay import class_colour, draw_detections

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
