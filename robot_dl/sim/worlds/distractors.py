"""Things on the table that are none of the classes: cones, stars, rings, wedges, sheets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from robot_dl.sim.worlds.meshes import arc_tube, prism
from robot_dl.sim.worlds.objects import Part, Quat, Rng, Shape

FLAT: Quat = (0.5**0.5, 0.5**0.5, 0.0, 0.0)


def _polygon(count: int, radius: float, dent: float = 1.0) -> np.ndarray:
    """Return corners [count, 2] metres; every second one is pulled in by `dent`."""
    angle = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    reach = radius * np.where(np.arange(count) % 2 == 0, 1.0, dent)
    return np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])


def cone(rng: Rng) -> Shape:
    """Make a cone."""
    mesh = prism(_polygon(28, rng.uniform(0.025, 0.045)), rng.uniform(0.06, 0.11), 0.03)
    return Shape((Part('mesh', mesh=mesh),))


def pyramid(rng: Rng) -> Shape:
    """Make a pyramid with three or four sides."""
    corners = _polygon(int(rng.integers(3, 5)), rng.uniform(0.035, 0.055))
    return Shape((Part('mesh', mesh=prism(corners, rng.uniform(0.05, 0.09), 0.03)),))


def star(rng: Rng) -> Shape:
    """Make a flat star with five or six points."""
    corners = _polygon(2 * int(rng.integers(5, 7)), rng.uniform(0.03, 0.05), 0.5)
    return Shape((Part('mesh', mesh=prism(corners, rng.uniform(0.01, 0.02))),))


def ring(rng: Rng) -> Shape:
    """Make a thin ring that lies flat."""
    radius, tube = rng.uniform(0.025, 0.042), rng.uniform(0.005, 0.008)
    mesh = arc_tube((radius, radius), (tube, tube), 1.995 * np.pi, steps=28)
    return Shape((Part('mesh', pos=(0, 0, tube), quat=FLAT, mesh=mesh),))


def cross(rng: Rng) -> Shape:
    """Make three bars that cross each other, like a toy jack."""
    arm, thick = rng.uniform(0.03, 0.045), rng.uniform(0.006, 0.009)
    bars = [(arm, thick, thick), (thick, arm, thick), (thick, thick, arm)]
    return Shape(tuple(Part('box', bar, (0, 0, arm)) for bar in bars))


def horseshoe(rng: Rng) -> Shape:
    """Make a flat, open bow."""
    radius = rng.uniform(0.03, 0.045)
    mesh = arc_tube((radius, 1.2 * radius), (0.006, 0.009), 1.3 * np.pi, steps=20)
    return Shape((Part('mesh', pos=(0, 0, 0.006), quat=FLAT, mesh=mesh),))


DISTRACTORS: dict[str, Callable[[Rng], Shape]] = {
    'cone': cone,
    'pyramid': pyramid,
    'star': star,
    'ring': ring,
    'cross': cross,
    'horseshoe': horseshoe,
}
