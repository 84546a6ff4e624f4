"""Rendered pictures of which every pixel is known: class, object, metres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import letterbox
from robot_dl.core.images import fitted
from robot_dl.training.ragged import ObjectPictures, join
from robot_dl.training.shards import Source

__all__ = ['MODEL_HW', 'SOURCES', 'Pixels', 'join', 'render_pixels']

MODEL_HW = (240, 320)
"""Size of the networks' input, and so of the kept pictures."""


@dataclass(frozen=True)
class Pixels(ObjectPictures):
    """Pictures with the truth about each pixel.

    The boxes are around what is visible of the objects, without area where nothing is; classes of
    objects are of the same labels as those of pixels.

    Attributes:
        segments: Class [P, h, w] of each pixel, uint8.
        instance_ids: Which of its picture's objects each pixel shows [P, h, w], uint8; 0 for none.
        depth_m: Distance along the optical axis [P, h, w] in metres, float16, NaN for none.
        focal_px: Focal length [P] in pixels of these pictures.
    """

    segments: NDArray[np.uint8]
    instance_ids: NDArray[np.uint8]
    depth_m: NDArray[np.float16]
    focal_px: NDArray[np.float32]


def render_pixels(world: str, seeds: range, views: int) -> Pixels:
    """Render every view of the worlds with these seeds."""
    from robot_dl.sim.worlds import find_world

    parts = []
    for seed in seeds:
        with find_world(world)(seed) as made:
            for view in range(views):
                if view:
                    made.rearrange(view)
                parts.append(_picture(made))
    return join(parts)


def _picture(world: Any) -> Pixels:
    """Render what a world shows now."""
    image, pinhole, truth = world.render_rgb(), world.pinhole, world.pixels(MODEL_HW)
    fit = letterbox(image.shape[:2], MODEL_HW)
    boxes = _boxes(truth.instance_ids, len(truth.instance_class_ids))
    return Pixels(
        fitted(image, fit)[None],
        boxes,
        truth.instance_class_ids.astype(np.int64),
        np.array([0, len(boxes)], np.int64),
        segments=truth.class_ids[None],
        instance_ids=truth.instance_ids.astype(np.uint8)[None],
        depth_m=truth.depth_m.astype(np.float16)[None],
        focal_px=np.array([pinhole.fx * fit.inner_hw[1] / fit.source_hw[1]], np.float32),
    )


def _boxes(instance_ids: NDArray[np.uint16], count: int) -> NDArray[np.float32]:
    """Return the box [M, 4] around each object's visible pixels, zeros where there are none."""
    from robot_dl.sim.worlds.truth import box_of

    boxes = np.zeros((count, 4), np.float32)
    for number in np.unique(instance_ids[instance_ids > 0]):
        boxes[number - 1] = box_of(instance_ids == number)
    return boxes


def source(world: str, version: int) -> Source[Pixels]:
    """Return where the pictures of a world come from; see `Source.name` for the version."""
    return Source(f'{world}_pixels{version}', Pixels, partial(render_pixels, world))


SOURCES = {'tabletop': source('tabletop', 1), 'rooms': source('rooms', 1)}
"""Worlds that are trained on."""
