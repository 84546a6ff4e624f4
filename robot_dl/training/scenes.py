"""Rendered tables with boxes around their objects: what the detector learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import letterbox
from robot_dl.core.images import fitted
from robot_dl.training.shards import Source

MODEL_HW = (240, 320)
"""Size of the network's input, and so of the kept pictures."""


@dataclass(frozen=True)
class Scenes:
    """Pictures with their objects, as a structure of arrays.

    Attributes:
        images: RGB pictures [P, h, w, 3], uint8, letterboxed to the network's input.
        boxes_xyxy: Boxes [N, 4] of all pictures' objects, in pixels of the input, float32.
        class_ids: Classes [N].
        ignored: Flags [N] of objects that neither reward nor punish.
        starts: Where each picture's objects begin [P + 1].
    """

    images: NDArray[np.uint8]
    boxes_xyxy: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    ignored: NDArray[np.bool_]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.images)

    def objects(self, picture: int) -> slice:
        """Return which objects belong to a picture."""
        return slice(int(self.starts[picture]), int(self.starts[picture + 1]))


def join(parts: list[Scenes]) -> Scenes:
    """Concatenate sets of scenes."""
    counts = np.concatenate([np.diff(part.starts) for part in parts])
    return Scenes(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.boxes_xyxy for part in parts]),
        np.concatenate([part.class_ids for part in parts]),
        np.concatenate([part.ignored for part in parts]),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )


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
    joined = (np.concatenate(boxes), np.concatenate(class_ids), np.concatenate(ignored))
    return Scenes(np.stack(images), *joined, starts.astype(np.int64))


SOURCE = Source('tabletop2', Scenes, render_scenes)
