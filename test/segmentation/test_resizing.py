"""Masks computed only on outlines equal those that are computed everywhere."""

import time
from unittest.mock import patch

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robot_dl.core.fit import FITS, Fit, letterbox, stretch
from robot_dl.segmentation import cells
from robot_dl.segmentation.cells import (
    FEW_CELLS,
    FEW_PIXELS,
    above,
    greatest,
    interpolated,
    resized,
)
from robot_dl.segmentation.maps import IdMap, ScoreMaps
from robot_dl.segmentation.sampling import axes

SIDES = st.integers(1, 24)


def full(scores: np.ndarray, fit: Fit) -> np.ndarray:
    """Return all scores at all pixels [C, H, W] in float64, NaN where the map does not reach.

    Written place by place, from the definition: a pixel's centre goes through the fit into the
    map; elements whose centre lies in the padding have no say.
    """
    count, height, width = scores.shape
    out = np.full((count, *fit.source_hw), np.nan)
    sides = []
    for axis, length in enumerate((height, width)):
        scale = fit.inner_hw[axis] / fit.source_hw[axis]
        stride = fit.model_hw[axis] / length
        offset = fit.offset_yx[axis]
        ends = offset, offset + fit.inner_hw[axis]
        after = [k for k in range(length) if (k + 0.5) * stride >= ends[0] - 1e-6] or [length - 1]
        inside = [k for k in after if (k + 0.5) * stride <= ends[1] + 1e-6] or after[:1]
        side = []
        for pixel in range(fit.source_hw[axis]):
            centre = (pixel + 0.5) * scale + offset
            if not -1e-6 <= centre <= fit.model_hw[axis] + 1e-6:
                continue
            place = min(max(centre / stride - 0.5, inside[0]), inside[-1])
            low = int(np.floor(place))
            side.append((pixel, low, min(low + 1, inside[-1]), place - low))
        sides.append(side)
    for y, above_, below, down in sides[0]:
        for x, left, right, across in sides[1]:
            upper = scores[:, above_, left] * (1 - across) + scores[:, above_, right] * across
            lower = scores[:, below, left] * (1 - across) + scores[:, below, right] * across
            out[:, y, x] = upper * (1 - down) + lower * down
    return out


@st.composite
def cases(draw):
    """Scores with many ties of neighbours, a source of any shape, and any fit."""
    model_hw = draw(SIDES), draw(SIDES)
    source_hw = draw(SIDES), draw(SIDES)
    map_hw = draw(st.integers(1, 14)), draw(st.integers(1, 14))
    count = draw(st.integers(1, 4))
    # Whole numbers: weights of a few bits times them lose nothing in float32.
    numbers = st.integers(-3, 3)
    scores = draw(arrays(np.float32, (count, *map_hw), elements=numbers.map(float)))
    name = draw(st.sampled_from(sorted(FITS)))
    try:
        return scores, FITS[name](source_hw, model_hw, 1.0)
    except ValueError:
        return scores, stretch(source_hw, model_hw)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_only_the_outlines_need_computing(case):
    """Where the best two are apart by more than rounding, the class is that of the full maps."""
    scores, fit = case
    expected = full(scores.astype(np.float64), fit)
    mask = ScoreMaps(scores).mask(fit, len(scores))
    seen = ~np.isnan(expected[0])
    assert mask.class_ids.shape == fit.source_hw
    assert ((mask.class_ids == mask.unlabelled) == ~seen).all()
    at = np.where(seen, mask.class_ids, 0)
    won = np.take_along_axis(expected, at[None].astype(np.int64), axis=0)[0]
    best = np.where(seen, expected.max(axis=0), np.nan)
    # The winner may differ only if it is as good as the best.
    np.testing.assert_allclose(won[seen], best[seen], atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(cases(), st.floats(-2, 2), st.sampled_from([0, FEW_PIXELS]))
def test_a_threshold_needs_computing_on_outlines_only(case, threshold, few_pixels):
    scores, fit = case
    rows, columns = axes(fit, scores.shape[1:])
    with patch.object(cells, 'FEW_PIXELS', few_pixels):
        inside = above(scores[0], threshold, rows, columns)
    expected = full(scores[:1].astype(np.float64), fit)[0]
    expected = expected[rows.start : rows.stop, columns.start : columns.stop]
    clear = np.abs(expected - threshold) > 1e-5
    np.testing.assert_array_equal(inside[clear], (expected > threshold)[clear])


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from([0, FEW_CELLS, 10**6]))
def test_cells_are_computed_to_the_bit_as_whole_maps_are(case, few_cells):
    scores, fit = case
    rows, columns = axes(fit, scores.shape[1:])
    height, width = (max(1, n - 1) for n in scores.shape[1:])
    found = np.full((len(rows.low), len(columns.low)), np.nan, np.float32)
    with patch.object(cells, 'FEW_CELLS', few_cells):
        for some in interpolated(scores[:1], np.ones((height, width), bool), rows, columns):
            found.reshape(-1)[some.pixels] = some.values[0]
    np.testing.assert_array_equal(found, resized(scores[0], rows, columns))


@pytest.mark.parametrize('map_hw', [(120, 160), (60, 80), (97, 131), (240, 320), (480, 640)])
def test_the_rule_is_that_of_opencv_and_torch(map_hw):
    rng = np.random.default_rng(3)
    small = rng.normal(size=(5, 12, 16)).astype(np.float32)
    scores = np.stack([cv2.resize(each, map_hw[::-1]) for each in small])
    mask = ScoreMaps(scores).mask(letterbox((480, 640), (240, 320)), 5)
    by_opencv = np.stack([cv2.resize(each, (640, 480)) for each in scores])
    by_torch = torch.nn.functional.interpolate(
        torch.tensor(scores)[None], (480, 640), mode='bilinear', align_corners=False
    )[0].numpy()
    for expected in (by_opencv, by_torch):
        clear = np.diff(np.sort(expected, axis=0)[-2:], axis=0)[0] > 1e-3
        assert clear.mean() > 0.97
        np.testing.assert_array_equal(mask.class_ids[clear], expected.argmax(axis=0)[clear])


def test_padding_is_left_away_by_fractions_of_a_pixel():
    """Trap 5: an image of 1280 x 720 lies in 160 x 160 with 35 rows of padding, 8.75 of the map.

    Classes change at row 360 of the image, wherever the map's cells end.
    """
    fit = letterbox((720, 1280), (160, 160))
    rows = np.arange(40) + 0.5
    slope = (rows - (fit.offset_yx[0] + fit.inner_hw[0] / 2) / 4).astype(np.float32)
    scores = np.stack([-slope, slope])[:, :, None].repeat(40, axis=2)
    scores[:, :8] = scores[:, 32:] = 1e5  # What the network says of the padding.
    mask = ScoreMaps(scores).mask(fit, 2)
    assert (mask.class_ids[:360] == 0).all()
    assert (mask.class_ids[360:] == 1).all()


@pytest.mark.parametrize(
    ('activation', 'background'),
    [('softmax', None), ('sigmoid', None), ('sigmoid', 0), ('none', None), ('none', 2)],
)
def test_confidence_is_the_chance_of_the_winner(activation, background):
    """As close as documented: exact on outlines, and where the network doubts; never far."""
    rng = np.random.default_rng(5)
    small = rng.normal(0, 3, size=(4, 9, 12)).astype(np.float32)
    scores = np.stack(
        [cv2.resize(each, (48, 36), interpolation=cv2.INTER_CUBIC) for each in small]
    )
    if activation == 'none':
        scores = 1 / (1 + np.exp(-scores))
    if background is not None:
        scores[background] = 0.4
    fit = letterbox((144, 192), (72, 96))
    mask = ScoreMaps(scores, activation, background).mask(fit, 4, confidence=True)
    resized = full(scores.astype(np.float64), fit)
    won = np.take_along_axis(resized, mask.class_ids[None].astype(np.int64), axis=0)[0]
    others = np.delete(resized, background, axis=0) if background is not None else resized
    if activation == 'softmax':
        chance = np.exp(won) / np.exp(resized).sum(axis=0)
    else:
        best = others.max(axis=0)
        chance = 1 / (1 + np.exp(-best)) if activation == 'sigmoid' else best
        if background is not None:
            chance = np.where(mask.class_ids == background, 1 - chance, chance)
    apart = np.abs(mask.confidence / 255 - chance)
    assert apart[chance < 0.85].max() < 0.51 / 255 + 1e-4
    assert apart.max() < 0.02


def test_pixels_take_the_nearest_class_of_a_map_of_classes():
    ids = np.arange(6).reshape(2, 3)
    mask = IdMap(ids, ids / 10).mask(stretch((4, 6), (8, 8)), 6, confidence=True)
    np.testing.assert_array_equal(mask.class_ids, ids.repeat(2, axis=0).repeat(2, axis=1))
    np.testing.assert_array_equal(mask.confidence, np.round(mask.class_ids * 25.5 + 1e-6))
    assert IdMap(ids).mask(stretch((4, 6), (8, 8)), 6, confidence=True).confidence is None


@given(arrays(np.float32, (5, 6, 7), elements=st.integers(0, 2).map(float)))
def test_of_equal_scores_the_first_class_wins(scores):
    np.testing.assert_array_equal(greatest(scores), scores.argmax(axis=0))


def scene(objects: int = 7) -> np.ndarray:
    """Return logits [9, 120, 160] of round objects before a background, with a little noise."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:120, :160]
    logits = rng.normal(-6, 0.3, (9, 120, 160)).astype(np.float32)
    logits[0] = 2
    for _ in range(objects):
        inside = rng.uniform(5, 16)
        away = np.hypot(x - rng.uniform(15, 145), y - rng.uniform(15, 105))
        depth = np.clip((inside - away) * 1.5, -8, 8).astype(np.float32)
        one = rng.integers(1, 9)
        logits[one] = np.maximum(logits[one], depth)
        logits[0] = np.minimum(logits[0], -depth)
    return logits


def seconds(work) -> float:
    """Return the least time that some work takes."""
    times = []
    for _ in range(15):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.slow
def test_outlines_take_a_fraction_of_the_time():
    logits, fit = scene(), letterbox((480, 640), (240, 320))
    whole = seconds(lambda: np.stack([cv2.resize(m, (640, 480)) for m in logits]).argmax(axis=0))
    assert seconds(lambda: ScoreMaps(logits).mask(fit, 9)) < whole / 4
    assert seconds(lambda: ScoreMaps(logits).mask(fit, 9, confidence=True)) < whole
