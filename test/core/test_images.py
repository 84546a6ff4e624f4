"""Files to pictures, and what is no whole file."""

import cv2
import numpy as np
import pytest

from robot_dl.core.fit import stretch
from robot_dl.core.images import decoded, fitted

GREY = np.tile(np.linspace(0, 250, 64, dtype=np.uint8), (48, 1))
# Something that is not flat, so that most of the file is picture.
NOISE = np.random.default_rng(1).integers(0, 256, (48, 64), dtype=np.uint8)


def jpeg(pixels, *options):
    return cv2.imencode('.jpg', pixels, options)[1].tobytes()


def with_thumbnail(whole, thumbnail):
    """Put a small JPEG into the header, in an APP1 segment as cameras do (Exif 4.5)."""
    payload = b'Exif\0\0' + thumbnail
    return whole[:2] + b'\xff\xe1' + (len(payload) + 2).to_bytes(2, 'big') + payload + whole[2:]


WHOLE = {
    'plain': jpeg(NOISE),
    'progressive': jpeg(NOISE, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    'with restarts': jpeg(NOISE, cv2.IMWRITE_JPEG_RST_INTERVAL, 2),
    'with a thumbnail': with_thumbnail(jpeg(NOISE), jpeg(GREY[:8, :8])),
    'with fill bytes': jpeg(NOISE)[:2] + b'\xff\xff\xff' + jpeg(NOISE)[2:],
}


@pytest.mark.parametrize('appended', [b'', b'\0' * 900, b'\xff' * 7, b'\r\n--boundary'])
@pytest.mark.parametrize('name', WHOLE)
def test_a_whole_jpeg_is_read_whatever_the_camera_appends(name, appended):
    pixels = decoded(WHOLE[name] + appended, cv2.IMREAD_UNCHANGED)
    assert np.abs(pixels.astype(int) - NOISE).mean() < 12


@pytest.mark.parametrize('left', [4, 30, 0.3, 0.6, 0.95])
@pytest.mark.parametrize('name', WHOLE)
def test_a_jpeg_that_was_cut_off_is_refused(name, left):
    whole = WHOLE[name]
    count = int(left * len(whole)) if left < 1 else left
    with pytest.raises(ValueError, match=f'cannot decode {count} bytes; its end is missing'):
        decoded(whole[:count])


@pytest.mark.parametrize('left', [9, 40, 0.3, 0.95])
def test_a_png_that_was_cut_off_is_refused_and_one_with_more_behind_it_is_read(left):
    whole = cv2.imencode('.png', NOISE)[1].tobytes()
    count = int(left * len(whole)) if left < 1 else left
    with pytest.raises(ValueError, match=f'cannot decode {count} bytes; its end is missing'):
        decoded(whole[:count])
    assert np.array_equal(decoded(whole + b'\0' * count, cv2.IMREAD_UNCHANGED), NOISE)


@pytest.mark.parametrize(
    ('data', 'reason'),
    [
        (b'', 'expected data, got 0 bytes'),
        (b'no picture', 'cannot decode 10 bytes; they are not an image'),
        (b'\xff\xd8 no picture', 'they are not an image'),
    ],
)
def test_what_is_no_picture_is_refused(data, reason):
    with pytest.raises(ValueError, match=reason):
        decoded(data)


def test_the_flags_are_those_of_opencv():
    assert decoded(WHOLE['plain']).shape == (48, 64, 3)
    depth = cv2.imencode('.png', np.array([[0, 65535]], np.uint16))[1].tobytes()
    assert decoded(depth, cv2.IMREAD_UNCHANGED).tolist() == [[0, 65535]]


def test_area_takes_the_mean_of_all_pixels_that_fall_into_one():
    image = np.random.default_rng(0).integers(0, 256, (12, 20, 3)).astype(np.uint8)
    small = fitted(image, stretch((12, 20), (3, 5)), 'area')
    means = image.reshape(3, 4, 5, 4, 3).mean((1, 3))
    assert np.abs(small - means).max() <= 0.5
    sampled = fitted(image, stretch((12, 20), (3, 5)), 'bilinear')
    assert np.abs(sampled - means).max() > 10


def test_what_grows_is_sampled_bilinearly_whatever_is_asked_for():
    image = np.random.default_rng(0).integers(0, 256, (6, 20, 3)).astype(np.uint8)
    for size_hw in ((12, 40), (12, 10)):
        fit = stretch((6, 20), size_hw)
        np.testing.assert_array_equal(fitted(image, fit, 'area'), fitted(image, fit))
