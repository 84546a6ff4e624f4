"""Maps of a network brought to the pixels of the image, against torch and closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from robot_dl.core.dense import map_view
from robot_dl.core.fit import FITS
from robot_dl.core.pinhole import Pinhole

CAMERA = Pinhole(fx=500.0, fy=510.0, cx=310.0, cy=235.5, size_hw=(480, 640))
sizes = st.tuples(st.integers(16, 70), st.integers(16, 70))


def view_of(fit: str, source_hw, model_hw, map_hw, crop_fraction=1.0):
    return map_view(FITS[fit](source_hw, model_hw, crop_fraction), map_hw)


def ramp_of(fit, map_hw) -> np.ndarray:
    """Return the map [h, w] of x + 1000 · y in pixels of the image, at the cells' centres."""
    view = map_view(fit, map_hw)
    rows = (np.arange(map_hw[0]) + 0.5 - view.y.shift) / view.y.scale
    columns = (np.arange(map_hw[1]) + 0.5 - view.x.shift) / view.x.scale
    return (columns[None] + 1000 * rows[:, None]).astype(np.float32)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(FITS)), sizes, sizes, st.integers(1, 4), st.data())
def test_a_ramp_in_the_image_is_found_again_at_every_pixel(fit_name, source, model, stride, data):
    """Trap 5: a letterbox undone in whole pixels. Interpolation of a ramp is exact."""
    crop = data.draw(st.sampled_from([1.0, 0.875])) if fit_name == 'center_crop' else 1.0
    fit = FITS[fit_name](source, model, crop)
    map_hw = (max(1, model[0] // stride), max(1, model[1] // stride))
    view = map_view(fit, map_hw)
    at = view.at_pixels(ramp_of(fit, map_hw))
    assert at.shape == source
    assert at.dtype == np.float32
    expected = np.add.outer(1000 * (np.arange(source[0]) + 0.5), np.arange(source[1]) + 0.5)
    inside = clear_of_the_rim(view, source)
    np.testing.assert_allclose(at[inside], expected[inside], rtol=1e-5, atol=0.05)


def clear_of_the_rim(view, source) -> np.ndarray:
    """Return the pixels [H, W] between the centres of the first and last cell that are seen."""
    masks = []
    for axis, length in zip((view.y, view.x), source, strict=True):
        centres = (np.arange(length) + 0.5) * axis.scale + axis.shift
        low, high = axis.seen.start + 0.5, axis.seen.stop - 0.5
        masks.append((centres >= low) & (centres <= high))
    return np.logical_and.outer(*masks)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(['letterbox', 'letterbox_top_left']), sizes, sizes, st.integers(0, 2**31))
def test_what_lies_in_the_padding_has_no_say(fit_name, source, model, seed):
    view = view_of(fit_name, source, model, model)
    values = np.random.default_rng(seed).uniform(1, 2, model).astype(np.float32)
    poisoned = np.full_like(values, 1e6)
    poisoned[view.seen] = values[view.seen]
    np.testing.assert_array_equal(view.at_pixels(poisoned), view.at_pixels(values))
    assert np.isfinite(view.at_pixels(poisoned)).all()


@pytest.mark.parametrize(
    ('fit', 'source', 'model', 'map_hw'),
    [
        ('letterbox', (480, 640), (240, 320), (120, 160)),
        ('letterbox', (720, 1280), (240, 320), (120, 160)),
        ('letterbox', (480, 640), (480, 640), (480, 640)),
        ('stretch', (480, 640), (384, 384), (384, 384)),
        ('stretch', (375, 1242), (192, 640), (192, 640)),
        ('stretch', (480, 848), (518, 518), (37, 37)),
    ],
)
def test_it_agrees_with_torch_of_the_part_without_padding(fit, source, model, map_hw):
    view = view_of(fit, source, model, map_hw)
    values = np.random.default_rng(3).uniform(0.2, 10, map_hw).astype(np.float32)
    inner = torch.from_numpy(values[view.seen].astype(np.float64))[None, None]
    expected = torch.nn.functional.interpolate(inner, source, mode='bilinear')[0, 0].numpy()
    # Noise, whose values change by 10 from cell to cell; places are computed in float32.
    np.testing.assert_allclose(view.at_pixels(values), expected, atol=1e-3)


def test_outside_of_a_crop_nothing_is_known():
    view = view_of('center_crop', (480, 640), (240, 240), (120, 120))
    at = view.at_pixels(np.full((120, 120), 2.0, np.float32))
    known = np.isfinite(at)
    assert known[:, 80:560].all()
    assert not known[:, :80].any()
    assert not known[:, 560:].any()
    assert (at[known] == 2).all()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(FITS)), sizes, sizes, st.integers(1, 4))
def test_the_camera_of_the_cells_sees_a_point_where_the_cells_show_it(fit, source, model, stride):
    """Half pixels count: the edge of the image is 0.5 px before the centre of its first pixel."""
    assume(min(model) >= stride)
    view = view_of(fit, source, model, (model[0] // stride, model[1] // stride))
    camera = Pinhole(fx=50.0, fy=55.0, cx=20.0, cy=31.5, size_hw=source)
    cells = camera.resampled(view.resampling)
    assert cells.size_hw == tuple(s.stop - s.start for s in view.seen)
    point = np.array([[0.1, -0.2, 1.5]])
    (u, v), (column, row) = camera.project(point)[0], cells.project(point)[0]
    assert column + 0.5 + view.x.seen.start == pytest.approx(
        (u + 0.5) * view.x.scale + view.x.shift
    )
    assert row + 0.5 + view.y.seen.start == pytest.approx((v + 0.5) * view.y.scale + view.y.shift)


def test_halving_an_image_moves_its_principal_point_by_the_half_pixel():
    half = CAMERA.resampled(view_of('letterbox', (480, 640), (240, 320), (240, 320)).resampling)
    assert (half.fx, half.fy, half.cx, half.cy) == (250.0, 255.0, 154.75, 117.5)


def test_a_ray_of_the_slopes_goes_through_its_pixel():
    right, down = CAMERA.slopes
    assert (right.shape, down.shape) == ((640,), (480,))
    points = np.array([[right[17] * 3.0, down[400] * 3.0, 3.0]])
    np.testing.assert_allclose(CAMERA.project(points), [[17, 400]], atol=1e-4)
