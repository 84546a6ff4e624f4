"""Batches for training: pictures are flipped, moved, scaled, recoloured and dirtied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

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
    pixels = torch.from_numpy(np.ascontiguousarray(scenes.images[pictures].transpose(0, 3, 1, 2)))
    return Batch(pixels.float() / 255, *map(torch.from_numpy, (boxes, ids, kind)))


def shuffled(scenes: Scenes, size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield batches for ever, each epoch in another order; the last short one is left out."""
    while True:
        order = rng.permutation(len(scenes))
        for start in range(0, len(order) - size + 1, size):
            yield augment(collate(scenes, order[start : start + size]), rng)


def augment(batch: Batch, rng: np.random.Generator) -> Batch:
    """Return a batch of the same scenes as other cameras might have seen them."""
    batch = _mirror(batch, rng)
    if rng.random() < 0.5:
        batch = _zoom(batch, rng)
    return Batch(_recolour(batch.images, rng), batch.boxes_xyxy, batch.class_ids, batch.kind)


def _mirror(batch: Batch, rng: np.random.Generator) -> Batch:
    flip = torch.from_numpy(rng.random(len(batch.images)) < 0.5)
    width = batch.images.shape[-1]
    images = torch.where(flip[:, None, None, None], batch.images.flip(-1), batch.images)
    x0, y0, x1, y1 = batch.boxes_xyxy.unbind(-1)
    mirrored = torch.stack([width - x1, y0, width - x0, y1], -1)
    boxes = torch.where(flip[:, None, None], mirrored, batch.boxes_xyxy)
    return Batch(images, boxes, batch.class_ids, batch.kind)


def _zoom(batch: Batch, rng: np.random.Generator) -> Batch:
    """Scale each picture by 0.8 to 1.3 and shift it; the outside is grey."""
    count, _, height, width = batch.images.shape
    scale = torch.from_numpy(rng.uniform(0.8, 1.3, count).astype(np.float32))
    shift = torch.from_numpy(rng.uniform(-0.12, 0.12, (count, 2)).astype(np.float32))
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = 1 / scale
    theta[:, :, 2] = -shift / scale[:, None]
    grid = functional.affine_grid(theta, list(batch.images.shape), align_corners=False)
    images = functional.grid_sample(batch.images - 0.45, grid, align_corners=False) + 0.45
    size = torch.tensor([width, height], dtype=torch.float32)
    centre = size / 2
    move = (shift * centre)[:, None].repeat(1, 1, 2) + centre.repeat(2)
    boxes = (batch.boxes_xyxy - centre.repeat(2)) * scale[:, None, None] + move
    cut = torch.minimum(boxes.clamp(min=0), size.repeat(2))
    left = (cut[..., 2:] - cut[..., :2]).prod(-1)
    lost = 1 - left / (boxes[..., 2:] - boxes[..., :2]).prod(-1).clamp(min=1e-6)
    kind = torch.where((lost > CUT_AWAY) & (batch.kind == 1), 2, batch.kind)
    return Batch(images, cut, batch.class_ids, kind)


def _recolour(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Mix channels, change gain and offset, and sometimes add noise."""
    count = len(images)
    mix = np.eye(3) * rng.uniform(0.75, 1.25, (count, 1, 1)) + rng.normal(0, 0.06, (count, 3, 3))
    offset = torch.from_numpy(rng.normal(0, 0.04, (count, 3, 1)).astype(np.float32))
    flat = torch.from_numpy(mix.astype(np.float32)) @ images.flatten(2) + offset
    out = flat.reshape(images.shape)
    if rng.random() < 0.3:
        out = out + torch.randn_like(out) * float(rng.uniform(0.005, 0.03))
    return out.clamp_(0, 1)
