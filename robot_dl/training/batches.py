"""Batches for the detector: pictures are flipped, moved, scaled, recoloured and dirtied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from robot_dl.training.augmenting import (
    Zoom,
    draw_flips,
    mirrored,
    orders,
    planes_of,
    recoloured,
)
from robot_dl.training.scenes import Scenes

CUT_AWAY = 0.03
"""An object whose box loses a larger part at the border is ignored: its new box is a guess."""


@dataclass(frozen=True)
class Batch:
    """Images [B, 3, H, W] in [0, 1], boxes [B, M, 4] px, class ids and kinds [B, M]."""

    images: Tensor
    boxes_xyxy: Tensor
    class_ids: Tensor
    kind: Tensor

    @property
    def objects(self) -> tuple[Tensor, Tensor, Tensor]:
        """What `assign` takes."""
        return self.boxes_xyxy, self.class_ids, self.kind

    def to(self, device: torch.device) -> Batch:
        """Return the batch on another device."""
        return Batch(*(tensor.to(device) for tensor in vars(self).values()))


def collate(scenes: Scenes, pictures: np.ndarray) -> Batch:
    """Gather pictures [B] and pad their objects. Kind: 1 object, 2 ignored, 0 padding."""
    slices = [scenes.objects(int(picture)) for picture in pictures]
    most = max(1, *(part.stop - part.start for part in slices))
    boxes = np.zeros((len(pictures), most, 4), np.float32)
    ids, kind = np.zeros((2, len(pictures), most), np.int64)
    for row, part in enumerate(slices):
        count = part.stop - part.start
        boxes[row, :count] = scenes.boxes_xyxy[part]
        ids[row, :count] = scenes.class_ids[part]
        kind[row, :count] = 1 + scenes.ignored[part]
    images = planes_of(scenes.images[pictures])
    return Batch(images, *map(torch.from_numpy, (boxes, ids, kind)))


def shuffled(scenes: Scenes, size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield batches for ever, each epoch in another order; the last short one is left out."""
    for pictures in orders(len(scenes), size, rng):
        yield augment(collate(scenes, pictures), rng)


def augment(batch: Batch, rng: np.random.Generator) -> Batch:
    """Return a batch of the same scenes as other cameras might have seen them."""
    batch = _mirror(batch, rng)
    if rng.random() < 0.5:
        batch = _zoom(batch, Zoom.draw(len(batch.images), rng))
    return replace(batch, images=recoloured(batch.images, rng))


def _mirror(batch: Batch, rng: np.random.Generator) -> Batch:
    flips = draw_flips(len(batch.images), rng)
    width = batch.images.shape[-1]
    x0, y0, x1, y1 = batch.boxes_xyxy.unbind(-1)
    other = torch.stack([width - x1, y0, width - x0, y1], -1)
    boxes = torch.where(flips[:, None, None], other, batch.boxes_xyxy)
    return replace(batch, images=mirrored(batch.images, flips), boxes_xyxy=boxes)


def _zoom(batch: Batch, zoom: Zoom) -> Batch:
    """Scale and shift pictures with their boxes."""
    boxes, kind = zoom.boxes(batch.boxes_xyxy, batch.kind, batch.images.shape[-2:], CUT_AWAY)
    return Batch(zoom(batch.images), boxes, batch.class_ids, kind)
