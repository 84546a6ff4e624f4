"""Batches for the detector: pictures are flipped, moved, scaled, recoloured and dirtied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

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


B = TypeVar('B', bound='Batch')


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

    def to(self: B, device: torch.device) -> B:
        """Return the batch on another device."""
        return type(self)(**{name: tensor.to(device) for name, tensor in vars(self).items()})


def collate(scenes: Scenes, pictures: np.ndarray) -> Batch:
    """Gather pictures [B] and pad their objects. Kind: 1 object, 2 ignored, 0 padding."""
    objects = scenes.padded(pictures, lambda part: 1 + scenes.ignored[part].astype(np.int64))
    return Batch(planes_of(scenes.images[pictures]), *map(torch.from_numpy, objects))


def shuffled(scenes: Scenes, size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield batches for ever, each epoch in another order; the last short one is left out."""
    for pictures in orders(len(scenes), size, rng):
        yield augment(collate(scenes, pictures), rng)


def augment(batch: Batch, rng: np.random.Generator) -> Batch:
    """Return a batch of the same scenes as other cameras might have seen them."""
    batch = flipped(batch, draw_flips(len(batch.images), rng))
    if rng.random() < 0.5:
        batch = zoomed(batch, Zoom.draw(len(batch.images), rng))
    return replace(batch, images=recoloured(batch.images, rng))


def flipped(batch: B, flips: Tensor) -> B:
    """Return a batch in which pictures and boxes are mirrored where a flag [B] says so."""
    width = batch.images.shape[-1]
    x0, y0, x1, y1 = batch.boxes_xyxy.unbind(-1)
    other = torch.stack([width - x1, y0, width - x0, y1], -1)
    boxes = torch.where(flips[:, None, None], other, batch.boxes_xyxy)
    return replace(batch, images=mirrored(batch.images, flips), boxes_xyxy=boxes)


def zoomed(batch: B, zoom: Zoom) -> B:
    """Return a batch in which pictures and boxes are scaled and shifted."""
    boxes, kind = zoom.boxes(batch.boxes_xyxy, batch.kind, batch.images.shape[-2:], CUT_AWAY)
    return replace(batch, images=zoom(batch.images), boxes_xyxy=boxes, kind=kind)
