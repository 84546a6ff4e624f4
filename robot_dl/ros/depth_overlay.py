"""Distances as colours, for people: near is red, far is blue, unknown is black."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_dl.depth.types import DepthMap, RelativeDepth
from robot_dl.ros.captions import Rgb, write_at

Levels = NDArray[np.float32]

WHITE = (255, 255, 255)
BAR = 0.04
"""Width of the scale bar, as a part of the picture's."""
STEPS = (1.0, 2.0, 5.0, 10.0)
FAR_PERCENTILE = 98.0
SAMPLED = 4
"""Every fourth row and column tells how far the picture reaches."""


def draw_depth(found: DepthMap | RelativeDepth) -> Rgb:
    """Return a picture [H, W, 3] of distances, with a scale bar: in metres, if they are known."""
    if isinstance(found, DepthMap):
        return _draw_metres(found.depth_m)
    return _draw_nearness(found.nearness)


def _draw_metres(depth_m: Levels) -> Rgb:
    far_m, step_m = _scale(depth_m)
    picture = _coloured(1 - depth_m / np.float32(far_m))
    marks = {f'{tick * step_m:g} m': tick * step_m / far_m for tick in range(1, 12)}
    return _with_bar(picture, {text: 1 - part for text, part in marks.items() if part < 1.001})


def _draw_nearness(nearness: Levels) -> Rgb:
    seen = nearness[::SAMPLED, ::SAMPLED]
    known = seen[np.isfinite(seen)]
    low, high = (
        np.percentile(known, (100 - FAR_PERCENTILE, FAR_PERCENTILE)) if len(known) else (0, 1)
    )
    span = max(float(high - low), 1e-9)
    return _with_bar(
        _coloured((nearness - np.float32(low)) / np.float32(span)), {'near': 1, 'far': 0}
    )


def _scale(depth_m: Levels) -> tuple[float, float]:
    """Return the distance at the end of the bar and the step of its marks, round numbers."""
    seen = depth_m[::SAMPLED, ::SAMPLED]
    known = seen[np.isfinite(seen)]
    far_m = float(np.percentile(known, FAR_PERCENTILE)) if len(known) else 1.0
    magnitude = 10.0 ** math.floor(math.log10(max(far_m, 1e-3) / 4))
    step_m = next(s * magnitude for s in STEPS if s * magnitude >= far_m / 5)
    return math.ceil(far_m / step_m) * step_m, step_m


def _coloured(levels: Levels) -> Rgb:
    """Return the colours of levels [H, W] from 0, blue, to 1, red; black of NaN."""
    unknown = np.isnan(levels)
    bytes_ = np.clip(np.where(unknown, np.float32(0), levels) * 255, 0, 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(bytes_, cv2.COLORMAP_TURBO), cv2.COLOR_BGR2RGB)
    colours[unknown] = 0
    return np.asarray(colours, np.uint8)


def _with_bar(picture: Rgb, marks: dict[str, float]) -> Rgb:
    """Draw the colours from red at the bottom to blue at the top, with marks at some levels."""
    height, width = picture.shape[:2]
    bar = max(2, round(BAR * width))
    levels = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    picture[:, -bar:] = _coloured(levels)
    for text, level in marks.items():
        row = round(float(level) * (height - 1))
        cv2.line(picture, (width - 2 * bar, row), (width - 1, row), WHITE, 1)
        write_at(picture, text, (max(0, width - 2 * bar - _room(text, picture)), row), WHITE)
    return picture


def _room(text: str, picture: Rgb) -> int:
    """Return about how wide a text is, in pixels."""
    return round(len(text) * 8 * max(1, min(picture.shape[:2]) / 240))
