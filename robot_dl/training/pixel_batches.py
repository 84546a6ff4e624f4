"""Batches of pictures and their pixels' truth, mirrored, zoomed and recoloured together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from robot_dl.training.augmenting import Zoom, draw_flips, orders, planes_of, recoloured
from robot_dl.training.batches import Batch, flipped, zoomed
from robot_dl.training.pixels import Pixels

OUTSIDE = 255
"""Class of pixels that were outside the picture: they neither reward nor punish."""
LEAST_SIDE_PX = 4.0
"""Objects whose box is thinner neither reward nor punish."""


@dataclass(frozen=True)
class PixelBatch(Batch):
    """Pictures with their objects, whose classes count without the background, and their pixels.

    Attributes:
        segments: Classes [B, H, W], uint8; `OUTSIDE` does not count.
        instance_ids: Objects [B, H, W], uint8; k + 1 for row k of the boxes.
        depth_m: Metres [B, H, W], NaN where unknown.
        focal_px: Focal lengths [B].
    """

    segments: Tensor
    instance_ids: Tensor
    depth_m: Tensor
    focal_px: Tensor


def collate(pixels: Pixels, pictures: np.ndarray) -> PixelBatch:
    """Gather pictures [B] and pad their objects."""

    def kinds(part: slice) -> np.ndarray:
        boxes = pixels.boxes_xyxy[part]
        side = (boxes[:, 2:] - boxes[:, :2]).min(1)
        return np.select([side >= LEAST_SIDE_PX, side > 0], [1, 2])

    boxes, ids, kind = pixels.padded(pictures, kinds)
    return PixelBatch(
        planes_of(pixels.images[pictures]),
        torch.from_numpy(boxes),
        torch.from_numpy(np.maximum(ids - 1, 0)),
        torch.from_numpy(kind),
        segments=torch.from_numpy(pixels.segments[pictures]),
        instance_ids=torch.from_numpy(pixels.instance_ids[pictures]),
        depth_m=torch.from_numpy(pixels.depth_m[pictures]).float(),
        focal_px=torch.from_numpy(pixels.focal_px[pictures]),
    )


def shuffled(
    pixels: Pixels, size: int, rng: np.random.Generator, zoom_chance: Callable[[], float]
) -> Iterator[PixelBatch]:
    """Yield augmented batches for ever, each epoch in another order.

    Args:
        pixels: What to draw from.
        size: Pictures of a batch.
        rng: Source of chance.
        zoom_chance: Tells for each batch how probably it is zoomed.
    """
    for pictures in orders(len(pixels), size, rng):
        yield augment(collate(pixels, pictures), rng, zoom_chance())


def augment(batch: PixelBatch, rng: np.random.Generator, zoom_chance: float) -> PixelBatch:
    """Return a batch of the same scenes as other cameras might have seen them."""
    batch = _mirror(batch, rng)
    if rng.random() < zoom_chance:
        batch = _zoom(batch, Zoom.draw(len(batch.images), rng))
    return replace(batch, images=recoloured(batch.images, rng))


def _mirror(batch: PixelBatch, rng: np.random.Generator) -> PixelBatch:
    flips = draw_flips(len(batch.images), rng)
    maps = {name: getattr(batch, name) for name in ('segments', 'instance_ids', 'depth_m')}
    other = {name: torch.where(flips[:, None, None], m.flip(-1), m) for name, m in maps.items()}
    return replace(flipped(batch, flips), **other)


def _zoom(batch: PixelBatch, zoom: Zoom) -> PixelBatch:
    """Scale and shift pictures with all that belongs to them; a zoom is another focal length."""
    segments, instances, depth_m = zoom.nearest(
        [(batch.segments, OUTSIDE), (batch.instance_ids, 0), (batch.depth_m, float('nan'))]
    )
    return replace(
        zoomed(batch, zoom),
        segments=segments,
        instance_ids=instances,
        depth_m=depth_m,
        focal_px=batch.focal_px * zoom.scale,
    )
