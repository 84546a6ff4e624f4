"""How walls, floors, doors and things are painted: colours and pictures by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.worlds.objects import Rng
from robot_dl.sim.worlds.scene import add_material, add_texture, contrasting
from robot_dl.sim.worlds.textures import Colour, any_colour, paint, smooth_noise, surface

WALL_PATTERNS = ['plain', 'plain', 'clouds', 'cloth', 'speckles', 'tiles', 'stripes']
FLOOR_PATTERNS = ['wood', 'tiles', 'checks', 'cloth', 'speckles', 'clouds', 'plain']
PICTURE_PATTERNS = ['clouds', 'stripes', 'checks', 'speckles', 'tiles', 'wood']


def wall_colour(rng: Rng) -> Colour:
    """Draw a wall's colour: mostly light and pale, sometimes strong."""
    if rng.random() < 0.75:
        pale = any_colour(rng, (0.0, 0.3))
        return 0.55 + 0.4 * pale
    return any_colour(rng, (0.1, 0.7))


def textured(
    spec: Any, rng: Rng, name: str, pixels: NDArray[np.uint8], repeat_m: float = 0.0
) -> str:
    """Add a material that shows a picture [S, S, 3]; return its name.

    Args:
        spec: The world to be.
        rng: Source of chance for the shine.
        name: Name of the material and of its texture.
        pixels: The picture.
        repeat_m: Size of the picture on the wall in metres; 0 stretches it over the whole face.
    """
    add_texture(spec, name, pixels)
    material = add_material(spec, rng, name, float(rng.uniform(0.0, 0.3)), name)
    material.texuniform = repeat_m > 0
    material.texrepeat = [1 / repeat_m] * 2 if repeat_m > 0 else [1, 1]
    return name


def plain(spec: Any, rng: Rng, name: str, colour: Colour, glow: float = 0.0) -> str:
    """Add a material of one colour; return its name."""
    material = add_material(spec, rng, name, float(rng.uniform(0.0, 0.4)))
    material.rgba, material.emission = [*np.clip(colour, 0, 1), 1], glow
    return name


def paint_cell(spec: Any, rng: Rng, name: str) -> Colour:
    """Add `NAME_wall`, `NAME_floor`, `NAME_ceiling`, `NAME_skirting`; return the wall's colour."""
    colour = wall_colour(rng)
    pixels = surface(rng, WALL_PATTERNS, 128, colour, rng.uniform(0.03, 0.25))
    textured(spec, rng, f'{name}_wall', pixels, rng.uniform(0.4, 1.8))
    floor = any_colour(rng, (0.0, 0.65))
    pixels = surface(rng, FLOOR_PATTERNS, 256, floor, rng.uniform(0.1, 0.4))
    textured(spec, rng, f'{name}_floor', pixels, rng.uniform(0.6, 2.5))
    plain(spec, rng, f'{name}_ceiling', 0.75 + 0.25 * any_colour(rng, (0.0, 0.15)))
    skirting = contrasting(rng, colour) if rng.random() < 0.5 else 0.9 * np.ones(3)
    plain(spec, rng, f'{name}_skirting', skirting)
    return colour


def paint_piece(spec: Any, rng: Rng, name: str, background: Colour) -> None:
    """Add the materials that a piece of furniture or an obstacle may wear."""
    main = contrasting(rng, background)
    picture = ''
    if rng.random() < 0.5:
        picture = f'{name}_print'
        names = ['wood', 'wood', 'cloth', 'clouds', 'stripes', 'checks', 'plain']
        pixels = surface(rng, names, 64, main, rng.uniform(0.1, 0.4))
        add_texture(spec, picture, pixels, cube=True)
    stripes = np.kron([[0, 1], [1, 0]], np.ones((4, 4)))
    pixels = paint(np.tile(stripes, (4, 4)), _signal(rng), np.full(3, rng.choice([0.05, 0.95])))
    add_texture(spec, f'{name}_tape', pixels, cube=True)
    skin = np.array([0.95, 0.75, 0.6]) * rng.uniform(0.35, 1.0)
    colours = {
        'main': np.ones(3) if picture else main,
        'accent': contrasting(rng, background),
        'metal': np.full(3, rng.uniform(0.5, 0.95)),
        'dark': np.full(3, rng.uniform(0.03, 0.25)),
        'leaf': np.array([0.15, 0.5, 0.12]) * rng.uniform(0.5, 1.5),
        'skin': skin,
        'bright': _signal(rng),
        'hazard': np.ones(3),
    }
    pictures = {'main': picture, 'hazard': f'{name}_tape'}
    for key, colour in colours.items():
        shine = float(rng.uniform(0.0, 0.5))
        material = add_material(spec, rng, f'{name}_{key}', shine, pictures.get(key, ''))
        material.rgba = [*np.clip(colour, 0, 1), 1]


def _signal(rng: Rng) -> Colour:
    """Draw a colour of machines that want to be seen."""
    strong = [(1, 0.8, 0), (1, 0.4, 0), (0.9, 0.05, 0.05), (0.1, 0.8, 0.2), (0, 0.6, 1), (1, 1, 1)]
    return np.array(strong[int(rng.integers(len(strong)))]) * rng.uniform(0.75, 1.0)


def door_picture(rng: Rng, colour: Colour) -> NDArray[np.uint8]:
    """Draw the face of a door [192, 96, 3]: panels or planks, sometimes a pane or a kick plate."""
    field = np.full((192, 96), 0.5)
    if rng.random() < 0.4:
        field += 0.12 * (smooth_noise(rng, 192, 48)[:, :96] - 0.5)
    rows, columns = int(rng.integers(1, 4)), int(rng.integers(1, 3))
    high, wide = 170 // rows, 78 // columns
    for i in range(rows):
        for j in range(columns):
            _panel(field, 12 + i * high, 10 + j * wide, high - 8, wide - 6)
    pixels = paint(field, 0.45 * colour, np.clip(1.55 * colour, 0, 1))
    if rng.random() < 0.3:
        glass = np.array([0.6, 0.75, 0.85]) * rng.uniform(0.5, 1.0)
        pixels[18:80, 26:70] = (255 * glass).astype(np.uint8)
    if rng.random() < 0.3:
        pixels[164:188, 6:90] = int(rng.uniform(90, 190))
    return pixels


def _panel(field: NDArray[np.float64], top: int, left: int, high: int, wide: int) -> None:
    """Draw the groove around a panel: dark above and left, bright below and right."""
    box = field[top : top + high, left : left + wide]
    box[:3], box[:, :3] = 0.1, 0.15
    box[-3:], box[:, -3:] = 0.9, 0.85
