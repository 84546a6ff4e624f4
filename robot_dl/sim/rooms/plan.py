"""The plan of a floor: cells side by side, and the openings between them. No physics, no pictures.

A cell is a room or a corridor. Its rectangle reaches to the middle of its walls, so neighbours
share an edge. Openings are chosen so that every cell can be reached from every other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from robot_dl.sim.worlds.objects import Rng

HALF_WALL_M = 0.06
"""Half the thickness of a wall: each cell wears that much on its side of the edge."""
DOOR_WIDTH_M = (0.85, 1.0)
ROOM_SIDE_M = (2.7, 4.6)
CORRIDOR_M = (1.4, 2.3)
_LEAST_EDGE_M = 1.3


@dataclass(frozen=True)
class Cell:
    """A rectangle of the floor, metres, up to the middle of its walls."""

    x0: float
    y0: float
    x1: float
    y1: float
    is_corridor: bool = False

    @property
    def inside(self) -> tuple[float, float, float, float]:
        """The floor between the walls: x0, y0, x1, y1."""
        h = HALF_WALL_M
        return self.x0 + h, self.y0 + h, self.x1 - h, self.y1 - h


@dataclass(frozen=True)
class Edge:
    """A stretch of wall on the line x = `at` (axis 0) or y = `at` (axis 1), from `low` to `high`.

    `cells` are the numbers of the cells on its lower and on its upper side; -1 is outdoors.
    """

    axis: int
    at: float
    low: float
    high: float
    cells: tuple[int, int]


@dataclass(frozen=True)
class Opening:
    """A gap in a wall. `kind` is passage (no door), door, or closed (a door that leads nowhere).

    `middle` and `width` lie along the edge, metres; `is_needed` says that without it some cell
    could not be reached.
    """

    edge: Edge
    middle: float
    width: float
    kind: str
    is_needed: bool


@dataclass(frozen=True)
class Plan:
    """A floor: cells, the walls between and around them, and the gaps in these."""

    cells: tuple[Cell, ...]
    edges: tuple[Edge, ...]
    openings: tuple[Opening, ...]

    @property
    def size_m(self) -> tuple[float, float]:
        """Extent along x and y; the plan begins at the origin."""
        return max(c.x1 for c in self.cells), max(c.y1 for c in self.cells)


def _cuts(rng: Rng, length: float) -> list[float]:
    """Cut a length into rooms; return the marks from 0 to `length`."""
    count = max(1, round(length / rng.uniform(*ROOM_SIDE_M)))
    parts = rng.uniform(0.8, 1.25, count)
    return [0.0, *(length * np.cumsum(parts) / parts.sum())]


def _row(rng: Rng, length: float, y0: float, y1: float) -> list[Cell]:
    marks = _cuts(rng, length)
    return [Cell(a, y0, b, y1) for a, b in pairwise(marks)]


def _with_corridor(rng: Rng) -> list[Cell]:
    """Lay rooms on one or both sides of a corridor."""
    length, wide = rng.uniform(7.0, 12.0), rng.uniform(*CORRIDOR_M)
    low = rng.uniform(*ROOM_SIDE_M) if rng.random() < 0.75 else 0.0
    high = rng.uniform(*ROOM_SIDE_M)
    cells = _row(rng, length, 0.0, low) if low else []
    cells.append(Cell(0.0, low, length, low + wide, True))
    return cells + _row(rng, length, low + wide, low + wide + high)


def _rooms_only(rng: Rng) -> list[Cell]:
    """Lay two or three rows of rooms without a corridor."""
    length, cells, y = rng.uniform(6.0, 10.0), [], 0.0
    for _ in range(int(rng.integers(2, 4))):
        deep = rng.uniform(*ROOM_SIDE_M)
        cells += _row(rng, length, y, y + deep)
        y += deep
    return cells


def _transposed(cell: Cell) -> Cell:
    return Cell(cell.y0, cell.x0, cell.y1, cell.x1, cell.is_corridor)


def _shared(cells: list[Cell]) -> list[Edge]:
    """Return the walls between two cells."""
    edges = []
    for i, j in combinations(range(len(cells)), 2):
        a, b = cells[i], cells[j]
        for axis, (p, q) in ((0, (a, b)), (0, (b, a)), (1, (a, b)), (1, (b, a))):
            pair = (i, j) if p is a else (j, i)
            edge = _touching(axis, p, q, pair)
            edges += [edge] if edge else []
    return edges


def _touching(axis: int, lower: Cell, upper: Cell, pair: tuple[int, int]) -> Edge | None:
    p, q = (lower, upper) if axis == 0 else (_transposed(lower), _transposed(upper))
    low, high = max(p.y0, q.y0), min(p.y1, q.y1)
    if abs(p.x1 - q.x0) > 1e-6 or high - low < 1e-6:
        return None
    return Edge(axis, p.x1, low, high, pair)


def _outer(cells: list[Cell]) -> list[Edge]:
    """Return the walls around the floor, one for each cell that has a side there."""
    wide, deep = max(c.x1 for c in cells), max(c.y1 for c in cells)
    edges = []
    for k, c in enumerate(cells):
        sides = [(0, c.x0, c.y0, c.y1, wide), (1, c.y0, c.x0, c.x1, deep)]
        edges += [Edge(axis, 0.0, lo, hi, (-1, k)) for axis, at, lo, hi, _ in sides if at < 1e-6]
        ends = [(0, c.x1, c.y0, c.y1, wide), (1, c.y1, c.x0, c.x1, deep)]
        edges += [
            Edge(axis, at, lo, hi, (k, -1)) for axis, at, lo, hi, end in ends if end - at < 1e-6
        ]
    return edges


def _gap(rng: Rng, edge: Edge, kind: str, is_needed: bool) -> Opening:
    """Draw where in its wall a gap is, away from the corners."""
    room = edge.high - edge.low - 2 * (HALF_WALL_M + 0.12)
    widest = DOOR_WIDTH_M if kind != 'passage' else (1.0, 1.8)
    width = min(float(rng.uniform(*widest)), room)
    slack = (room - width) / 2
    middle = (edge.low + edge.high) / 2 + float(rng.uniform(-slack, slack))
    return Opening(edge, middle, width, kind, is_needed)


def _openings(rng: Rng, count: int, shared: list[Edge], outer: list[Edge]) -> list[Opening]:
    """Open walls until every cell is reached, then some more; add doors that lead outdoors."""
    group, found = list(range(count)), []
    wide_enough = [e for e in shared if e.high - e.low > _LEAST_EDGE_M]
    for k in rng.permutation(len(wide_enough)):
        edge = wide_enough[int(k)]
        a, b = group[edge.cells[0]], group[edge.cells[1]]
        if a != b:
            group = [a if g == b else g for g in group]
            kind = 'passage' if rng.random() < 0.25 else 'door'
            found.append(_gap(rng, edge, kind, True))
        elif rng.random() < 0.45:
            found.append(_gap(rng, edge, 'door', False))
    if len(set(group)) > 1:
        return []
    for edge in outer:
        if edge.high - edge.low > 2 * _LEAST_EDGE_M and rng.random() < 0.3:
            found.append(_gap(rng, edge, 'closed', False))
    return found


def draw_plan(rng: Rng) -> Plan:
    """Draw a floor of 4 to 12 cells, at most 12 m long."""
    for _ in range(100):
        cells = _with_corridor(rng) if rng.random() < 0.7 else _rooms_only(rng)
        if rng.random() < 0.5:
            cells = [_transposed(cell) for cell in cells]
        shared, outer = _shared(cells), _outer(cells)
        openings = _openings(rng, len(cells), shared, outer)
        if openings and len(cells) >= 3:
            return Plan(tuple(cells), tuple(shared + outer), tuple(openings))
    raise AssertionError('a hundred draws gave no connected plan')
