"""Compressed images to arrays."""

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage

from robot_dl.core.picture_files import claimed_hw
from robot_dl.ros.compressed import depth_from_compressed, rgb_from_compressed
from robot_dl.ros.encodings import ImageError

# A smooth picture in which red, green and blue differ everywhere, so JPEG keeps them apart.
RAMP = np.linspace(0, 60, 32, dtype=np.uint8)
RGB = np.stack(
    [np.tile(RAMP, (24, 1)) + 180, np.tile(RAMP, (24, 1)) + 90, np.tile(RAMP, (24, 1))], 2
)


def packed(pixels: np.ndarray, suffix: str, image_format: str) -> CompressedImage:
    """Return what OpenCV writes for `pixels` (BGR), under a format of our choice."""
    _, encoded = cv2.imencode(suffix, pixels)
    return CompressedImage(format=image_format, data=encoded.tobytes())


@pytest.mark.parametrize(
    'image_format', ['png', 'PNG', 'rgb8; png compressed bgr8', 'bgr8; png compressed bgr8']
)
def test_png_is_exact(image_format):
    msg = packed(RGB[..., ::-1], '.png', image_format)
    np.testing.assert_array_equal(rgb_from_compressed(msg), RGB)


@pytest.mark.parametrize(
    'image_format', ['jpeg', 'jpg', 'rgb8; jpeg compressed bgr8', 'bgra8; jpeg compressed bgr8']
)
def test_jpeg_has_its_colours_in_rgb_order(image_format):
    rgb = rgb_from_compressed(packed(RGB[..., ::-1], '.jpg', image_format))
    assert rgb.dtype == np.uint8
    assert np.abs(rgb.astype(int) - RGB).max() < 12


def test_an_image_stored_in_rgb_order_is_read_as_image_transport_reads_it():
    msg = packed(RGB, '.png', 'rgb8; png compressed rgb8')
    np.testing.assert_array_equal(rgb_from_compressed(msg), RGB)


@pytest.mark.parametrize(
    'image_format', ['mono8; jpeg compressed mono8', 'jpeg', 'mono8; jpeg compressed ']
)
def test_grey_jpeg_becomes_three_equal_channels(image_format):
    rgb = rgb_from_compressed(packed(RGB[..., 0], '.jpg', image_format))
    assert np.abs(rgb.astype(int) - RGB[..., :1]).max() < 6
    assert (rgb[..., 0] == rgb[..., 2]).all()


def test_alpha_is_dropped():
    bgra = np.dstack([RGB[..., ::-1], np.zeros((24, 32), np.uint8)])
    np.testing.assert_array_equal(rgb_from_compressed(packed(bgra, '.png', 'png')), RGB)


def test_sixteen_bit_png_is_depth_in_millimetres():
    mm = np.array([[0, 1, 1500], [65535, 2, 3]], np.uint16)
    depth_m = depth_from_compressed(packed(mm, '.png', '16UC1; png compressed '))
    expected = np.array([[np.nan, 0.001, 1.5], [65.535, 0.002, 0.003]], np.float32)
    np.testing.assert_allclose(depth_m, expected, rtol=1e-6)


def test_a_colour_picture_is_no_depth():
    with pytest.raises(ImageError, match=r'expected uint16\[H, W\], got uint8\[24, 32, 3\]'):
        depth_from_compressed(packed(RGB, '.png', 'png'))


# 60000 x 17000 pixels; OpenCV knows GIF, too, and would fill them.
GIF = bytes.fromhex(
    '474946383961 60ea 6842 800000 000000ffffff 2c 0000 0000 60ea 6842 00 02 02 4c 01 00 3b'
)

GOOD = packed(RGB, '.jpg', 'jpeg')


@pytest.mark.parametrize(
    ('data', 'image_format', 'reason'),
    [
        (b'', 'jpeg', 'expected data, got 0 bytes'),
        (b'no picture', 'jpeg', 'of a JPEG or PNG file, got 10 bytes that begin with 6e 6f 20 70'),
        (GIF, 'jpeg', 'of a JPEG or PNG file, got 35 bytes'),
        (b'\xff\xd8 no picture', 'png', 'they are not an image'),
        (bytes(GOOD.data)[:-200], 'jpeg', 'cannot decode .* its end is missing'),
        (bytes(packed(RGB, '.png', 'png').data)[:60], 'png', 'cannot decode 60 bytes'),
        (bytes(GOOD.data), 'h264', "format 'h264' is not supported; use one of jpeg, jpg, png"),
        (bytes(GOOD.data), '', "format '' is not supported"),
        (b'1' * 40, '16UC1; compressedDepth png', 'is not supported'),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(data, image_format, reason):
    with pytest.raises(ImageError, match=reason):
        rgb_from_compressed(CompressedImage(format=image_format, data=data))


def test_a_picture_that_is_too_large_to_decode_is_refused():
    png = bytearray(packed(RGB, '.png', 'png').data)
    png[16:24] = (2**31 - 1).to_bytes(4, 'big') * 2
    with pytest.raises(ImageError, match='claims 2147483647 x 2147483647 pixels'):
        rgb_from_compressed(CompressedImage(format='png', data=bytes(png)))


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_a_file_that_claims_to_be_huge_is_refused_before_it_is_decoded(suffix):
    data = bytearray(cv2.imencode(suffix, np.zeros((64, 96, 3), np.uint8))[1].tobytes())
    assert claimed_hw(bytes(data)) == (64, 96)
    place = 16 if suffix == '.png' else data.index(b'\xff\xc0') + 5
    size = b'\x00\x00\xff\xff' * 2 if suffix == '.png' else b'\xff\xff' * 2
    data[place : place + len(size)] = size
    with pytest.raises(ImageError, match=r'claims 65535 x 65535 pixels in \d+ bytes'):
        rgb_from_compressed(CompressedImage(format='jpeg, png', data=bytes(data)))


@pytest.mark.parametrize('data', [b'', b'GIF89a', b'\xff\xd8', b'\xff\xd8' + b'\xff' * 50])
def test_what_gives_no_size_has_none(data):
    assert claimed_hw(data) == (0, 0)


@pytest.mark.parametrize('place', ['IHDR', 'IDAT', 'IEND'])
def test_a_chunk_that_claims_gigabytes_is_refused_before_memory_is_taken(place):
    png = bytearray(packed(RGB, '.png', 'png').data)
    at = png.index(place.encode()) - 4
    png[at : at + 4] = (2**31 - 20).to_bytes(4, 'big')
    with pytest.raises(ImageError, match='its end is missing'):
        rgb_from_compressed(CompressedImage(format='png', data=bytes(png)))


def test_a_size_behind_damaged_bytes_is_not_looked_for():
    data = bytes(GOOD.data)
    at = data.index(b'\xff\xc0')
    damaged = data[:at] + b'\0' * 9 + data[at:]
    assert cv2.imdecode(np.frombuffer(damaged, np.uint8), 1) is not None, 'libjpeg finds it'
    with pytest.raises(ImageError, match='they are not an image'):
        rgb_from_compressed(CompressedImage(format='jpeg', data=damaged))
