"""Masks as messages and back."""

import sys

import numpy as np
import pytest
from ros_messages import raw_image
from std_msgs.msg import Header

from robot_dl.ros.encodings import ImageError
from robot_dl.ros.masks import mask_from_msg, mask_to_msg

HEADER = Header(frame_id='camera_optical_frame')


def random_mask(dtype: str, shape=(5, 7)) -> np.ndarray:
    greatest = np.iinfo(dtype).max
    return np.random.default_rng(3).integers(0, greatest, shape, dtype, endpoint=True)


@pytest.mark.parametrize(('dtype', 'encoding'), [('uint8', 'mono8'), ('uint16', 'mono16')])
@pytest.mark.parametrize('shape', [(1, 1), (5, 7), (480, 640)])
def test_a_mask_comes_back_as_it_was(dtype, encoding, shape):
    mask = random_mask(dtype, shape)
    msg = mask_to_msg(mask, HEADER)
    assert (msg.encoding, msg.height, msg.width, msg.header) == (encoding, *shape, HEADER)
    back = mask_from_msg(msg)
    assert back.dtype == mask.dtype
    np.testing.assert_array_equal(back, mask)


@pytest.mark.parametrize('shape', [(1, 1), (3, 5)])
def test_rows_have_no_padding_because_costmap_layers_count_pixels(shape):
    """Nav2's semantic_segmentation_layer reads `data[row * width + column]`."""
    msg = mask_to_msg(random_mask('uint8', shape), HEADER)
    assert msg.step == msg.width
    assert len(msg.data) == msg.height * msg.width


@pytest.mark.parametrize('big_endian', [False, True])
@pytest.mark.parametrize('padding', [0, 3, 8])
@pytest.mark.parametrize(
    ('encoding', 'dtype'),
    [('mono8', 'uint8'), ('8UC1', 'uint8'), ('mono16', 'uint16'), ('16UC1', 'uint16')],
)
def test_masks_of_others_are_read_whatever_their_layout(encoding, dtype, padding, big_endian):
    """Trap 26: row padding (`step` > width) and big-endian ignored."""
    mask = random_mask(dtype)
    back = mask_from_msg(raw_image(mask, encoding, padding, big_endian))
    np.testing.assert_array_equal(back, mask)
    assert back.dtype == np.dtype(dtype)
    assert back.dtype.byteorder in ('|', '=', {'little': '<', 'big': '>'}[sys.byteorder])


def test_a_strided_mask_is_written_right():
    mask = random_mask('uint16', (8, 10))[::2, 1::3]
    np.testing.assert_array_equal(mask_from_msg(mask_to_msg(mask, HEADER)), mask)


@pytest.mark.parametrize(
    ('msg', 'complaint'),
    [
        (raw_image(np.zeros((2, 2, 3), np.uint8), 'rgb8'), "encoding 'rgb8' is not supported"),
        (raw_image(np.zeros((2, 2), np.float32), '32FC1'), 'use one of mono8, 8UC1, mono16'),
    ],
)
def test_what_is_no_mask_is_refused(msg, complaint):
    with pytest.raises(ImageError, match=complaint):
        mask_from_msg(msg)


def test_a_mask_that_was_cut_off_is_refused():
    msg = mask_to_msg(random_mask('uint16'), HEADER)
    msg.data = msg.data[:-1]
    with pytest.raises(ImageError, match='expected 70 bytes'):
        mask_from_msg(msg)


@pytest.mark.parametrize(
    'mask',
    [np.zeros((2, 2), np.int64), np.zeros((2, 2, 1), np.uint8), np.zeros((0, 3), np.uint8)],
    ids=['int64', 'channels', 'empty'],
)
def test_what_a_message_cannot_hold_is_refused(mask):
    with pytest.raises(ImageError, match='expected uint'):
        mask_to_msg(mask, HEADER)
