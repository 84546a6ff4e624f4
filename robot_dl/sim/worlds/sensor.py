"""A camera's imperfections: soft lens, exposure, white balance, vignette, noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.worlds.objects import Rng


@dataclass(frozen=True)
class Sensor:
    """Imperfections of one camera; `noise` [H, W, 3] int16 is read at another offset each time."""

    gain: NDArray[np.uint16]
    curve: NDArray[np.uint8]
    soft: bool
    noise: NDArray[np.int16]

    @classmethod
    def draw(cls, rng: Rng, size_hw: tuple[int, int]) -> Sensor:
        """Draw a camera for pictures of `size_hw`."""
        y, x = [np.linspace(-1, 1, n)[:, None] for n in size_hw]
        vignette = 1.0 - rng.uniform(0.0, 0.22) * (y**2 + x.T**2) / 2
        balance = rng.uniform(0.92, 1.08, 3) * rng.uniform(0.85, 1.15)
        gain = (vignette[..., None] * balance * 256).astype(np.uint16)
        level = np.arange(256) / 255
        curve = (255 * level ** rng.uniform(0.8, 1.25) + 0.5).astype(np.uint8)
        spread = rng.uniform(0.5, 5.0)
        noise = rng.standard_normal((*size_hw, 3), dtype=np.float32) * np.float32(spread)
        return cls(gain, curve, bool(rng.random() < 0.7), np.rint(noise).astype(np.int16))

    def expose(self, rgb: NDArray[np.uint8], rng: Rng) -> NDArray[np.uint8]:
        """Return the picture [H, W, 3] as this camera would give it; `rng` moves the noise."""
        image = rgb.astype(np.uint16)
        if self.soft:
            image = _soften(image)
        scaled = np.minimum((image.astype(np.uint32) * self.gain) >> 8, 255)
        bent = self.curve[scaled].astype(np.int16)
        shift = rng.integers(0, self.noise.shape[:2])
        bent += np.roll(self.noise, shift, axis=(0, 1))
        return np.clip(bent, 0, 255).astype(np.uint8)


def _soften(image: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Blur [H, W, 3] by (1 2 1)/4 along both axes; edges keep their value."""
    soft = image.copy()
    soft[1:-1] = (image[:-2] + 2 * image[1:-1] + image[2:] + 2) >> 2
    wide = soft.copy()
    wide[:, 1:-1] = (soft[:, :-2] + 2 * soft[:, 1:-1] + soft[:, 2:] + 2) >> 2
    return wide
