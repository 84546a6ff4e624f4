"""Curves over time as SVG: coordinates only, colours come from the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis
from robot_dl.cli.rollouts.trace import Series

MOST_POINTS = 900
"""More than a screen has pixels: a page of long episodes stays small."""
FLAT = 1e-6
"""A curve that moves less than this is given some height all the same."""


@dataclass(frozen=True)
class Curve:
    """A line: what it shows, its corners in pixels as SVG has them, and its colour's number."""

    name: str
    points: str
    colour: int


@dataclass(frozen=True)
class Band:
    """A span of time in which the command gate was in one state: x and width in pixels."""

    state: str
    x: float
    width: float


@dataclass(frozen=True)
class Cut:
    """A moment that matters: x in pixels, what happened, and whether the words go to its left."""

    x: float
    words: str
    is_late: bool


@dataclass(frozen=True)
class Plot:
    """Curves over the same time, with the states of the gate below them."""

    title: str
    unit: str
    curves: list[Curve]
    bands: list[Band]
    cuts: list[Cut]
    x: Axis
    y: Axis


def plot(
    title: str,
    unit: str,
    series: Series,
    states: Sequence[tuple[float, str]] = (),
    cuts: Sequence[tuple[float, str]] = (),
    is_held: bool = False,
) -> Plot | None:
    """Return curves of numbers over time; None where there is nothing to draw.

    Args:
        title: What they are.
        unit: In what unit.
        series: The numbers.
        states: When the gate's state changed, and to what.
        cuts: Moments that matter, in seconds, and what happened.
        is_held: Whether each number holds until the next one, as a command does.
    """
    if not len(series) or not np.isfinite(series.values).any():
        return None
    x = Axis(*_span(series.times_s), LEFT, WIDTH - RIGHT)
    y = _value_axis(series.values)
    curves = [
        Curve(name, _points(x, y, series.times_s, series.values[:, index], is_held), index)
        for index, name in enumerate(series.names)
    ]
    marks = [Cut(x.px(at), words, x.px(at) > WIDTH * 0.7) for at, words in cuts if at <= x.high]
    return Plot(title, unit, curves, bands_of(states, x), marks, x, y)


def bands_of(states: Sequence[tuple[float, str]], x: Axis) -> list[Band]:
    """Return when the gate was in which state, along an axis of time."""
    ends = [at for at, _ in states[1:]] + [x.high]
    bands = []
    for (start, state), end in zip(states, ends, strict=bool(states)):
        left, right = (x.px(min(max(at, x.low), x.high)) for at in (start, end))
        if right > left:
            bands.append(Band(state, left, round(right - left, 1)))
    return bands


def _span(times_s: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(times_s[0]), float(times_s[-1])
    return low, max(high, low + FLAT)


def _value_axis(values: NDArray[np.float64]) -> Axis:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = max(0.06 * (high - low), FLAT + 0.02 * max(abs(low), abs(high)))
    return Axis(low - margin, high + margin, HEIGHT - BOTTOM, TOP)


def _points(
    x: Axis, y: Axis, times_s: NDArray[np.float64], values: NDArray[np.float64], is_held: bool
) -> str:
    known = np.isfinite(values)
    times_s, values = _thinned(times_s[known], values[known])
    corners = []
    for index, (at, value) in enumerate(zip(times_s, values, strict=True)):
        if is_held and index:
            corners.append(f'{x.px(at)},{y.px(values[index - 1])}')
        corners.append(f'{x.px(at)},{y.px(value)}')
    return ' '.join(corners)


def _thinned(
    times_s: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lowest and highest of each stretch in the order in which they came.

    So no peak is lost, as it would be if only every tenth number were drawn.
    """
    if len(values) <= MOST_POINTS:
        return times_s, values
    stretches = np.array_split(np.arange(len(values)), MOST_POINTS // 2)
    ends = [(s[np.argmin(values[s])], s[np.argmax(values[s])]) for s in stretches]
    kept = np.unique(np.array(ends))
    return times_s[kept], values[kept]
