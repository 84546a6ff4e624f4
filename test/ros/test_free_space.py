"""Drivable ground as messages."""

import math

import numpy as np
from builtin_interfaces.msg import Time
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import Header

from robot_dl.ros.free_space import grid_to_msg, scan_to_msg
from robot_dl.ros.scans import points_from_scan
from robot_dl.segmentation.free_space import FreeGrid, FreeScan

HEADER = Header(stamp=Time(sec=7, nanosec=9), frame_id='camera_ground')


def cell_at(msg, x: float, y: float) -> int:
    """Return what a reader of the message finds at a place: cells lie row by row from (0, 0)."""
    origin, resolution = msg.info.origin.position, msg.info.resolution
    column, row = (int((value - o) / resolution) for value, o in ((x, origin.x), (y, origin.y)))
    return msg.data[row * msg.info.width + column]


def test_a_grid_lies_where_it_should():
    occupancy = np.full((4, 6), -1, np.int8)
    occupancy[0, 5], occupancy[3, 0] = 100, 0
    msg = grid_to_msg(FreeGrid(occupancy, 0.5, (0.0, -1.0)), HEADER)
    assert msg.header == HEADER
    assert (msg.info.width, msg.info.height, msg.info.map_load_time) == (6, 4, HEADER.stamp)
    assert msg.info.origin.orientation.w == 1.0
    assert cell_at(msg, 2.75, -0.9) == 100, 'far to the right'
    assert cell_at(msg, 0.1, 0.9) == 0, 'near to the left'
    assert cell_at(msg, 0.1, -0.9) == -1
    assert deserialize_message(serialize_message(msg), type(msg)) == msg


def test_a_scan_has_its_beams_where_the_ground_ends():
    ranges_m = np.array([1.0, np.nan, 2.0, np.inf], np.float32)
    msg = scan_to_msg(FreeScan(ranges_m, -0.2, 0.1, 0.5, 10.0), HEADER)
    assert msg.header == HEADER
    assert math.isclose(msg.angle_max, 0.1, abs_tol=1e-6)
    expected = [[math.cos(-0.2), math.sin(-0.2), 0], [2.0, 0.0, 0]]
    np.testing.assert_allclose(points_from_scan(msg), expected, atol=1e-6)
    assert math.isnan(msg.ranges[1])
    assert math.isinf(msg.ranges[3])
    # Two scans with a NaN are never equal, so their bytes are compared.
    again = deserialize_message(serialize_message(msg), type(msg))
    assert again.ranges.tobytes() == msg.ranges.tobytes()


def test_what_stands_before_the_feet_is_an_obstacle_to_every_reader():
    """laser_geometry drops minus infinity, and a costmap would hold the way for unknown."""
    msg = scan_to_msg(FreeScan(np.array([-np.inf], np.float32), 0.0, 0.1, 0.4, 10.0), HEADER)
    [point] = points_from_scan(msg)
    np.testing.assert_allclose(point, [0.4, 0, 0], atol=1e-6)
