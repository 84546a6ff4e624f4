"""What the sensors of the cart and pole say of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator

NOISE = (0.001, 0.002, 0.01, 0.03)
"""Standard deviation of the positions (m, rad) and the velocities (m/s, rad/s)."""
KEPT = 2048
"""Moments before the noise repeats itself; at 400 Hz five seconds."""


class Encoders:
    """Noisy sensors. At the same moment they say the same, however often they are asked."""

    def __init__(self, rng: Rng, bias_rad: float) -> None:
        """Draw the noise of one arrangement; `bias_rad` is what the pole reads upright."""
        self._noise = rng.standard_normal((KEPT, 4)) * np.array(NOISE)
        self._noise[:, 1] += bias_rad

    def read(self, true: NDArray[np.float64], moment: int) -> NDArray[np.float64]:
        """Return what they say of positions and velocities [4] in a moment, counted from 0."""
        return np.asarray(true + self._noise[moment % KEPT])
