"""What happened in an episode, moment by moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Row = tuple[float, Mapping[str, float]]
"""A time in seconds, and numbers by name."""


@dataclass(frozen=True)
class Series:
    """Some numbers over time.

    Attributes:
        names: What each is called.
        times_s: [T] increasing, seconds.
        values: [T, N]; NaN where a number was not told.
    """

    names: tuple[str, ...]
    times_s: NDArray[np.float64]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, rows: list[Row]) -> Series:
        """Return rows of numbers by name; the names are in the order in which they came."""
        names = tuple(dict.fromkeys(name for _, row in rows for name in row))
        values = [[row.get(name, np.nan) for name in names] for _, row in rows]
        times_s = np.array([at_s for at_s, _ in rows], float)
        return cls(names, times_s, np.array(values, float).reshape(len(rows), len(names)))

    def __len__(self) -> int:
        """Return how many moments there are."""
        return len(self.times_s)

    def led_by(self, first: Sequence[str]) -> Series:
        """Return the same numbers, those with names in `first` before the others."""
        rank = {name: place for place, name in enumerate(first)}
        order = sorted(range(len(self.names)), key=lambda i: rank.get(self.names[i], len(rank)))
        names = tuple(self.names[i] for i in order)
        return Series(names, self.times_s, self.values[:, order])

    def between(self, low_s: float, high_s: float) -> Series:
        """Return the part from `low_s` to `high_s`."""
        inside = (self.times_s >= low_s) & (self.times_s <= high_s)
        return Series(self.names, self.times_s[inside], self.values[inside])


@dataclass
class Trace:
    """What was seen of an episode; times are simulated seconds since its first message.

    Attributes:
        positions: Of the joints, rad or m.
        commands: Setpoints as they were sent, in the unit of the controller.
        states: What the command gate said of itself, whenever that changed.
        pictures: What a camera saw now and then, RGB [H, W, 3].
    """

    positions: list[Row] = field(default_factory=list)
    commands: list[Row] = field(default_factory=list)
    states: list[tuple[float, str]] = field(default_factory=list)
    pictures: list[tuple[float, Rgb]] = field(default_factory=list)
