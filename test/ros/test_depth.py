"""Depth messages to metres and back, in both encodings of REP-118."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ros_messages import raw_image
from std_msgs.msg import Header

from robot_dl.ros.depth import depth_from_msg, depth_to_msg
from robot_dl.ros.encodings import DEPTH_ENCODINGS, ImageError


@settings(max_examples=100, deadline=None)
@given(
    depth_mm=st.lists(st.integers(0, 65535), min_size=6, max_size=6),
    padding=st.integers(0, 9),
    big_endian=st.booleans(),
)
def test_millimetres_and_metres_give_the_same_depth(depth_mm, padding, big_endian):
    """Trap 8: a divisor fixed at 1000; 26: row padding and big-endian depth ignored."""
    mm = np.array(depth_mm, np.uint16).reshape(2, 3)
    m = mm.astype(np.float32) / 1000
    expected = np.where(mm == 0, np.nan, mm / 1000).astype(np.float32)
    for name, pixels in (('16UC1', mm), ('mono16', mm), ('32FC1', m)):
        depth_m = depth_from_msg(raw_image(pixels, name, padding, big_endian))
        assert depth_m.dtype == np.float32
        np.testing.assert_allclose(depth_m, expected, rtol=1e-6)


def test_infinite_negative_and_nan_depth_is_no_depth():
    depth = np.array([[1.5, np.inf, -np.inf, np.nan, 0.0, -1.0]], np.float32)
    expected = np.array([[1.5, *[np.nan] * 5]], np.float32)
    np.testing.assert_array_equal(depth_from_msg(raw_image(depth, '32FC1')), expected)


def test_metres_survive_the_message_with_their_holes():
    depth = np.array([[0.5, np.nan, 2.0], [1e-3, 80.25, np.nan]], np.float32)
    msg = depth_to_msg(depth, Header(frame_id='camera'))
    assert (msg.encoding, msg.header.frame_id, msg.step) == ('32FC1', 'camera', 12)
    np.testing.assert_array_equal(depth_from_msg(msg), depth)


def test_what_is_read_can_be_changed_without_changing_the_message():
    msg = depth_to_msg(np.ones((2, 2), np.float32), Header())
    depth_from_msg(msg)[:] = 7
    assert (depth_from_msg(msg) == 1).all()


def test_colour_is_no_depth():
    with pytest.raises(ImageError, match="'rgb8' is not supported; use one of mono16, 16UC1"):
        depth_from_msg(raw_image(np.zeros((4, 6, 3), np.uint8), 'rgb8'))
    assert DEPTH_ENCODINGS == ('mono16', '16UC1', '32FC1')


@pytest.mark.parametrize(
    ('depth', 'came'),
    [
        (np.ones((2, 3)), r'float64\[2, 3\]'),
        (np.ones((2, 3, 1), np.float32), r'float32\[2, 3, 1\]'),
        (np.ones((0, 3), np.float32), r'float32\[0, 3\]'),
    ],
)
def test_what_is_not_depth_is_not_sent(depth, came):
    with pytest.raises(ImageError, match=rf'32FC1 image: expected float32\[H, W\], got {came}'):
        depth_to_msg(depth, Header())
