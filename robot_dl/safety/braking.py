"""How fast one may go and still stop in time."""

import numpy as np

from robot_dl.safety.limits import Joints


def known_acceleration(acceleration: Joints) -> Joints:
    """Return limits of acceleration [N] with infinity where nobody gave one."""
    return np.where(np.isnan(acceleration), np.inf, acceleration)


def brakeable(way: Joints, delay_s: float, inverse_acceleration: Joints) -> Joints:
    """Return the greatest speed v from which one stops within a way: v delay + v² / (2a) = way.

    That is the way until the next chance to brake, and the one of braking at the rate a. Solved
    for v in the form that neither needs a finite a nor cancels when it is great.

    Args:
        way: What is left [N], not negative.
        delay_s: Time at that speed before the braking begins.
        inverse_acceleration: 1/a [N]; 0 brakes at once.
    """
    return np.asarray(
        2 * way / (delay_s + np.sqrt(delay_s * delay_s + 2 * way * inverse_acceleration))
    )
