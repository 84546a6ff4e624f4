"""Small charts as SVG: coordinates only, colours come from the page's style sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 540, 200
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 16, 34
MOST_BINS = 48


@dataclass(frozen=True)
class Axis:
    """Maps values to pixels along one side of a chart, from `low` to `high`."""

    low: float
    high: float
    start_px: float
    end_px: float

    def px(self, value: float) -> float:
        """Return where `value` lies, rounded to a tenth of a pixel."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start_px + share * (self.end_px - self.start_px), 1)

    def ticks(self, count: int = 5) -> list[tuple[float, str]]:
        """Return about `count` round values as (pixel, text)."""
        step = _round_step((self.high - self.low) / count)
        first, last = int(np.ceil(self.low / step)), int(np.floor(self.high / step + 1e-9))
        return [(self.px(k * step), f'{k * step:g}') for k in range(first, last + 1)]


def _round_step(step: float) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that is at least `step`."""
    power = 10.0 ** np.floor(np.log10(step))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= step * (1 - 1e-9)))


def _x_axis(low: float, high: float) -> Axis:
    return Axis(low, high, LEFT, WIDTH - RIGHT)


def _y_axis(high: float) -> Axis:
    return Axis(0, high, HEIGHT - BOTTOM, TOP)


@dataclass(frozen=True)
class Histogram:
    """Bars (x, y, width, height in pixels, count, range in words), axes and marked values."""

    bars: list[tuple[float, float, float, float, int, str]]
    x: Axis
    y: Axis
    marks: list[tuple[float, str]]


def histogram(values: NDArray[np.float64], marks: Sequence[tuple[str, float]]) -> Histogram:
    """Return the distribution of values [N ≥ 1], with named values marked.

    What lies far above the 99th percentile is gathered in the last bar, so that one outlier does
    not flatten the rest.
    """
    high = float(max(np.percentile(values, 99) * 1.25, np.max([m[1] for m in marks]) * 1.1, 1e-3))
    high = min(high, float(values.max()) * 1.02 + 1e-3)
    counts, edges = np.histogram(np.minimum(values, high), bins=MOST_BINS, range=(0, high))
    x, y = _x_axis(0, high), _y_axis(float(counts.max()) * 1.08)
    bars = [
        _bar(x, y, edges[i], edges[i + 1], int(n), is_last=i == MOST_BINS - 1)
        for i, n in enumerate(counts)
        if n
    ]
    return Histogram(bars, x, y, [(x.px(min(v, high)), name) for name, v in marks])


def _bar(
    x: Axis, y: Axis, low: float, high: float, count: int, is_last: bool
) -> tuple[float, float, float, float, int, str]:
    left, right, top = x.px(low) + 0.5, x.px(high) - 0.5, y.px(count)
    words = f'{low:.1f} ms and more' if is_last else f'{low:.1f} to {high:.1f} ms'
    return left, top, round(right - left, 1), round(y.px(0) - top, 1), count, words


@dataclass(frozen=True)
class Timeline:
    """One dot (x, y, kind, words) and one tick (x, width, kind) for each frame, and the axes."""

    dots: list[tuple[float, float, str, str]]
    strip: list[tuple[float, float, str]]
    x: Axis
    y: Axis


def timeline(
    at_s: NDArray[np.float64],
    latency_ms: NDArray[np.float64],
    kinds: Sequence[str],
    words: Sequence[str],
) -> Timeline:
    """Return the latency of every frame [N ≥ 1] over time, of what kind it is, and why."""
    high = float(np.percentile(latency_ms, 99) * 1.3 + 1e-3)
    period_s = float(np.median(np.diff(at_s))) if len(at_s) > 1 else 1.0
    x, y = _x_axis(0, float(at_s[-1]) + period_s), _y_axis(high)
    width = max(1.0, round(x.px(period_s) - x.px(0), 1))
    dots, strip = [], []
    for t, ms, kind, why in zip(at_s, latency_ms, kinds, words, strict=True):
        dots.append((x.px(t), y.px(min(ms, high)), kind, f'{t:.1f} s: {ms:.0f} ms, {why}'))
        strip.append((x.px(t), width, kind))
    return Timeline(dots, strip, x, y)
