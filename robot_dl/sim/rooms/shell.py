"""The fixed parts of a floor in MuJoCo: floors, ceilings, walls, skirting, frames, decoration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from robot_dl.sim.rooms.plan import HALF_WALL_M, Cell, Opening, Plan
from robot_dl.sim.rooms.surfaces import (
    FLOOR_PATTERNS,
    PICTURE_PATTERNS,
    paint_cell,
    plain,
    textured,
)
from robot_dl.sim.worlds.objects import Quat, Rng
from robot_dl.sim.worlds.offscreen import import_mujoco
from robot_dl.sim.worlds.textures import Colour, any_colour, surface

STRUCTURE_GROUP = 0
DOOR_HEIGHT_M = 2.03
# Local x along the wall, local y up, so that a picture on the box's face is upright.
ALONG: dict[int, Quat] = {0: (0.5, 0.5, 0.5, 0.5), 1: (0.5**0.5, 0.5**0.5, 0.0, 0.0)}


@dataclass(frozen=True)
class Side:
    """One side of a cell: the wall on the line `at` (see `Edge.axis`), `inward` is +1 or -1."""

    axis: int
    at: float
    low: float
    high: float
    inward: float
    gaps: tuple[Opening, ...]
    is_outer: bool

    def point(self, along: float, off: float, z: float) -> list[float]:
        """Return the point `along` the wall and `off` metres inwards from its middle line."""
        across = self.at + self.inward * off
        return [across, along, z] if self.axis == 0 else [along, across, z]


def sides_of(plan: Plan, number: int) -> list[Side]:
    """Return the four sides of a cell."""
    c, found = plan.cells[number], []
    lines = [(0, c.x0, c.y0, c.y1, 1), (0, c.x1, c.y0, c.y1, -1)]
    lines += [(1, c.y0, c.x0, c.x1, 1), (1, c.y1, c.x0, c.x1, -1)]
    for axis, at, low, high, inward in lines:
        # Inwards is up where this cell is the upper one of the edge.
        mine = (number, 1 if inward > 0 else 0)
        on_line = [
            e for e in plan.edges if e.axis == axis and e.at == at and e.cells[mine[1]] == mine[0]
        ]
        gaps = tuple(g for g in plan.openings if g.edge in on_line)
        is_outer = any(-1 in e.cells for e in on_line)
        found.append(Side(axis, at, low, high, inward, gaps, is_outer))
    return found


class Shell:
    """Adds the fixed parts of a floor to a specification."""

    def __init__(self, spec: Any, rng: Rng, plan: Plan) -> None:
        """Prepare the bodies `floor` and `walls`."""
        self._spec, self._rng, self._plan = spec, rng, plan
        self._box = import_mujoco().mjtGeom.mjGEOM_BOX
        self._floor = spec.worldbody.add_body(name='floor')
        self._walls = spec.worldbody.add_body(name='walls')
        self.height_m = float(rng.uniform(2.3, 2.9))

    def add(self) -> list[Colour]:
        """Add everything; return the colour of each cell's walls."""
        colours = []
        for number, cell in enumerate(self._plan.cells):
            colours.append(paint_cell(self._spec, self._rng, f'cell_{number}'))
            self._add_planes(number, cell)
            for side in sides_of(self._plan, number):
                self._add_side(f'cell_{number}', side)
        self._add_frames()
        return colours

    def _add(self, body: Any, half: Any, pos: Any, material: str, quat: Any = (1, 0, 0, 0)) -> Any:
        return body.add_geom(
            type=self._box, size=half, pos=pos, quat=quat, material=material, group=STRUCTURE_GROUP
        )

    def _flat(self, geom: Any) -> None:
        """Let a geom be seen, but touched by nothing."""
        geom.contype, geom.conaffinity = 0, 0

    def _add_planes(self, number: int, cell: Cell) -> None:
        """Add floor and ceiling of a cell, a lamp, sometimes a rug."""
        middle = [(cell.x0 + cell.x1) / 2, (cell.y0 + cell.y1) / 2]
        half = [(cell.x1 - cell.x0) / 2, (cell.y1 - cell.y0) / 2]
        name = f'cell_{number}'
        self._flat(self._add(self._floor, [*half, 0.02], [*middle, -0.02], f'{name}_floor'))
        top = [*middle, self.height_m + 0.02]
        self._flat(self._add(self._walls, [*half, 0.02], top, f'{name}_ceiling'))
        plain(self._spec, self._rng, f'{name}_lamp', np.ones(3), glow=0.8)
        lamp = self._rng.uniform(0.1, 0.4, 2)
        self._flat(self._add(self._walls, [*lamp, 0.03], [*middle, self.height_m], f'{name}_lamp'))
        if not cell.is_corridor and self._rng.random() < 0.4:
            self._add_rug(name, middle, half)

    def _add_rug(self, name: str, middle: list[float], half: list[float]) -> None:
        pixels = surface(self._rng, [*FLOOR_PATTERNS, 'stripes'], 128, any_colour(self._rng), 0.5)
        rug = textured(self._spec, self._rng, f'{name}_rug', pixels)
        size = np.array(half) * self._rng.uniform(0.3, 0.65, 2)
        self._flat(self._add(self._floor, [*size, 0.004], [*middle, 0.0], rug))

    def _add_side(self, name: str, side: Side) -> None:
        """Add the wall of one side, in pieces between its gaps, and what is above these."""
        marks = [side.low]
        for gap in sorted(side.gaps, key=lambda g: g.middle):
            if gap.kind == 'closed':
                continue
            a, b = gap.middle - gap.width / 2, gap.middle + gap.width / 2
            self._piece(name, side, (a, b), (DOOR_HEIGHT_M, self.height_m))
            marks += [a, b]
        marks.append(side.high)
        for a, b in zip(marks[::2], marks[1::2], strict=True):
            self._piece(name, side, (a, b), (0.0, self.height_m))
            skirting = self._rng.uniform(0.05, 0.11)
            self._strip(f'{name}_skirting', side, (a, b), skirting)
            self._decorate(f'{name}_{side.axis}_{side.inward:.0f}_{a:.2f}', side, (a, b))

    def _piece(
        self, name: str, side: Side, along: tuple[float, float], up: tuple[float, float]
    ) -> None:
        half = [(along[1] - along[0]) / 2, (up[1] - up[0]) / 2, HALF_WALL_M / 2]
        pos = side.point(sum(along) / 2, HALF_WALL_M / 2, sum(up) / 2)
        self._add(self._walls, half, pos, f'{name}_wall', ALONG[side.axis])

    def _strip(self, material: str, side: Side, along: tuple[float, float], high: float) -> None:
        half = [(along[1] - along[0]) / 2, high / 2, 0.008]
        pos = side.point(sum(along) / 2, HALF_WALL_M, high / 2)
        self._flat(self._add(self._walls, half, pos, material, ALONG[side.axis]))

    def _decorate(self, name: str, side: Side, along: tuple[float, float]) -> None:
        """Hang a picture on a piece of wall, or make a window where there is an outdoors."""
        low, high = along[0] + 0.1, along[1] - 0.1
        closed = [g for g in side.gaps if g.kind == 'closed']
        if high - low < 0.8 or closed or self._rng.random() < 0.35:
            return
        is_window = side.is_outer and self._rng.random() < 0.6
        wide = self._rng.uniform(0.3, min(0.9, (high - low) / 2 - 0.02)) if is_window else 0.25
        middle = self._rng.uniform(low + wide, high - wide)
        if is_window:
            self._add_window(name, side, middle, wide)
            return
        half = self._rng.uniform(0.12, 0.25, 2)
        pixels = surface(self._rng, PICTURE_PATTERNS, 64, any_colour(self._rng), 0.8)
        picture = textured(self._spec, self._rng, f'{name}_picture', pixels)
        frame = plain(self._spec, self._rng, f'{name}_frame', any_colour(self._rng))
        z = self._rng.uniform(1.25, 1.6)
        for grow, thick, material in ((0.025, 0.012, frame), (0.0, 0.015, picture)):
            pos = side.point(middle, HALF_WALL_M, z)
            size = [*(half + grow), thick]
            self._flat(self._add(self._walls, size, pos, material, ALONG[side.axis]))

    def _add_window(self, name: str, side: Side, middle: float, wide: float) -> None:
        """Add a bright pane with bars in a frame."""
        low, high = self._rng.uniform(0.7, 1.1), self._rng.uniform(1.8, self.height_m - 0.15)
        sky = np.array([0.7, 0.85, 1.0]) * self._rng.uniform(0.6, 1.0)
        pane = plain(self._spec, self._rng, f'{name}_pane', sky, glow=0.6)
        frame = plain(self._spec, self._rng, f'{name}_bars', np.full(3, self._rng.uniform(0.2, 1)))
        up, z = (high - low) / 2, (high + low) / 2
        bars = [(wide + 0.05, up + 0.05, 0.01, frame), (wide, up, 0.014, pane)]
        bars += [(0.02, up, 0.02, frame)]
        for x, y, thick, material in bars:
            pos = side.point(middle, HALF_WALL_M, z)
            self._flat(self._add(self._walls, [x, y, thick], pos, material, ALONG[side.axis]))

    def _add_frames(self) -> None:
        """Add posts and a lintel around every opening."""
        for number, gap in enumerate(self._plan.openings):
            colour = any_colour(self._rng, (0.0, 0.5))
            material = plain(self._spec, self._rng, f'frame_{number}', colour)
            deep = HALF_WALL_M + 0.015
            line = Side(gap.edge.axis, gap.edge.at, 0, 0, 1, (), False)
            quat = ALONG[gap.edge.axis]
            for side in (-1, 1):
                along = gap.middle + side * (gap.width / 2 + 0.015)
                pos = line.point(along, 0.0, DOOR_HEIGHT_M / 2)
                half = [0.035, DOOR_HEIGHT_M / 2 + 0.03, deep]
                self._add(self._walls, half, pos, material, quat)
            pos = line.point(gap.middle, 0.0, DOOR_HEIGHT_M + 0.015)
            self._add(self._walls, [gap.width / 2 + 0.05, 0.035, deep], pos, material, quat)
