"""Polynomials between two points of a trajectory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Knot:
    """Where joints are at a time: position [N] and, where they are given, its derivatives [N]."""

    time_s: float
    position: Array
    velocity: Array | None = None
    acceleration: Array | None = None


def sample(first: Knot, last: Knot, now_s: float) -> Knot:
    """Return where joints are between two knots; before the first and after the last they rest.

    The degree follows from what both knots tell: linear with positions, cubic with velocities,
    quintic with accelerations, as ros2_control's joint_trajectory_controller chooses it. The
    coefficients are those of Craig, Introduction to Robotics, section 7.3.
    """
    rest = np.zeros_like(first.position)
    if now_s <= first.time_s:
        return first
    if now_s >= last.time_s:
        return Knot(now_s, last.position, rest, rest)
    c, t = _coefficients(first, last), now_s - first.time_s
    powers = [t**k for k in range(6)]
    rates = [0.0, *(k * t ** (k - 1) for k in range(1, 6))]
    bends = [0.0, 0.0, *(k * (k - 1) * t ** (k - 2) for k in range(2, 6))]
    position, velocity, acceleration = (np.array(row) @ c for row in (powers, rates, bends))
    return Knot(now_s, position, velocity, acceleration)


def _coefficients(first: Knot, last: Knot) -> Array:
    """Return the coefficients [6, N] of ascending powers of the time since `first`."""
    span, way = last.time_s - first.time_s, last.position - first.position
    c = np.zeros((6, len(way)))
    c[0] = first.position
    if first.velocity is None or last.velocity is None:
        c[1] = way / span
        return c
    v0, v1 = first.velocity, last.velocity
    c[1] = v0
    if first.acceleration is None or last.acceleration is None:
        c[2] = (3 * way / span - 2 * v0 - v1) / span
        c[3] = (v0 + v1 - 2 * way / span) / span**2
        return c
    a0, a1 = first.acceleration, last.acceleration
    c[2] = a0 / 2
    c[3] = (20 * way - (8 * v1 + 12 * v0) * span - (3 * a0 - a1) * span**2) / (2 * span**3)
    c[4] = (-30 * way + (14 * v1 + 16 * v0) * span + (3 * a0 - 2 * a1) * span**2) / (2 * span**4)
    c[5] = (12 * way - 6 * (v1 + v0) * span + (a1 - a0) * span**2) / (2 * span**5)
    return c
