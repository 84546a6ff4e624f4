"""What the report says of a node, as plain values: the page draws them, whatever the node does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.marks import Line, Mark

Rgb = NDArray[np.uint8]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Panel:
    """An image with what is drawn over it.

    Attributes:
        title: What it shows, in a word or two.
        image: RGB [H, W, 3] uint8.
        marks: Boxes with labels over it.
        lines: Lines over it.
    """

    title: str
    image: Rgb
    marks: Sequence[Mark] = ()
    lines: Sequence[Line] = ()


@dataclass(frozen=True)
class Tile:
    """A number that matters: its name, value and unit, and what it means."""

    name: str
    value: str
    unit: str
    words: str


@dataclass(frozen=True)
class Key:
    """An entry of a legend: a kind of mark, or a colour."""

    words: str
    kind: str = ''
    colour: Colour | None = None


@dataclass(frozen=True)
class Scale:
    """A bar of colours [N, 3] from a lowest to a highest value, and what they measure."""

    colours: NDArray[np.uint8]
    low: str
    high: str
    words: str


@dataclass(frozen=True)
class Table:
    """Rows of a label and cells; a float is a share in [0, 1] or None, and drawn as a bar."""

    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Any]]]
    foot: tuple[str, Sequence[Any]] | None = None


@dataclass(frozen=True)
class Section:
    """All that a node has to say besides its pictures and its speed.

    Attributes:
        tiles: Its scores.
        legend: What marks and colours in its pictures mean.
        scales: Bars of colours in its pictures.
        table: Its scores class by class.
    """

    tiles: Sequence[Tile]
    legend: Sequence[Key] = ()
    scales: Sequence[Scale] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Goal:
    """What a score must reach.

    Attributes:
        score: Its name in the summary.
        name: What people call it.
        bound: Least value, or greatest.
        is_least: Whether greater is better.
        unit: How people write it: '%' for shares, 'cm' for metres, 'ms', or '' for counts.
    """

    score: str
    name: str
    bound: float
    is_least: bool = True
    unit: str = '%'

    def is_met(self, value: float) -> bool:
        """Tell whether a value is good enough."""
        return value >= self.bound if self.is_least else value <= self.bound

    def shortcoming(self, value: float | None) -> str:
        """Say what is wrong with a value; nothing if it is good enough."""
        if value is None:
            return f'{self.name} is unknown: there was nothing to count'
        if self.is_met(value):
            return ''
        digits = 1 if self.unit else 0
        return f'{self.name} is {written(value, self.unit, digits)}, expected {self.words}'

    @property
    def words(self) -> str:
        """The bound in words."""
        side = 'at least' if self.is_least else 'at most'
        return f'{side} {written(self.bound, self.unit, 0)}'


SCALES: dict[str, tuple[float, str]] = {
    '%': (100.0, '%'),
    'cm': (100.0, ' cm'),
    'ms': (1.0, ' ms'),
    '': (1.0, ''),
}


def written(value: float | None, unit: str = '%', digits: int = 1) -> str:
    """Return a number as people write it: a share as percent, metres as centimetres."""
    if value is None:
        return '–'
    factor, name = SCALES[unit]
    return f'{value * factor:.{digits}f}{name}'
