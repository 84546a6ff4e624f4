"""Which pictures of an episode are shown."""

import numpy as np

from robot_dl.cli.rollouts.trace import Rgb

PICTURES, SHOWN = 24, 6
"""How many pictures an episode of full length has, and how many of them are shown."""


def chosen(pictures: list[tuple[float, Rgb]]) -> list[tuple[float, Rgb]]:
    """Return a few of the pictures, evenly, the first and the last among them."""
    if len(pictures) <= SHOWN:
        return pictures
    return [pictures[i] for i in np.linspace(0, len(pictures) - 1, SHOWN).round().astype(int)]
