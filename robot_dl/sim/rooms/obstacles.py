"""What moves through the rooms: people, carts, robots, balls. On the floor, front towards +x."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from robot_dl.sim.rooms.furniture import Piece, at, block
from robot_dl.sim.worlds.objects import Part, Quat, Rng

LYING: Quat = (0.5**0.5, 0.5**0.5, 0.0, 0.0)
"""Turns the z axis to y: wheels."""


def _leaning(angle: float) -> Quat:
    """Return the turn about y by an angle in radians."""
    return float(np.cos(angle / 2)), 0.0, float(np.sin(angle / 2)), 0.0


def person(rng: Rng) -> Piece:
    """Make a walking person: shoes, legs, a torso, arms, a head."""
    tall, stride = rng.uniform(0.92, 1.12), rng.uniform(0.15, 0.4)
    parts = []
    for side, swing in ((-1, stride), (1, -stride)):
        hip, quat = 0.86 * tall, _leaning(swing)
        half = (hip - 0.1) / (2 * np.cos(swing))
        x, z = -half * np.sin(swing), hip - half * np.cos(swing)
        parts.append(Part('capsule', (0.07, half), (x, side * 0.09, z), quat, 'accent'))
        foot = Part('ellipsoid', (0.13, 0.05, 0.045), (2.0 * x + 0.05, side * 0.09, 0.05))
        parts.append(Part(foot.kind, foot.size, foot.pos, paint='dark'))
        arm_x = 0.25 * tall * np.sin(swing)
        arm = ((0.045, 0.25 * tall), (arm_x, side * 0.23, 1.12 * tall), _leaning(-swing))
        parts.append(Part('capsule', *arm, 'main'))
    parts.append(Part('ellipsoid', (0.13, 0.2, 0.34 * tall), (0, 0, 1.15 * tall)))
    parts.append(Part('sphere', (0.11,), (0.01, 0, 1.58 * tall), paint='skin'))
    parts.append(Part('ellipsoid', (0.12, 0.12, 0.1), (-0.02, 0, 1.63 * tall), paint='dark'))
    return Piece(tuple(parts), (0.3, 0.3), False)


def _wheels(x: float, y: float, r: float, paint: str = 'dark') -> list[Part]:
    wheel = Part('cylinder', (r, 0.025), (0, 0, r), LYING, paint)
    return [at(wheel, a * x, b * y, 0.0, LYING) for a in (-1, 1) for b in (-1, 1)]


def cart(rng: Rng) -> Piece:
    """Make a cart: a bright tub with warning stripes on big wheels, and a bow to push it."""
    x, y, r = rng.uniform(0.3, 0.45), rng.uniform(0.2, 0.28), rng.uniform(0.07, 0.11)
    tall = rng.uniform(0.25, 0.5)
    parts = [block(x, y, tall, 2 * r, 'bright'), block(x + 0.02, y + 0.02, 0.09, 2 * r, 'hazard')]
    parts += _wheels(0.75 * x, y, r)
    for side in (-1, 1):
        bar = Part('capsule', (0.017, 0.3), (-x - 0.06, side * 0.8 * y, 0.65), _leaning(-0.25))
        parts.append(Part(bar.kind, bar.size, bar.pos, bar.quat, 'metal'))
    parts.append(Part('capsule', (0.02, 0.8 * y), (-x - 0.13, 0, 0.95), LYING, 'dark'))
    return Piece(tuple(parts), (x + 0.2, y + 0.03), False)


def delivery_robot(rng: Rng) -> Piece:
    """Make a round robot: a drum with a warning band, a dome, a light on a mast."""
    r, tall = rng.uniform(0.2, 0.28), rng.uniform(0.4, 0.8)
    parts = [Part('cylinder', (0.9 * r, 0.04), (0, 0, 0.05), paint='dark')]
    parts.append(Part('cylinder', (r, tall / 2), (0, 0, 0.09 + tall / 2), paint='bright'))
    band = 0.09 + tall * rng.uniform(0.15, 0.4)
    parts.append(Part('cylinder', (r + 0.006, 0.05), (0, 0, band), paint='hazard'))
    parts.append(Part('ellipsoid', (r, r, 0.45 * r), (0, 0, 0.09 + tall), paint='dark'))
    parts.append(Part('cylinder', (0.012, 0.15), (-0.5 * r, 0, tall + 0.3), paint='metal'))
    parts.append(Part('sphere', (0.035,), (-0.5 * r, 0, tall + 0.45), paint='hazard'))
    return Piece(tuple(parts), (r, r), False)


def vacuum_robot(rng: Rng) -> Piece:
    """Make a flat disc that cleans, with a bumper and a turret."""
    r, tall = rng.uniform(0.16, 0.2), rng.uniform(0.08, 0.11)
    parts = [Part('cylinder', (r, tall / 2), (0, 0, 0.015 + tall / 2), paint='bright')]
    parts.append(Part('cylinder', (r + 0.006, 0.02), (0.006, 0, 0.05), paint='hazard'))
    parts.append(Part('cylinder', (0.06, 0.02), (-0.03, 0, tall + 0.03), paint='dark'))
    return Piece(tuple(parts), (r, r), False)


def ball(rng: Rng) -> Piece:
    """Make a big ball with stripes."""
    r = rng.uniform(0.15, 0.3)
    return Piece((Part('sphere', (r,), (0, 0, r), paint='hazard'),), (r, r), False)


OBSTACLES: dict[str, Callable[[Rng], Piece]] = {
    'person': person,
    'cart': cart,
    'delivery_robot': delivery_robot,
    'vacuum_robot': vacuum_robot,
    'ball': ball,
}
