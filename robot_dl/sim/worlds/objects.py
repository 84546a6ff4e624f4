"""The eight classes as parts: primitives and meshes, with sizes drawn from a random generator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.worlds.meshes import Mesh, arc_tube, revolve, stitch

Rng = np.random.Generator
Quat = tuple[float, float, float, float]

UPRIGHT: Quat = (1.0, 0.0, 0.0, 0.0)
ON_ITS_SIDE: Quat = (0.5**0.5, 0.0, 0.5**0.5, 0.0)


@dataclass(frozen=True)
class Part:
    """One solid of an object, in the object's frame (metres, quaternion w x y z).

    `kind` is a MuJoCo primitive with MuJoCo's half sizes, or 'mesh'. `paint` names which of the
    object's materials it wears: main, accent, metal or dark.
    """

    kind: str
    size: tuple[float, ...] = ()
    pos: tuple[float, float, float] = (0.0, 0.0, 0.0)
    quat: Quat = UPRIGHT
    paint: str = 'main'
    mesh: Mesh | None = None


@dataclass(frozen=True)
class Shape:
    """An object: its parts, and the orientations in which it may lie with how often (weights)."""

    parts: tuple[Part, ...]
    rests: tuple[tuple[Quat, float], ...] = ((UPRIGHT, 1.0),)


def _between(rng: Rng, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def box(rng: Rng) -> Shape:
    """Make a cardboard box, sometimes with a strip of tape over it."""
    x, y = _between(rng, 0.03, 0.08), _between(rng, 0.03, 0.065)
    z = _between(rng, 0.022, 0.075)
    parts = [Part('box', (x, y, z))]
    if rng.random() < 0.5:
        width = _between(rng, 0.006, 0.012)
        parts.append(Part('box', (x + 4e-4, width, z + 4e-4), paint='accent'))
    return Shape(tuple(parts))


def ball(rng: Rng) -> Shape:
    """Make a ball, sometimes with a coloured belt."""
    radius = _between(rng, 0.03, 0.058)
    parts = [Part('sphere', (radius,))]
    if rng.random() < 0.4:
        belt = radius * _between(rng, 0.15, 0.3)
        ring = (radius**2 - belt**2) ** 0.5 + 8e-4
        mesh = revolve([(0, -belt), (ring, -belt), (radius + 8e-4, 0), (ring, belt), (0, belt)])
        tilt = _between(rng, 0.0, np.pi)
        quat = (float(np.cos(tilt / 2)), float(np.sin(tilt / 2)), 0.0, 0.0)
        parts.append(Part('mesh', quat=quat, paint='accent', mesh=mesh))
    return Shape(tuple(parts))


def can(rng: Rng) -> Shape:
    """Make a drinks can: a printed wall between bare metal ends, with a tab to pull."""
    r, h = _between(rng, 0.03, 0.042), _between(rng, 0.095, 0.14)
    wall = revolve([(0, 0.008), (r, 0.008), (r, h - 0.01), (0, h - 0.01)])
    foot = revolve([(0, 0), (r - 0.006, 0), (r - 4e-4, 0.008), (0, 0.008)])
    lid = [(0, h - 0.01), (r - 4e-4, h - 0.01), (r - 0.006, h), (r - 0.008, h)]
    lid += [(r - 0.009, h - 0.004), (0, h - 0.004)]
    tab = Part('ellipsoid', (0.45 * r, 0.2 * r, 0.002), (0.15 * r, 0.0, h - 0.003), paint='dark')
    ends = (Part('mesh', paint='metal', mesh=m) for m in (foot, revolve(lid)))
    parts = (Part('mesh', mesh=wall), *ends, tab)
    return Shape(parts, ((UPRIGHT, 0.65), (ON_ITS_SIDE, 0.35)))


def bottle(rng: Rng) -> Shape:
    """Make a bottle: body, shoulder, neck and a cap of its own colour, sometimes a label."""
    r, h = _between(rng, 0.03, 0.042), _between(rng, 0.19, 0.26)
    neck, rise = _between(rng, 0.011, 0.015), _between(rng, 0.5, 0.66) * h
    bend = [(r, rise), (0.93 * r, rise + 0.06 * h), (0.65 * r, rise + 0.13 * h)]
    outline = [(0, 0), (0.92 * r, 0), (r, 0.006), *bend, (neck, rise + 0.2 * h), (neck, h), (0, h)]
    cap = neck + 0.003
    lid = revolve([(0, h - 0.022), (cap, h - 0.022), (cap, h + 0.003), (0, h + 0.003)])
    parts = [Part('mesh', mesh=revolve(outline)), Part('mesh', paint='accent', mesh=lid)]
    if rng.random() < 0.5:
        low, high, girth = 0.25 * rise, 0.8 * rise, r + 6e-4
        label = revolve([(0, low), (girth, low), (girth, high), (0, high)])
        parts.append(Part('mesh', paint='accent', mesh=label))
    return Shape(tuple(parts), ((UPRIGHT, 0.55), (ON_ITS_SIDE, 0.45)))


def mug(rng: Rng) -> Shape:
    """Make a mug: a hollow cup, dark inside, with a handle."""
    r, h = _between(rng, 0.036, 0.046), _between(rng, 0.08, 0.105)
    flare, wall = _between(rng, 0.9, 1.0), 0.004
    outside = [(0, 0), (flare * r - 0.004, 0), (flare * r, 0.005), (r, h), (r - wall, h)]
    cup = revolve([*outside, (flare * r - wall, 0.012), (0, 0.012)])
    ring = arc_tube((0.62 * r, 0.33 * h), (0.0075, 0.0045), 1.15 * np.pi)
    handle = Part('mesh', pos=(0.97 * r, 0.0, 0.52 * h), paint='main', mesh=ring)
    lining = revolve(
        [
            (0, 0.0125),
            (flare * r - wall, 0.0125),
            (r - wall - 2e-4, h - 0.003),
            (r - wall - 8e-4, h - 0.003),
            (flare * r - wall - 8e-4, 0.0135),
            (0, 0.0135),
        ]
    )
    return Shape((Part('mesh', mesh=cup), handle, Part('mesh', paint='dark', mesh=lining)))


def bowl(rng: Rng) -> Shape:
    """Make a bowl: wide, hollow, on a small foot."""
    r, h = _between(rng, 0.06, 0.092), _between(rng, 0.045, 0.068)
    foot, wall = _between(rng, 0.4, 0.55) * r, 0.0045
    angles = np.linspace(0.12, np.pi / 2, 8)
    outer = [
        (foot + (r - foot) * np.sin(a), 0.006 + (h - 0.006) * (1 - np.cos(a))) for a in angles
    ]
    inner = [(max(x - wall, 0.004), z + wall * 0.8) for x, z in outer[:-1]]
    inner = [(r - wall, h), *inner[::-1], (0, 0.012)]
    mesh = revolve([(0, 0), (foot, 0), *outer, *inner], segments=40)
    return Shape((Part('mesh', mesh=mesh),))


def hammer(rng: Rng) -> Shape:
    """Make a hammer, lying: a handle along x and a steel head across its end."""
    length, grip = _between(rng, 0.21, 0.29), _between(rng, 0.011, 0.015)
    arm, thick = _between(rng, 0.034, 0.046), _between(rng, 0.012, 0.0155)
    axis_y: Quat = (0.5**0.5, -(0.5**0.5), 0.0, 0.0)
    head = [
        Part('box', (thick, 0.5 * arm, thick), (length, 0, thick), paint='metal'),
        Part('cylinder', (0.72 * thick, 0.3 * arm), (length, 0.72 * arm, thick), axis_y, 'metal'),
        Part('cylinder', (1.05 * thick, 0.2 * arm), (length, 1.2 * arm, thick), axis_y, 'metal'),
        _peen(rng, arm, thick, length),
    ]
    shaft = Part('cylinder', (0.8 * grip, length / 2), (length / 2, 0, thick), ON_ITS_SIDE)
    sleeve = Part(
        'capsule', (grip, 0.2 * length), (0.22 * length, 0, thick), ON_ITS_SIDE, 'accent'
    )
    return Shape((shaft, sleeve, *head))


def _peen(rng: Rng, arm: float, thick: float, length: float) -> Part:
    """Make the back of a hammer's head: a wedge to a line."""
    reach = _between(rng, 0.9, 1.3) * arm
    profile = np.array([[-1, 0], [1, 0], [0.85, 0.5], [0.3, 1], [-0.3, 1], [-0.85, 0.5]])
    outline = profile * [thick, reach]
    low, high = [np.column_stack([outline, np.full(6, z)]) for z in (-0.85 * thick, 0.85 * thick)]
    middle = outline.mean(0)
    ends = [np.array([[*middle, z]]) for z in (-0.85 * thick, 0.85 * thick)]
    mesh = stitch([ends[0], low, high, ends[1]])
    turned = Mesh(mesh.vertices * [1, -1, 1], mesh.faces[:, ::-1])
    return Part('mesh', pos=(length, -0.45 * arm, thick), paint='metal', mesh=turned)


def screwdriver(rng: Rng) -> Shape:
    """Make a screwdriver, lying: a fluted grip along x and a steel blade."""
    grip, reach = _between(rng, 0.014, 0.019), _between(rng, 0.09, 0.12)
    blade, r = _between(rng, 0.09, 0.14), _between(rng, 0.0035, 0.005)
    outline = [(0, 0), (0.75 * grip, 0.002), (grip, 0.014), (grip, 0.7 * reach)]
    outline += [(0.62 * grip, 0.82 * reach), (0.8 * grip, 0.95 * reach), (0.5 * grip, reach)]
    handle = revolve([*outline, (0, reach)], segments=36, flute=0.14)
    end = reach + blade
    rod = Part('cylinder', (r, blade / 2), (reach + blade / 2, 0, grip), ON_ITS_SIDE, 'metal')
    tip = Part('box', (0.007, 1.5 * r, 0.0016), (end, 0, grip), paint='metal')
    ring = Part('cylinder', (0.84 * grip, 0.006), (0.9 * reach, 0, grip), ON_ITS_SIDE, 'accent')
    return Shape((Part('mesh', pos=(0, 0, grip), quat=ON_ITS_SIDE, mesh=handle), rod, tip, ring))


CLASSES: dict[str, Callable[[Rng], Shape]] = {
    'box': box,
    'ball': ball,
    'can': can,
    'bottle': bottle,
    'mug': mug,
    'bowl': bowl,
    'hammer': hammer,
    'screwdriver': screwdriver,
}


def rotation(quat: Quat) -> NDArray[np.float64]:
    """Return the matrix [3, 3] of a unit quaternion (w, x, y, z)."""
    w, x, y, z = quat
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
