"""Image messages to arrays and back, for every encoding, padding and byte order."""

import sys
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ros_messages import raw_image
from std_msgs.msg import Header

from robot_dl.ros.encodings import COLOUR_ENCODINGS, ENCODINGS, ImageError
from robot_dl.ros.images import image_to_msg, pixels_from_msg, rgb_from_msg

BAYER = {
    'bayer_rggb8': 'rggb',
    'bayer_bggr8': 'bggr',
    'bayer_gbrg8': 'gbrg',
    'bayer_grbg8': 'grbg',
}
YUV = {'yuv422': 'uyvy', 'uyvy': 'uyvy', 'yuv422_yuy2': 'yuyv', 'yuyv': 'yuyv'}


def random_pixels(encoding: str, height: int, width: int, seed: int) -> np.ndarray:
    """Return pixels [H, W] or [H, W, C] such as the encoding may hold."""
    rng = np.random.default_rng(seed)
    spec = ENCODINGS[encoding]
    shape = (height, width) if spec.channels == 1 else (height, width, spec.channels)
    if spec.element == 'f4':
        return rng.uniform(0.1, 10, shape).astype(np.float32)
    dtype = np.dtype(spec.element)
    return rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def grey_to_rgb(grey: np.ndarray) -> np.ndarray:
    """Return grey [H, W] as RGB [H, W, 3]."""
    return np.repeat(grey[..., None], 3, axis=2)


ORACLES = {
    'rgb8': lambda p: p,
    'bgr8': lambda p: p[..., ::-1],
    '8UC3': lambda p: p[..., ::-1],
    'rgba8': lambda p: p[..., :3],
    'bgra8': lambda p: p[..., 2::-1],
    'mono8': grey_to_rgb,
    '8UC1': grey_to_rgb,
    'mono16': lambda p: grey_to_rgb(np.round(p / 257).astype(np.uint8)),
    **{name: lambda p, o=order: yuv_to_rgb(p, o) for name, order in YUV.items()},
    **{name: lambda p, o=order: demosaiced(p, o) for name, order in BAYER.items()},
}
"""What each encoding means in RGB, in closed form."""


def yuv_to_rgb(pixels: np.ndarray, order: str) -> np.ndarray:
    """Return RGB by ITU-R BT.601 in video range, for pairs of pixels in the order given."""
    pairs = pixels.reshape(pixels.shape[0], -1, 4).astype(float)
    first, second = (i for i, channel in enumerate(order) if channel == 'y')
    u, v = pairs[..., order.index('u')] - 128, pairs[..., order.index('v')] - 128
    luma = 255 / 219 * np.maximum(pairs[..., [first, second]] - 16, 0)
    red = luma + 255 / 224 * 1.402 * v[..., None]
    blue = luma + 255 / 224 * 1.772 * u[..., None]
    green = (luma - 0.299 * red - 0.114 * blue) / 0.587
    return np.clip(np.stack([red, green, blue], -1), 0, 255).reshape(*pixels.shape[:2], 3)


def demosaiced(mosaic: np.ndarray, order: str) -> np.ndarray:
    """Return RGB in which every missing colour is the mean of its nearest neighbours."""
    height, width = mosaic.shape
    colour_at = np.array(
        [['rgb'.index(c) for c in order[:2]], ['rgb'.index(c) for c in order[2:]]]
    )
    rgb = np.zeros((height, width, 3))
    mirror = lambda i, n: -i if i < 0 else 2 * (n - 1) - i if i >= n else i  # noqa: E731
    for y, x, colour in np.ndindex(height, width, 3):
        if colour_at[y % 2, x % 2] == colour:
            rgb[y, x, colour] = mosaic[y, x]
            continue
        around = [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
        same = [(j, i) for j, i in around if colour_at[j % 2, i % 2] == colour]
        rgb[y, x, colour] = np.mean([mosaic[mirror(j, height), mirror(i, width)] for j, i in same])
    return rgb


def test_every_colour_encoding_has_an_oracle():
    assert set(ORACLES) == set(COLOUR_ENCODINGS)


@settings(max_examples=300, deadline=None)
@given(
    encoding=st.sampled_from(COLOUR_ENCODINGS),
    half_hw=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    padding=st.integers(0, 9),
    big_endian=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_colours_are_right_with_any_padding_and_byte_order(
    encoding, half_hw, padding, big_endian, seed
):
    """Trap 26: padded rows, bgra8, YUV 4:2:2 and big-endian images are misread."""
    pixels = random_pixels(encoding, 2 * half_hw[0], 2 * half_hw[1], seed)
    rgb = rgb_from_msg(raw_image(pixels, encoding, padding, big_endian))
    assert rgb.dtype == np.uint8
    assert rgb.shape == (*pixels.shape[:2], 3)
    # YUV and Bayer are rounded; OpenCV's YUV is fixed-point as well.
    tolerance = 2 if encoding in YUV else 0.5 if encoding in BAYER else 0
    assert np.abs(rgb - ORACLES[encoding](pixels).astype(float)).max() <= tolerance


@settings(max_examples=200, deadline=None)
@given(
    encoding=st.sampled_from(tuple(ENCODINGS)),
    size_hw=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    padding=st.integers(0, 9),
    big_endian=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_pixels_survive_the_message(encoding, size_hw, padding, big_endian, seed):
    pixels = random_pixels(encoding, *size_hw, seed)
    ours = pixels_from_msg(image_to_msg(pixels, Header(), encoding))
    driver = pixels_from_msg(raw_image(pixels, encoding, padding, big_endian))
    np.testing.assert_array_equal(ours, pixels)
    np.testing.assert_array_equal(driver, pixels)


@pytest.mark.parametrize('padding', [0, 5])
def test_rgb8_is_a_view_and_cannot_change_the_message(padding):
    msg = raw_image(random_pixels('rgb8', 4, 6, 0), 'rgb8', padding)
    rgb = rgb_from_msg(msg)
    assert np.shares_memory(rgb, np.frombuffer(msg.data, np.uint8))
    assert not rgb.flags.writeable


def test_message_has_size_step_header_and_array_data():
    header = Header(frame_id='camera')
    msg = image_to_msg(np.zeros((4, 6, 3), np.uint8), header)
    assert (msg.height, msg.width, msg.step, msg.encoding) == (4, 6, 18, 'rgb8')
    assert msg.header.frame_id == 'camera'
    assert len(msg.data) == 72


def test_a_crop_of_a_larger_image_becomes_a_message_without_padding():
    crop = random_pixels('rgb8', 8, 8, 1)[2:5, 1:7]
    np.testing.assert_array_equal(rgb_from_msg(image_to_msg(crop, Header())), crop)


def broken(**changes):
    """Return an rgb8 image of 6 x 4 in which some fields are wrong."""
    msg = raw_image(np.zeros((4, 6, 3), np.uint8), 'rgb8')
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


@pytest.mark.parametrize(
    ('msg', 'reason'),
    [
        (broken(data=b'123'), r'6 x 4: expected 72 bytes \(step 18 x height 4\), got 3'),
        (broken(step=17), r'step of at least 18 bytes \(width x 3\), got 17'),
        (broken(step=0), 'step of at least 18 bytes'),
        (broken(step=2**32 - 1), f'expected {4 * (2**32 - 1)} bytes'),
        (broken(width=0), '0 x 4: expected at least one pixel'),
        (broken(height=0), '6 x 0: expected at least one pixel'),
        (broken(width=0, height=0, data=b''), '0 x 0: expected at least one pixel'),
        (broken(encoding=''), "encoding '' is not supported; use one of rgb8, bgr8"),
        (broken(encoding='16UC1'), "'16UC1' is not supported; use one of rgb8, bgr8"),
        (broken(encoding='rgb88'), r"'rgb88' is not supported; use .*Did you mean 'rgb8'\?"),
        (broken(encoding='yuv422', width=5), 'yuv422: expected an even width, got 5'),
        (broken(encoding='bayer_rggb8', width=1), r'expected at least 2 x 2 pixels, got \[4, 1\]'),
    ],
)
def test_a_malformed_image_is_refused_with_the_reason(msg, reason):
    with pytest.raises(ImageError, match=reason):
        rgb_from_msg(msg)


@pytest.mark.parametrize(
    ('pixels', 'encoding', 'reason'),
    [
        (np.zeros((4, 6), np.uint8), 'rgb8', r'expected uint8\[H, W, 3\], got uint8\[4, 6\]'),
        (np.zeros((4, 6, 3), float), 'rgb8', r'expected uint8\[H, W, 3\], got float64\[4, 6, 3\]'),
        (np.zeros((4, 6, 1), 'f4'), '32FC1', r'expected float32\[H, W\], got float32\[4, 6, 1\]'),
        (np.zeros((0, 6, 3), np.uint8), 'rgb8', r'got uint8\[0, 6, 3\]'),
        (np.zeros((4, 6, 3), np.uint8), 'bgr', "'bgr' is not supported.*Did you mean 'bgr8'"),
    ],
)
def test_an_array_that_does_not_fit_the_encoding_is_refused(pixels, encoding, reason):
    with pytest.raises(ImageError, match=reason):
        image_to_msg(pixels, Header(), encoding)


class FakeBridgeError(TypeError):
    """Stands for `cv_bridge.CvBridgeError`, which pip cannot install."""


class FakeBridge:
    """Stands for `cv_bridge.CvBridge`."""

    def imgmsg_to_cv2(self, msg, desired_encoding):
        """Convert what this bridge knows, which is nv21 to rgb8."""
        if msg.encoding != 'nv21':
            raise FakeBridgeError(f'no conversion from {msg.encoding}')
        assert desired_encoding == 'rgb8'
        return np.full((msg.height, msg.width, 3), 7, np.uint8)


@pytest.fixture
def cv_bridge(monkeypatch):
    module = types.ModuleType('cv_bridge')
    module.CvBridge, module.CvBridgeError = FakeBridge, FakeBridgeError
    monkeypatch.setitem(sys.modules, 'cv_bridge', module)


@pytest.mark.usefixtures('cv_bridge')
def test_other_encodings_go_through_cv_bridge_where_it_is_installed():
    assert (rgb_from_msg(broken(encoding='nv21')) == 7).all()


@pytest.mark.usefixtures('cv_bridge')
def test_what_cv_bridge_cannot_read_is_refused_with_its_reason():
    with pytest.raises(ImageError, match='use one of rgb8.*says: no conversion from nv99'):
        rgb_from_msg(broken(encoding='nv99'))
