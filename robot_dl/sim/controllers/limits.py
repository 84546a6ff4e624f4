"""What a joint can do."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class JointLimits:
    """Limits of one joint: radians for one that turns, metres for one that slides.

    Attributes:
        name: The joint.
        low: Least position.
        high: Greatest position.
        velocity: Greatest speed, rad/s or m/s.
        acceleration: Greatest change of the velocity, rad/s² or m/s².
        effort: Greatest torque or force, N·m or N.
    """

    name: str
    low: float = -math.inf
    high: float = math.inf
    velocity: float = math.inf
    acceleration: float = math.inf
    effort: float = math.inf


def column(limits: tuple[JointLimits, ...], name: str) -> NDArray[np.float64]:
    """Return one number of each joint [N], e.g. 'velocity'."""
    return np.array([getattr(one, name) for one in limits])
