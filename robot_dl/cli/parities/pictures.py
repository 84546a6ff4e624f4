"""Pictures to compare models on, or to calibrate them with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
NOISE_HW = (480, 640)


@dataclass(frozen=True)
class Pictures:
    """Pictures [H, W, 3] uint8.

    Attributes:
        source: What they are, for people.
        images: The pictures; they can be looked at once.
        are_real: False if they show nothing.
    """

    source: str
    images: Iterable[Rgb]
    are_real: bool = True


def choose_pictures(folder: Path | None, world: str, seeds: range) -> Pictures:
    """Return the pictures of a folder; else rendered ones; without MuJoCo, noise.

    Args:
        folder: Of images, or None.
        world: The simulated world that is rendered; empty if none suits the model.
        seeds: Of the pictures to render; at most so many are taken from the folder.

    Raises:
        ValueError: If there is no image in the folder, or one is broken.
    """
    if folder is not None:
        return _from_folder(folder, len(seeds))
    if world and find_spec('mujoco') is not None:
        source = f'{len(seeds)} rendered pictures (seeds {seeds[0]} to {seeds[-1]})'
        return Pictures(source, _rendered(world, seeds))
    return Pictures(f'{len(seeds)} pictures of noise', _noise(seeds), are_real=False)


def _from_folder(folder: Path, most: int) -> Pictures:
    from robot_dl.cli.sources.images import open_folder, read_rgb

    if not folder.is_dir():
        raise ValueError(f'--images {folder}: expected a folder of images')
    paths = open_folder(folder).paths
    # From all over the folder: neighbours are often of one scene.
    chosen = [paths[i] for i in np.linspace(0, len(paths) - 1, min(most, len(paths))).astype(int)]
    return Pictures(f'{len(chosen)} pictures of {folder}', (read_rgb(path) for path in chosen))


def _rendered(world: str, seeds: range) -> Iterator[Rgb]:
    from robot_dl.training.evaluation import pictures, render_image

    return pictures(partial(render_image, world), seeds)


def _noise(seeds: range) -> Iterator[Rgb]:
    for seed in seeds:
        yield np.random.default_rng(seed).integers(0, 256, (*NOISE_HW, 3), np.uint8)
