"""Procedural pictures for surfaces: noise, wood, stripes, checks, tiles, speckles, cloth."""

from __future__ import annotations

import colorsys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Field = NDArray[np.float64]
Colour = NDArray[np.float64]


def any_colour(rng: Rng, saturation: tuple[float, float] = (0.1, 1.0)) -> Colour:
    """Draw a colour [3] in [0, 1], evenly over hue."""
    hue, sat = rng.random(), rng.uniform(*saturation)
    return np.array(colorsys.hsv_to_rgb(hue, sat, rng.uniform(0.25, 1.0)))


def smooth_noise(rng: Rng, size: int, cells: int) -> Field:
    """Return noise [size, size] in [0, 1] whose lumps repeat `cells` times; it tiles."""
    lattice = rng.random((cells, cells))
    at = np.arange(size) * cells / size
    low = at.astype(int)
    part = at - low
    part = part * part * (3 - 2 * part)
    rows = lattice[low] * (1 - part[:, None]) + lattice[(low + 1) % cells] * part[:, None]
    return rows[:, low] * (1 - part) + rows[:, (low + 1) % cells] * part


def _clouds(rng: Rng, size: int) -> Field:
    scales = [(2, 0.5), (5, 0.25), (13, 0.15), (37, 0.1)]
    return sum((w * smooth_noise(rng, size, c) for c, w in scales), np.zeros((size, size)))


def _wood(rng: Rng, size: int) -> Field:
    x = np.linspace(0, 1, size, endpoint=False)[:, None]
    bend = smooth_noise(rng, size, 3) * rng.uniform(0.1, 0.5)
    grain = smooth_noise(rng, size, size // 4)
    return (
        0.8 * (0.5 + 0.5 * np.sin(2 * np.pi * (rng.integers(4, 16) * x + 2 * bend))) + 0.2 * grain
    )


def _stripes(rng: Rng, size: int) -> Field:
    x, y = np.meshgrid(*2 * [np.linspace(0, 1, size, endpoint=False)])
    a, b = rng.integers(0, 6, 2)
    return (np.sin(2 * np.pi * (max(a + b, 2) * x + b * y)) > rng.uniform(-0.6, 0.6)).astype(float)


def _checks(rng: Rng, size: int) -> Field:
    at = np.arange(size) * 2 * int(rng.integers(2, 8)) // size
    return ((at[:, None] + at) % 2).astype(float)


def _tiles(rng: Rng, size: int) -> Field:
    count = int(rng.integers(2, 7))
    joint = (np.arange(size) * count % size) < 0.05 * size
    shade = rng.uniform(0.6, 1.0, (count, count))
    at = np.arange(size) * count // size
    return np.where(joint[:, None] | joint, 0.0, shade[at][:, at])


def _speckles(rng: Rng, size: int) -> Field:
    return (smooth_noise(rng, size, size // 3) > rng.uniform(0.6, 0.85)).astype(float)


def _cloth(rng: Rng, size: int) -> Field:
    wave = np.sin(np.linspace(0, 2 * np.pi * int(rng.integers(16, 40)), size, endpoint=False))
    return np.clip(
        0.5 + 0.2 * (wave[:, None] + wave) + 0.2 * (smooth_noise(rng, size, 5) - 0.5), 0, 1
    )


def _plain(rng: Rng, size: int) -> Field:
    return 0.15 * smooth_noise(rng, size, 4)


PATTERNS: dict[str, Callable[[Rng, int], Field]] = {
    'clouds': _clouds,
    'wood': _wood,
    'stripes': _stripes,
    'checks': _checks,
    'tiles': _tiles,
    'speckles': _speckles,
    'cloth': _cloth,
    'plain': _plain,
}


def paint(field: Field, low: Colour, high: Colour) -> NDArray[np.uint8]:
    """Colour a field [H, W] in [0, 1] from `low` to `high`, as pixels [H, W, 3]."""
    mixed = low + np.clip(field, 0.0, 1.0)[..., None] * (high - low)
    return (255.0 * np.clip(mixed, 0.0, 1.0)).astype(np.uint8)


def surface(
    rng: Rng, names: list[str], size: int, base: Colour, contrast: float
) -> NDArray[np.uint8]:
    """Draw one of the named patterns around a base colour.

    Args:
        rng: Source of chance.
        names: Keys of `PATTERNS` to choose from.
        size: Pixels along each side.
        base: Colour [3] in [0, 1].
        contrast: How far the second colour may lie from the first, in [0, 1].
    """
    field = PATTERNS[names[int(rng.integers(len(names)))]](rng, size)
    other = (1 - contrast) * base + contrast * any_colour(rng)
    return paint(field, base, other)
