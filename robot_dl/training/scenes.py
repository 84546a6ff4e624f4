"""Rendered tables with boxes around their objects: what the detector learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import letterbox
from robot_dl.core.images import fitted
from robot_dl.training.ragged import ObjectPictures, join
from robot_dl.training.shards import Source

__all__ = ['MODEL_HW', 'SOURCE', 'Scenes', 'join']

MODEL_HW = (240, 320)
"""Size of the network's input, and so of the kept pictures."""


@dataclass(frozen=True)
class Scenes(ObjectPictures):
    """Pictures letterboxed to the network's input, with their objects.

    Attributes:
        ignored: Flags [N] of objects that neither reward nor punish.
    """

    ignored: NDArray[np.bool_]


def render_scenes(seeds: range, views: int) -> Scenes:
    """Render every view of every seed's table."""
    from robot_dl.sim.worlds.tabletop import TabletopWorld

    images, truths = [], []
    for seed in seeds:
        with TabletopWorld(seed) as world:
            for view in range(views):
                if view:
                    world.rearrange(view)
                image = world.render_rgb()
                fit = letterbox(image.shape[:2], MODEL_HW)
                truth = world.truth()
                images.append(fitted(image, fit))
                truths.append((fit.to_model(truth.boxes_xyxy), truth.class_ids, truth.ignored))
    boxes, class_ids, ignored = zip(*truths, strict=True)
    starts = np.cumsum([0] + [len(ids) for ids in class_ids])
    joined = (np.concatenate(boxes), np.concatenate(class_ids), starts.astype(np.int64))
    return Scenes(np.stack(images), *joined, np.concatenate(ignored))


SOURCE = Source('tabletop2', Scenes, render_scenes)
