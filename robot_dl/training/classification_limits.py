"""What a classifier says of pictures unlike those it was trained on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.worlds.single_object import FarObjectWorld, StrangeObjectWorld
from robot_dl.training.evaluation import Watch, pictures, unwatched

Rgb = NDArray[np.uint8]
SURE = 0.9
"""A score that sounds certain."""
IMAGES = 200
"""Pictures of each kind, at most."""


def render_far(seed: int) -> tuple[Rgb, int]:
    """Render a seed's object from far away, with its class."""
    with FarObjectWorld(seed) as world:
        return world.render_rgb(), world.class_id


def render_strange(seed: int) -> Rgb:
    """Render a seed's thing of no class."""
    with StrangeObjectWorld(seed) as world:
        image: Rgb = world.render_rgb()
        return image


def limits(
    classify: Callable[[Rgb], NDArray[np.float32]], seeds: range, watch: Watch[Any] = unwatched
) -> dict[str, Any]:
    """Return how a classifier fares with objects far away, and with things of no class.

    Args:
        classify: Gives the scores [C] of a picture [H, W, 3].
        seeds: Pictures to render of each kind.
        watch: Shows the progress.
    """
    far = watch(pictures(render_far, seeds), len(seeds))
    right = [classify(image).argmax() == class_id for image, class_id in far]
    strange = watch(pictures(render_strange, seeds), len(seeds))
    scores = np.array([classify(image).max() for image in strange])
    return {
        'images': len(seeds),
        'top1_twice_as_far': float(np.mean(right)),
        'sure_of_strangers': float((scores >= SURE).mean()),
    }
