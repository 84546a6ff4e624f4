"""What other sensors measure, brought to places of the camera's image."""

import numpy as np
import pytest
from sensor_msgs.msg import Image, LaserScan
from std_msgs.msg import Header

from robot_dl.core.bad_images import ImageError
from robot_dl.core.pinhole import Pinhole
from robot_dl.ros.depth import depth_to_msg
from robot_dl.ros.measured import MOST_STEPS, DepthCamera, places_in_image, places_of_points
from robot_dl.ros.scans import points_from_scan

CAMERA = Pinhole(fx=300.0, fy=310.0, cx=159.5, cy=119.5, size_hw=(240, 320))


@pytest.mark.parametrize('factor', [0.5, 1, 2])
def test_pixels_of_a_depth_image_of_another_size_are_at_the_same_part_of_the_view(factor):
    """A pixel's own place is written into it: half pixels count."""
    height, width = round(240 * factor), round(320 * factor)
    for axis, length in ((0, height), (1, width)):
        marks = np.indices((height, width))[axis].astype(np.float32) + 1
        places = places_in_image(marks, (240, 320))
        pixel = places[:, 2] - 1
        expected = (pixel + 0.5) / length * (240, 320)[axis] - 0.5
        np.testing.assert_allclose(places[:, 1 - axis], expected, atol=1e-9)


def test_a_large_depth_image_is_sampled_and_holes_are_left_out():
    depth = np.ones((1080, 1920), np.float32)
    depth[:540] = np.nan
    places = places_in_image(depth, (1080, 1920))
    assert MOST_STEPS * 40 < len(places) <= MOST_STEPS * MOST_STEPS
    assert (places[:, 1] >= 540).all()
    assert len(places_in_image(np.full((4, 4), np.nan, np.float32), (4, 4))) == 0


def test_an_image_that_claims_no_width_is_refused_as_a_bad_image():
    # A division by its width made the node give up after ten of them.
    depth = depth_to_msg(np.ones((4, 6), np.float32), Header())
    with pytest.raises(ImageError, match='expected the shape of the image, 0 x 48'):
        DepthCamera(None, lambda: None, lambda: 0.0).places(Image(height=48), depth, None)


def test_points_are_where_the_camera_sees_them_and_not_behind_it():
    points = np.array([[0.5, -0.2, 2.0], [0.5, -0.2, -2.0], [0, 0, 0]])
    places = places_of_points(points, CAMERA)
    np.testing.assert_allclose(places, [[159.5 + 300 / 4, 119.5 - 31, 2.0]])


def scan(ranges, **changes) -> LaserScan:
    msg = LaserScan(angle_min=-np.pi / 2, angle_increment=np.pi / 2, range_min=0.1, range_max=9.0)
    msg.ranges = [float(r) for r in ranges]
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


def test_a_scan_is_points_to_the_right_ahead_and_to_the_left():
    points = points_from_scan(scan([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(points, [[0, -1, 0], [2, 0, 0], [0, 3, 0]], atol=1e-6)


def test_readings_that_are_no_measurement_are_left_out():
    """REP-117: -inf is too near, +inf too far, NaN is broken."""
    bad = [np.inf, -np.inf, np.nan, 0.0, -1.0, 0.05, 9.5]
    assert len(points_from_scan(scan([*bad, 5.0]))) == 1
    assert len(points_from_scan(scan([]))) == 0
    assert len(points_from_scan(scan([1.0, 2.0], angle_increment=float('nan')))) == 0
    assert len(points_from_scan(scan([1.0, 2.0], range_max=float('nan')))) == 0
