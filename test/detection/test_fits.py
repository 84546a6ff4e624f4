"""Boxes of every family come back in the image's own pixels, whatever the fit."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_outputs import LAYOUTS, Scene

from robot_dl.core.detections import Detections
from robot_dl.core.fit import FITS
from robot_dl.core.images import fitted
from robot_dl.detection.decoders import DECODERS
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import Detector
from robot_dl.engine.card import ModelCard
from robot_dl.engine.input_card import InputCard

LABELS = tuple(f'class{i}' for i in range(12))
SOURCES = [(720, 1280), (480, 640), (333, 517), (1080, 1920), (200, 90), (640, 640)]
CROPS = [1.0, 0.875, 0.61]
MODELS = [(320, 320), (640, 640), (224, 224), (256, 416), (384, 672), (672, 384)]


def detector_of(layout, model_hw, fit, crop_fraction, tmp_path) -> Detector:
    card = ModelCard(
        folder=tmp_path,
        name='toy',
        task='detection',
        weights='none.onnx',
        sha256='0' * 64,
        input=InputCard('images', model_hw, fit=fit, crop_fraction=crop_fraction),
        decoder=layout.decoder,
        labels=LABELS,
        license='Apache-2.0',
    )
    return Detector(None, card, DECODERS[layout.decoder].from_dict(layout.options))


@cache
def measured(fit) -> np.ndarray:
    """Measure the fit on its own pixels: scale and offset of x, then of y, image to input.

    The pixels say where they come from: one channel roughly, and one to a fraction of a pixel but
    for multiples of 64. Bilinear sampling keeps a ramp a ramp.
    """
    lines = []
    for axis in (1, 0):
        place = np.arange(fit.source_hw[axis])
        rough, fine = place * 254 / (len(place) - 1), place * 4 % 256
        ramp = np.stack([np.rint(rough), fine, fine], axis=-1).astype(np.uint8)
        image = np.broadcast_to(ramp if axis else ramp[:, None], (*fit.source_hw, 3))
        pixels = fitted(np.ascontiguousarray(image), fit)
        across, (begin, end) = inner(fit, 1 - axis)[0], inner(fit, axis)
        line = (pixels[across] if axis else pixels[:, across]).astype(np.float64)
        # Beyond the first and the last pixel's centre the sampling is clamped.
        inside = np.arange(begin, end)[(end - begin) // 20 + 2 : -(end - begin) // 20 - 2]
        roughly, nearly = line[inside, 0] * (len(place) - 1) / 254, line[inside, 1] / 4
        came_from = nearly + 64 * np.rint((roughly - nearly) / 64)
        lines.append(straight(came_from + 0.5, inside + 0.5))
    return np.array(lines)


def straight(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Fit a line, in spite of the places where the fine ramp starts anew."""
    for limit in (16, 2, 0.5):
        slope, start = np.polyfit(x, y, 1)
        near = np.abs((y - start) / slope - x) < limit * max(1, 1 / slope)
        x, y = x[near], y[near]
    return np.polyfit(x, y, 1)


def inner(fit, axis: int) -> tuple[int, int]:
    """Return where the image begins and ends in the input."""
    begin = max(0, fit.offset_yx[axis])
    return begin, min(fit.offset_yx[axis] + fit.inner_hw[axis], fit.model_hw[axis])


@pytest.mark.parametrize('name', sorted(FITS))
@settings(deadline=None, max_examples=25)
@given(st.sampled_from(SOURCES), st.sampled_from(MODELS), st.sampled_from(CROPS))
def test_the_pixels_lie_where_the_fit_says(name, source_hw, model_hw, crop_fraction):
    fit = FITS[name](source_hw, model_hw, crop_fraction)
    (scale_x, x), (scale_y, y) = measured(fit)
    corners = np.array([[0, 0, *model_hw[::-1]]], np.float32)
    expected = (corners - [x, y, x, y]) / [scale_x, scale_y, scale_x, scale_y]
    height, width = source_hw
    expected = np.clip(expected, 0, [width, height, width, height])
    # A step of the ramp is a quarter of a pixel, and rounding loses half of it.
    assert np.abs(fit.to_source(corners) - expected).max() < 0.13


@pytest.mark.parametrize('fit_name', sorted(FITS))
@pytest.mark.parametrize('name', sorted(LAYOUTS))
@settings(deadline=None, max_examples=6)
@given(
    st.sampled_from(SOURCES),
    st.sampled_from(MODELS),
    st.sampled_from(CROPS),
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 0.9), st.floats(0.1, 0.9)),
    st.integers(0, len(LABELS) - 1),
)
def test_a_box_in_the_image_comes_back(
    tmp_path_factory, name, fit_name, source_hw, model_hw, crop_fraction, place, class_id
):
    """Traps 5 and 7: any input size, and half a pixel, measured on the pixels themselves."""
    layout = LAYOUTS[name]
    detector = detector_of(
        layout, model_hw, fit_name, crop_fraction, tmp_path_factory.getbasetemp()
    )
    _, fit = detector.prepare(np.zeros((*source_hw, 3), np.uint8))
    (scale_x, x), (scale_y, y) = measured(fit)
    box = visible_box(place, source_hw, model_hw, (scale_x, scale_y), (x, y))
    in_model = box * [scale_x, scale_y, scale_x, scale_y] + [x, y, x, y]
    scene = Scene(
        Detections(in_model[None].astype(np.float32), np.float32([0.9]), np.array([class_id])),
        model_hw,
        len(LABELS),
    )
    found = detector.answer(layout.encode(scene), fit, DetectionParams(score=0.5))
    assert list(found.class_ids) == [class_id]
    np.testing.assert_allclose(found.scores, [0.9], atol=1e-5)
    assert np.abs(found.boxes_xyxy[0] - box).max() < 0.5


def visible_box(place, source_hw, model_hw, scale_xy, offset_xy) -> np.ndarray:
    """Return a box in the part of the image that the input shows, in the image's pixels."""
    box = []
    for axis, (low, size) in enumerate(zip(place[:2], place[2:], strict=True)):
        extent, shown = source_hw[1 - axis], model_hw[1 - axis]
        start = max(0.0, -offset_xy[axis] / scale_xy[axis])
        end = min(extent, (shown - offset_xy[axis]) / scale_xy[axis])
        length = (end - start) * size
        box.append((start + (end - start - length) * low, length))
    (x, w), (y, h) = box
    return np.array([x, y, x + w, y + h])
