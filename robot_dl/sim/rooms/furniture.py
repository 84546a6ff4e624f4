"""Pieces of furniture as parts: on the floor at the origin, back towards -y, sizes by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from robot_dl.sim.worlds.objects import UPRIGHT, Part, Quat, Rng


@dataclass(frozen=True)
class Piece:
    """A piece: its parts, half its extent along x and y in metres, and where it belongs."""

    parts: tuple[Part, ...]
    half_xy: tuple[float, float]
    at_wall: bool = True


def block(x: float, y: float, z: float, low: float = 0.0, paint: str = 'main') -> Part:
    """Return a box of half sizes x, y and full height z, whose underside is at `low`."""
    return Part('box', (x, y, z / 2), (0.0, 0.0, low + z / 2), paint=paint)


def at(part: Part, x: float, y: float, z: float = 0.0, quat: Quat = UPRIGHT) -> Part:
    """Return the part moved by x, y, z metres and turned."""
    pos = (part.pos[0] + x, part.pos[1] + y, part.pos[2] + z)
    return Part(part.kind, part.size, pos, quat, part.paint, part.mesh)


def _legs(
    x: float, y: float, z: float, thick: float, rng: Rng, paint: str = 'accent'
) -> list[Part]:
    """Return four legs with corners at ±x, ±y, up to z; round or square."""
    corners = [(a * (x - thick), b * (y - thick)) for a in (-1, 1) for b in (-1, 1)]
    if rng.random() < 0.5:
        leg = Part('cylinder', (thick, z / 2), (0, 0, z / 2), paint=paint)
    else:
        leg = block(thick, thick, z, paint=paint)
    return [at(leg, *corner) for corner in corners]


def table(rng: Rng) -> Piece:
    """Make a table or desk, sometimes with a screen or a vase on it."""
    x, y, z = rng.uniform(0.45, 0.8), rng.uniform(0.3, 0.45), rng.uniform(0.68, 0.78)
    parts = [block(x, y, 0.035, z - 0.035), *_legs(x, y, z - 0.035, rng.uniform(0.02, 0.04), rng)]
    if rng.random() < 0.4:
        parts.append(at(block(0.26, 0.015, 0.3, z + 0.1, 'dark'), 0, -y / 2))
        parts.append(at(block(0.1, 0.07, 0.1, z, 'metal'), 0, -y / 2))
    elif rng.random() < 0.5:
        parts.append(Part('cylinder', (0.06, 0.12), (x / 3, 0, z + 0.12), paint='metal'))
    return Piece(tuple(parts), (x, y), bool(rng.random() < 0.5))


def chair(rng: Rng) -> Piece:
    """Make a chair: four legs, seat, back."""
    half, z = rng.uniform(0.19, 0.24), rng.uniform(0.42, 0.48)
    high = rng.uniform(0.38, 0.5)
    parts = [block(half, half, 0.05, z - 0.05), *_legs(half, half, z - 0.05, 0.018, rng)]
    for side in (-1, 1):
        post = block(0.018, 0.018, high, z, 'accent')
        parts.append(at(post, side * (half - 0.02), -half + 0.02))
    parts.append(at(block(half - 0.01, 0.014, 0.6 * high, z + 0.4 * high), 0, -half + 0.02))
    return Piece(tuple(parts), (half, half), False)


def office_chair(rng: Rng) -> Piece:
    """Make a swivel chair: a star of feet, a column, seat and back."""
    half, z = rng.uniform(0.22, 0.26), rng.uniform(0.45, 0.52)
    column = Part('cylinder', (0.03, (z - 0.1) / 2), (0, 0, 0.05 + (z - 0.1) / 2), paint='dark')
    parts = [block(half, half, 0.07, z - 0.07), column]
    for turn in np.arange(5) * 2 * np.pi / 5:
        foot = Part('box', (0.13, 0.02, 0.02), paint='dark')
        quat = (float(np.cos(turn / 2)), 0.0, 0.0, float(np.sin(turn / 2)))
        parts.append(at(foot, 0.13 * np.cos(turn), 0.13 * np.sin(turn), 0.06, quat))
    parts.append(at(block(half - 0.02, 0.03, 0.5, z + 0.1), 0, -half))
    parts.append(at(block(0.03, 0.02, 0.25, z - 0.05, 'dark'), 0, -half - 0.01))
    return Piece(tuple(parts), (half + 0.03, half + 0.04), False)


def sofa(rng: Rng) -> Piece:
    """Make a sofa or an armchair with cushions."""
    x, y = rng.choice([0.45, 0.75, 0.95]) * rng.uniform(0.9, 1.1), rng.uniform(0.38, 0.48)
    low, seat, back = rng.uniform(0.04, 0.12), rng.uniform(0.36, 0.44), rng.uniform(0.7, 0.9)
    parts = [at(block(x, y - 0.1, seat - low, low), 0, 0.05)]
    parts.append(at(block(x, 0.1, back - low, low), 0, -y + 0.1))
    for side in (-1, 1):
        parts.append(at(block(0.09, y, 0.58 - low, low), side * (x - 0.09), 0))
    cushions = max(1, round(x / 0.4))
    for k in range(cushions):
        wide = (x - 0.19) / cushions
        pad = block(wide - 0.008, y - 0.14, 0.09, seat, 'accent')
        parts.append(at(pad, (2 * k + 1 - cushions) * wide, 0.08))
    parts += _legs(x, y, low, 0.03, rng, 'dark')
    return Piece(tuple(parts), (float(x), y))


def shelf(rng: Rng) -> Piece:
    """Make an open shelf with rows of books."""
    x, y, z = rng.uniform(0.35, 0.6), rng.uniform(0.13, 0.19), rng.uniform(1.0, 2.0)
    boards = int(rng.integers(4, 6))
    parts = [at(block(0.015, y, z), side * x, 0) for side in (-1, 1)]
    parts.append(at(block(x, 0.008, z), 0, -y + 0.008))
    gap = (z - 0.08) / (boards - 1)
    for k in range(boards):
        parts.append(block(x, y, 0.025, 0.05 + k * gap))
        if k < boards - 1 and rng.random() < 0.8:
            parts += _books(rng, x, y, 0.075 + k * gap, gap)
    return Piece(tuple(parts), (x + 0.015, y))


def _books(rng: Rng, x: float, y: float, low: float, gap: float) -> list[Part]:
    """Return two to four groups of books on a board."""
    parts, left = [], -x + 0.03
    for _ in range(int(rng.integers(2, 5))):
        wide = rng.uniform(0.05, 0.16)
        if left + 2 * wide > x - 0.03:
            break
        paint = ('accent', 'dark', 'metal')[int(rng.integers(3))]
        group = block(wide, 0.7 * y, gap * rng.uniform(0.5, 0.8), low, paint)
        parts.append(at(group, left + wide, 0.0))
        left += 2 * wide + rng.uniform(0.0, 0.1)
    return parts


def cabinet(rng: Rng) -> Piece:
    """Make a cabinet: a box on a plinth with drawers and knobs."""
    x, y, z = rng.uniform(0.3, 0.6), rng.uniform(0.2, 0.3), rng.uniform(0.6, 1.1)
    parts = [block(x, y, z - 0.06, 0.06), block(x - 0.03, y - 0.03, 0.06, 0.0, 'dark')]
    parts.append(block(x + 0.015, y + 0.015, 0.03, z, 'accent'))
    rows, columns = int(rng.integers(2, 5)), int(rng.integers(1, 4))
    tall, wide = (z - 0.06) / rows, 2 * x / columns
    for i in range(rows):
        for j in range(columns):
            across, up = -x + (j + 0.5) * wide, 0.06 + (i + 0.5) * tall
            front = Part('box', (wide / 2 - 0.012, 0.008, tall / 2 - 0.012), (across, y, up))
            knob = Part('sphere', (0.014,), (across, y + 0.018, up), paint='metal')
            parts += [front, knob]
    return Piece(tuple(parts), (x + 0.015, y + 0.02))


def bed(rng: Rng) -> Piece:
    """Make a bed: frame, mattress, blanket, pillow, headboard."""
    x, y, z = rng.uniform(0.45, 0.8), 1.0, rng.uniform(0.25, 0.38)
    parts = [block(x, y, 0.15, z - 0.15), block(x - 0.02, y - 0.02, 0.16, z, 'metal')]
    parts.append(at(block(x + 0.01, 0.6, 0.05, z + 0.13, 'accent'), 0, 0.35))
    parts.append(at(block(0.7 * x, 0.2, 0.1, z + 0.16, 'metal'), 0, -0.72))
    parts.append(at(block(x, 0.03, z + 0.5), 0, -y - 0.03))
    return Piece((*parts, *_legs(x, y, z - 0.15, 0.03, rng)), (x + 0.01, y + 0.06))


def bin_(rng: Rng) -> Piece:
    """Make a waste bin."""
    r, z = rng.uniform(0.12, 0.18), rng.uniform(0.3, 0.6)
    body = Part('cylinder', (r, z / 2), (0, 0, z / 2))
    lid = Part('cylinder', (r + 0.01, 0.02), (0, 0, z + 0.01), paint='dark')
    return Piece((body, lid), (r + 0.01, r + 0.01))


def plant(rng: Rng) -> Piece:
    """Make a plant in a pot."""
    r, z = rng.uniform(0.12, 0.2), rng.uniform(0.2, 0.4)
    parts = [Part('cylinder', (r, z / 2), (0, 0, z / 2))]
    parts.append(Part('cylinder', (0.02, 0.25), (0, 0, z + 0.2), paint='dark'))
    for _ in range(int(rng.integers(5, 10))):
        tilt, turn = rng.uniform(0.2, 1.0), rng.uniform(-np.pi, np.pi)
        quat = _tilted(tilt, turn)
        reach = rng.uniform(0.1, 0.3)
        x, y = reach * np.sin(tilt) * np.cos(turn), reach * np.sin(tilt) * np.sin(turn)
        size = (0.05, 0.02, rng.uniform(0.12, 0.25))
        high = z + 0.2 + rng.uniform(0.0, 0.45)
        parts.append(Part('ellipsoid', size, (x, y, high), quat, 'leaf'))
    return Piece(tuple(parts), (r + 0.06, r + 0.06))


def _tilted(tilt: float, turn: float) -> Quat:
    """Return the turn that leans the z axis by `tilt` towards the direction `turn`, radians."""
    s = float(np.sin(tilt / 2))
    return float(np.cos(tilt / 2)), -s * float(np.sin(turn)), s * float(np.cos(turn)), 0.0


def floor_lamp(rng: Rng) -> Piece:
    """Make a lamp on a pole."""
    z, r = rng.uniform(1.3, 1.7), rng.uniform(0.13, 0.2)
    parts = [Part('cylinder', (0.14, 0.015), (0, 0, 0.015), paint='dark')]
    parts.append(Part('cylinder', (0.013, z / 2), (0, 0, z / 2), paint='dark'))
    parts.append(Part('cylinder', (r, 0.14), (0, 0, z), paint='metal'))
    return Piece(tuple(parts), (0.2, 0.2))


def stool(rng: Rng) -> Piece:
    """Make a stool or a small round table."""
    r, z = rng.uniform(0.16, 0.35), rng.uniform(0.4, 0.55)
    top = Part('cylinder', (r, 0.025), (0, 0, z - 0.025))
    return Piece((top, *_legs(0.75 * r, 0.75 * r, z - 0.04, 0.02, rng)), (r, r), False)


def crates(rng: Rng) -> Piece:
    """Make a pile of cardboard boxes."""
    x, y = rng.uniform(0.15, 0.3), rng.uniform(0.15, 0.25)
    parts, low = [], 0.0
    for k in range(int(rng.integers(1, 4))):
        shrink, tall = rng.uniform(0.75, 1.0), rng.uniform(0.2, 0.4)
        parts.append(block(x * shrink, y * shrink, tall, low, ('main', 'accent')[k % 2]))
        parts.append(block(0.03, y * shrink + 0.003, tall + 0.003, low, 'metal'))
        low += tall + 0.003
    return Piece(tuple(parts), (x, y))


FURNITURE: dict[str, Callable[[Rng], Piece]] = {
    'table': table,
    'chair': chair,
    'office_chair': office_chair,
    'sofa': sofa,
    'shelf': shelf,
    'cabinet': cabinet,
    'bed': bed,
    'bin': bin_,
    'plant': plant,
    'floor_lamp': floor_lamp,
    'stool': stool,
    'crates': crates,
}
CORRIDOR_FURNITURE = ('shelf', 'cabinet', 'bin', 'plant', 'crates')
"""What is narrow enough for a corridor."""
