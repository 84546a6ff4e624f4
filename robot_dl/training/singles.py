"""Rendered pictures of one object each: what the classifier learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import center_crop
from robot_dl.core.images import fitted
from robot_dl.training.shards import Source

MODEL_HW = (160, 160)
"""Size of the network's input, and so of the kept pictures."""


@dataclass(frozen=True)
class Singles:
    """Pictures of one object each, as a structure of arrays.

    Attributes:
        images: RGB pictures [P, h, w, 3], uint8, cropped to the network's input.
        class_ids: Class [P] of each picture's object.
    """

    images: NDArray[np.uint8]
    class_ids: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.images)


def join(parts: list[Singles]) -> Singles:
    """Concatenate sets of pictures."""
    images = np.concatenate([part.images for part in parts])
    return Singles(images, np.concatenate([part.class_ids for part in parts]))


def render_singles(seeds: range, views: int) -> Singles:
    """Render every view of every seed's object."""
    from robot_dl.sim.worlds.single_object import SingleObjectWorld

    images, class_ids = [], []
    for seed in seeds:
        with SingleObjectWorld(seed) as world:
            for view in range(views):
                if view:
                    world.rearrange(view)
                image = world.render_rgb()
                images.append(fitted(image, center_crop(image.shape[:2], MODEL_HW)))
                class_ids.append(world.class_id)
    return Singles(np.stack(images), np.array(class_ids, np.int64))


SOURCE = Source('single1', Singles, render_singles)
