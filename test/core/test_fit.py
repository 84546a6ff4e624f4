"""Letterboxing: where pixels and boxes go, and that they come back."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from robot_dl.core.bad_images import ImageError
from robot_dl.core.fit import FITS, center_crop, letterbox
from robot_dl.core.images import PAD_VALUE, fitted, planes_from_pixels, visible

SIZES = st.tuples(st.integers(16, 2000), st.integers(16, 2000))


@pytest.mark.parametrize(
    ('source_hw', 'model_hw', 'inner_hw', 'offset_yx'),
    [
        ((480, 640), (240, 320), (240, 320), (0, 0)),
        ((720, 1280), (640, 640), (360, 640), (140, 0)),
        ((1280, 720), (640, 640), (640, 360), (0, 140)),
        ((100, 100), (240, 320), (240, 240), (0, 40)),
        ((1, 4000), (64, 64), (1, 64), (31, 0)),
    ],
)
def test_the_image_is_centred_at_the_largest_scale(source_hw, model_hw, inner_hw, offset_yx):
    fit = letterbox(source_hw, model_hw)
    assert (fit.inner_hw, fit.offset_yx) == (inner_hw, offset_yx)


@pytest.mark.parametrize(
    ('source_hw', 'model_hw', 'fraction', 'inner_hw', 'offset_yx'),
    [
        ((480, 640), (224, 224), 0.875, (256, 341), (-16, -58)),
        ((641, 480), (224, 224), 0.875, (341, 256), (-58, -16)),
        ((300, 257), (224, 224), 0.875, (298, 256), (-37, -16)),
        ((224, 224), (224, 224), 1.0, (224, 224), (0, 0)),
        ((480, 640), (160, 96), 1.0, (160, 213), (0, -58)),
        ((100, 100), (64, 128), 0.5, (256, 256), (-96, -64)),
    ],
)
def test_a_crop_rounds_as_those_who_train_classifiers_do(
    source_hw, model_hw, fraction, inner_hw, offset_yx
):
    """The longer side is int(size * long / short), the edge (whole - crop) // 2."""
    fit = center_crop(source_hw, model_hw, fraction)
    assert (fit.inner_hw, fit.offset_yx) == (inner_hw, offset_yx)


@given(SIZES, st.tuples(st.integers(16, 400), st.integers(16, 400)), st.floats(0.1, 1.0))
def test_a_crop_fills_the_input_and_keeps_the_shape(source_hw, model_hw, fraction):
    longest = max(source_hw[0] / source_hw[1], source_hw[1] / source_hw[0])
    assume(longest < 8 and 1 / 2 <= model_hw[0] / model_hw[1] <= 2)
    fit = center_crop(source_hw, model_hw, fraction)
    for inner, model, offset in zip(fit.inner_hw, fit.model_hw, fit.offset_yx, strict=True):
        assert offset <= 0
        assert offset + inner >= model
    height, width = fit.inner_hw
    least = min(height / source_hw[0], width / source_hw[1])
    assert abs(height - source_hw[0] * least) < 1 or abs(width - source_hw[1] * least) < 1


@pytest.mark.parametrize('model_hw', [(320, 320), (640, 640), (1280, 1280), (384, 640)])
def test_boxes_of_a_1280x720_image_come_back_within_half_a_pixel(model_hw):
    """Trap 5: boxes left in network pixels, or truncated to whole ones."""
    boxes = np.array([[0, 0, 1280, 720], [100.3, 50.7, 333.3, 444.4]], np.float32)
    fit = letterbox((720, 1280), model_hw)
    assert np.abs(fit.to_source(fit.to_model(boxes)) - boxes).max() < 0.01


@given(SIZES, SIZES, st.integers(0, 9999))
def test_there_and_back_is_the_identity_for_every_size(source_hw, model_hw, seed):
    rng = np.random.default_rng(seed)
    high = np.array([source_hw[1], source_hw[0]] * 2)
    boxes = (rng.uniform(0, 1, (5, 4)) * high).astype(np.float32)
    fit = letterbox(source_hw, model_hw)
    assert np.abs(fit.to_source(fit.to_model(boxes)) - boxes).max() < 0.05


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from([(720, 1280), (480, 640), (333, 517), (1080, 1920)]),
    st.sampled_from([(320, 320), (640, 640), (240, 320), (384, 672)]),
    st.integers(0, 9999),
)
def test_a_painted_rectangle_is_found_where_the_fit_says(source_hw, model_hw, seed):
    """The pixels and the formula agree: measured on the picture, to half an image pixel."""
    rng = np.random.default_rng(seed)
    height, width = source_hw
    x0, y0 = int(rng.integers(0, width // 2)), int(rng.integers(0, height // 2))
    x1, y1 = x0 + width // 3, y0 + height // 3
    image = np.zeros((height, width, 3), np.uint8)
    image[y0:y1, x0:x1] = 255
    fit = letterbox((height, width), model_hw)
    pixels = fitted(image, fit)
    top, left = fit.offset_yx
    inner = pixels[top : top + fit.inner_hw[0], left : left + fit.inner_hw[1], 0] / 255
    # The sum of a blurred edge's weights is its place to a fraction of a pixel.
    across, down = inner.max(axis=0), inner.max(axis=1)
    size = np.array([across.sum(), down.sum()])
    scale = np.array([fit.inner_hw[1] / width, fit.inner_hw[0] / height])
    np.testing.assert_allclose(size / scale, [x1 - x0, y1 - y0], atol=1.0 / scale.min())
    centre = np.array([across @ np.arange(len(across)), down @ np.arange(len(down))]) / size
    expected = fit.to_model(np.array([[x0, y0, x1, y1]], np.float32))[0]
    middle = (expected[:2] + expected[2:]) / 2 - [left, top] - 0.5
    assert np.abs(centre - middle).max() < 0.5


def test_padding_is_grey_and_the_image_is_not_written_to():
    image = np.zeros((20, 40, 3), np.uint8)
    image.flags.writeable = False
    fit = letterbox((20, 40), (40, 40))
    pixels = fitted(image, fit)
    assert (pixels[0] == PAD_VALUE).all()
    assert (pixels[fit.offset_yx[0]] == 0).all()


@pytest.mark.parametrize(
    ('image', 'words'),
    [
        (np.zeros((0, 4, 3), np.uint8), 'expected sizes ≥ 1 px'),
        (np.zeros((4, 4), np.uint8), r'expected uint8\[4, 4, 3\], got uint8\[4, 4\]'),
        (np.zeros((4, 4, 3), np.float32), r'got float32\[4, 4, 3\]'),
    ],
)
def test_what_is_no_image_is_refused(image, words):
    with pytest.raises(ValueError, match=words):
        fitted(image, letterbox(image.shape[:2], (8, 8)))


@pytest.mark.parametrize('swap', [False, True])
@pytest.mark.parametrize('planar', [False, True])
def test_normalising_agrees_with_the_formula(swap, planar):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    mean, std = (123.7, 0.0, 103.5), (58.4, 57.1, 255.0)
    wanted = ((pixels[..., ::-1] if swap else pixels) - np.array(mean)) / np.array(std)
    wanted = wanted.transpose(2, 0, 1)[None] if planar else wanted[None]
    tensor = planes_from_pixels(pixels, mean, std, swap, planar)
    assert tensor.dtype == np.float32
    assert tensor.flags.c_contiguous
    np.testing.assert_allclose(tensor, wanted, atol=1e-5)


@pytest.mark.parametrize('kind', FITS)
@pytest.mark.parametrize('planar', [False, True])
@pytest.mark.parametrize('source_hw', [(48, 64), (64, 48), (96, 96), (33, 200), (50, 50)])
@pytest.mark.parametrize('mean', [(0.0, 0.0, 0.0), (123.7, 0.0, 103.5)])
def test_normalising_into_place_is_fitting_first_to_the_last_bit(kind, planar, source_hw, mean):
    """The padding too: it is never written as pixels and read again."""
    image = np.random.default_rng(1).integers(0, 256, (*source_hw, 3), dtype=np.uint8)
    image.flags.writeable = False
    fit, how = FITS[kind](source_hw, (50, 50), 0.9), (mean, (58.4, 1.0, 255.0), True, planar)
    at_once = planes_from_pixels(visible(image, fit), *how, fit=fit)
    np.testing.assert_array_equal(at_once, planes_from_pixels(fitted(image, fit), *how))
    assert at_once.flags.c_contiguous
    assert at_once.flags.writeable


def test_pixels_that_are_not_normalised_stay_pixels():
    image = np.random.default_rng(2).integers(0, 256, (20, 40, 3), dtype=np.uint8)
    fit = letterbox((20, 40), (40, 40))
    planes = planes_from_pixels(image, (0, 0, 0), (1, 1, 1), False, False, fit, np.uint8)
    assert planes.dtype == np.uint8
    np.testing.assert_array_equal(planes[0], fitted(image, fit))


@pytest.mark.parametrize('source_hw', [(1, 9999), (5000, 1)])
def test_an_image_of_which_a_crop_would_leave_nothing_is_the_images_fault(source_hw):
    with pytest.raises(ImageError, match=r'too long for \(128, 128\)'):
        center_crop(source_hw, (128, 128))
