"""Scale and shift fitted to what a sensor measures, most of it right and some of it not."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_dl.core.dense import map_view
from robot_dl.core.fit import FITS
from robot_dl.depth.alignment import Alignment, align
from robot_dl.depth.references import pairs_at
from robot_dl.depth.types import Reading

HW = (60, 80)


def room(seed: int = 0, hw=HW) -> np.ndarray:
    """Return metres [h, w] of a room: a floor that comes nearer, a back wall, two boxes."""
    rng = np.random.default_rng(seed)
    rows = np.linspace(-0.6, 1, hw[0])[:, None]
    metres = np.broadcast_to(np.minimum(6.0, 1.2 / np.maximum(rows, 0.2)), hw).copy()
    for _ in range(2):
        y, x = rng.integers(0, hw[0] // 2), rng.integers(0, hw[1] // 2)
        metres[y : y + hw[0] // 3, x : x + hw[1] // 4] = rng.uniform(1, 4)
    return metres


def relative(metres: np.ndarray, scale: float, shift: float, inverse: bool = True) -> Reading:
    """Return the map whose value · scale + shift is one over the metres, or the metres."""
    told = 1 / metres if inverse else metres
    return Reading(((told - shift) / scale).astype(np.float32), inverse)


def measured(metres: np.ndarray, outliers: float, noise: float, seed: int) -> np.ndarray:
    """Return what a sensor says: noise in all, and a part that is of something else."""
    rng = np.random.default_rng(seed)
    found = metres * (1 + noise * rng.standard_normal(metres.shape))
    wrong = rng.random(metres.shape) < outliers
    # Things in front, and what shines through, that the camera does not see.
    found[wrong] = rng.uniform(0.3, 9, wrong.sum())
    return found.astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(
    scale=st.floats(1e-3, 1e3),
    shift=st.floats(-2, 2),
    outliers=st.floats(0, 0.4),
    inverse=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_metres_come_back_in_spite_of_outliers(scale, shift, outliers, inverse, seed):
    metres = room(seed)
    reading = relative(metres, scale, shift, inverse)
    found = align(reading, reading.values.ravel(), measured(metres, outliers, 0.01, seed).ravel())
    assert found.refusal(max_error=0.1, min_points=50) == ''
    aligned = found.applied(reading)
    got = 1 / aligned.values if inverse else aligned.values
    np.testing.assert_allclose(got, metres, rtol=0.02)
    assert found.inliers >= 0.95 * (1 - outliers)


def test_least_squares_alone_would_have_been_led_astray():
    """Ranftl et al. 2020 align by plain least squares, which is what this must be better than."""
    metres = room()
    reading = relative(metres, 3.0, 0.4)
    reference = measured(metres, 0.3, 0.01, 7)
    design = np.column_stack([reading.values.ravel(), np.ones(metres.size)])
    plain, *_ = np.linalg.lstsq(design, 1 / reference.ravel(), rcond=None)
    ours = align(reading, reading.values.ravel(), reference.ravel())
    assert abs(plain[0] - 3.0) > 0.3
    assert ours.scale == pytest.approx(3.0, rel=0.01)
    assert ours.shift == pytest.approx(0.4, abs=0.01)


def test_without_noise_it_is_exact_and_the_same_every_time():
    metres = room()
    reading = relative(metres, 2.5, -0.125)
    reference = metres.astype(np.float32).ravel()
    found = align(reading, reading.values.ravel(), reference)
    assert (found.scale, found.shift) == pytest.approx((2.5, -0.125), abs=1e-5)
    assert found.error < 1e-5
    assert found == align(reading, reading.values.ravel(), reference)


def test_what_nobody_measured_is_left_out():
    metres = room()
    reading = relative(metres, 2.0, 0.0)
    reference = metres.astype(np.float32)
    reference[::2] = np.nan
    reference[1, :] = 0
    found = align(reading, reading.values.ravel(), reference.ravel())
    assert found.points == (HW[0] // 2 - 1) * HW[1]
    assert found.scale == pytest.approx(2.0, rel=1e-3)


REFUSED = [
    ('few', '40 measured points in view, expected at least 50'),
    ('none', '0 measured points in view'),
    ('noise', r'it fits \d+% of 4800 points, expected half of them'),
    ('mirrored', 'far is near in the map|it fits'),
    ('wall', 'too few distances to tell scale from shift'),
]


@pytest.mark.parametrize(('kind', 'reason'), REFUSED)
def test_a_bad_fit_is_refused_with_the_reason(kind, reason):
    metres = room()
    reading = relative(metres, 2.0, 0.1)
    rng = np.random.default_rng(0)
    reference = metres.astype(np.float32).ravel()
    if kind in ('few', 'none'):
        reference[40 if kind == 'few' else 0 :] = np.nan
    if kind == 'noise':
        reference = rng.uniform(0.3, 20, metres.size).astype(np.float32)
    if kind == 'mirrored':
        reference = (7 - metres).astype(np.float32).ravel()
    if kind == 'wall':
        reference = np.where(metres > 5.9, metres, np.nan).astype(np.float32).ravel()
        reference *= 1 + 0.01 * rng.standard_normal(metres.size).astype(np.float32)
    found = align(reading, reading.values.ravel(), reference)
    assert re.search(reason, found.refusal(max_error=0.1, min_points=50))


def test_a_great_error_is_refused_only_above_the_limit():
    metres = room()
    reading = relative(metres, 2.0, 0.1)
    found = align(reading, reading.values.ravel(), measured(metres, 0.0, 0.06, 1).ravel())
    assert 0.03 < found.error < 0.05
    assert 'its median error is 4.' in found.refusal(max_error=0.02, min_points=50)
    assert found.refusal(max_error=0.1, min_points=50) == ''


def test_every_reason_stands_for_itself():
    fine = Alignment(2.0, 0.1, 1000, 0.9, 0.02, 0.01)
    assert fine.refusal(0.1, 50) == ''
    assert 'is it of this camera' in replace(fine, scale=-1.0).refusal(0.1, 50)
    assert 'is it of this camera' in replace(fine, scale=float('nan')).refusal(0.1, 50)
    assert 'fits 40% of 1000' in replace(fine, inliers=0.4).refusal(0.1, 50)
    assert 'may be off by 20.0%' in replace(fine, doubt=0.2).refusal(0.1, 50)
    assert 'off by any amount' in replace(fine, doubt=float('inf')).refusal(0.1, 50)


@pytest.mark.parametrize('fit', sorted(FITS))
def test_what_was_measured_meets_the_cell_that_shows_it(fit):
    """Cells say their own place; what comes back must lie within half a cell of the pixel."""
    view = map_view(FITS[fit]((240, 320), (96, 160), 1.0), (48, 80))
    cells = np.arange(48 * 80, dtype=np.float32).reshape(48, 80)
    u, v = np.random.default_rng(0).uniform(0, (319, 239), (400, 2)).T
    for axis, places in ((view.y, v), (view.x, u)):
        values, where = pairs_at(cells, view, np.column_stack([u, v, places]))
        index = values // 80 if axis is view.y else values % 80
        assert np.abs((where + 0.5) * axis.scale + axis.shift - index - 0.5).max() <= 0.5 + 1e-3
    assert len(values) == 400 if fit != 'center_crop' else 300 < len(values) < 400


def test_what_was_measured_beside_the_view_is_left_out():
    view = map_view(FITS['letterbox']((240, 320), (96, 160), 1.0), (48, 80))
    beside = [[-1, 5, 1], [320, 5, 1], [5, -1, 1], [5, 240, 1], [np.inf, 5, 1], [np.nan, 5, 1]]
    values, metres = pairs_at(np.ones((48, 80), np.float32), view, np.array([*beside, [5, 5, 2]]))
    assert (len(values), metres.tolist()) == (1, [2.0])


def test_a_lidar_line_gives_a_map_its_metres():
    metres = room(5, (240, 320))
    view = map_view(FITS['letterbox']((240, 320), (240, 320), 1.0), (60, 80))
    reading = relative(metres[2::4, 2::4], 0.7, 0.05)
    rng = np.random.default_rng(2)
    u, v = rng.uniform(0, 319, 360), rng.choice([100, 180, 230], 360)
    z = metres[v, u.astype(int)]
    z[::7] *= rng.uniform(0.3, 0.8, len(z[::7]))
    found = align(reading, *pairs_at(reading.values, view, np.column_stack([u, v, z])))
    assert found.refusal(0.1, 50) == ''
    np.testing.assert_allclose(1 / found.applied(reading).values, metres[2::4, 2::4], rtol=0.03)
