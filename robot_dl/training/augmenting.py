"""Pictures as other cameras might have seen them: mirrored, scaled, shifted, recoloured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

Rng = np.random.Generator


def orders(count: int, size: int, rng: Rng) -> Iterator[np.ndarray]:
    """Yield `size` numbers below `count` for ever; each epoch has another order.

    The last short batch of an epoch is left out.
    """
    while True:
        order = rng.permutation(count)
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]


def planes_of(pixels: np.ndarray) -> Tensor:
    """Return pictures [B, h, w, 3] uint8 as [B, 3, h, w] in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))).float() / 255


def draw_flips(count: int, rng: Rng) -> Tensor:
    """Draw which [B] pictures are mirrored."""
    return torch.from_numpy(rng.random(count) < 0.5)


def mirrored(images: Tensor, flips: Tensor) -> Tensor:
    """Return images [B, 3, H, W], some [B] of them mirrored."""
    return torch.where(flips[:, None, None, None], images.flip(-1), images)


@dataclass(frozen=True)
class Zoom:
    """How much each picture is scaled [B], and shifted [B, 2] (x, y) in half pictures."""

    scale: Tensor
    shift: Tensor

    @classmethod
    def draw(cls, count: int, rng: Rng) -> Zoom:
        """Draw scales from 0.8 to 1.3 and shifts of up to an eighth of a half."""
        scale = torch.from_numpy(rng.uniform(0.8, 1.3, count).astype(np.float32))
        return cls(
            scale, torch.from_numpy(rng.uniform(-0.12, 0.12, (count, 2)).astype(np.float32))
        )

    def __call__(self, images: Tensor) -> Tensor:
        """Return images [B, 3, H, W] scaled and shifted; the outside is grey."""
        grid = self._grid(images.shape[-2:])
        return functional.grid_sample(images - 0.45, grid, align_corners=False) + 0.45

    def _grid(self, size_hw: torch.Size) -> Tensor:
        """Return where each pixel comes from [B, H, W, 2], -1 to 1 across the picture."""
        theta = torch.zeros(len(self.scale), 2, 3)
        theta[:, 0, 0] = theta[:, 1, 1] = 1 / self.scale
        theta[:, :, 2] = -self.shift / self.scale[:, None]
        return functional.affine_grid(theta, [len(self.scale), 1, *size_hw], align_corners=False)

    def nearest(self, maps: list[tuple[Tensor, float]]) -> list[Tensor]:
        """Return maps [B, H, W] scaled and shifted without mixing values.

        Args:
            maps: Each with the value of what was outside.
        """
        height, width = maps[0][0].shape[-2:]
        grid = self._grid(maps[0][0].shape[-2:])
        # A pixel's centre lies half a pixel inside its edge.
        column = torch.floor((grid[..., 0] + 1) * width / 2).long()
        row = torch.floor((grid[..., 1] + 1) * height / 2).long()
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        place = (row.clamp(0, height - 1) * width + column.clamp(0, width - 1)).flatten(1)
        moved = []
        for values, outside in maps:
            taken = values.flatten(1).gather(1, place).reshape(values.shape)
            moved.append(torch.where(inside, taken, torch.tensor(outside, dtype=values.dtype)))
        return moved

    def boxes(
        self, boxes_xyxy: Tensor, kind: Tensor, size_hw: torch.Size, cut_away: float
    ) -> tuple[Tensor, Tensor]:
        """Return boxes [B, M, 4] scaled, shifted and cut, and their kinds.

        Objects (kind 1) that lose more than `cut_away` of their box become ignored (kind 2).
        """
        height, width = size_hw
        size = torch.tensor([width, height], dtype=torch.float32)
        centre = size / 2
        move = (self.shift * centre)[:, None].repeat(1, 1, 2) + centre.repeat(2)
        boxes = (boxes_xyxy - centre.repeat(2)) * self.scale[:, None, None] + move
        cut = torch.minimum(boxes.clamp(min=0), size.repeat(2))
        left = (cut[..., 2:] - cut[..., :2]).prod(-1)
        lost = 1 - left / (boxes[..., 2:] - boxes[..., :2]).prod(-1).clamp(min=1e-6)
        return cut, torch.where((lost > cut_away) & (kind == 1), 2, kind)


def recoloured(images: Tensor, rng: Rng) -> Tensor:
    """Mix channels, change gain and offset, and sometimes add noise."""
    count = len(images)
    mix = np.eye(3) * rng.uniform(0.75, 1.25, (count, 1, 1)) + rng.normal(0, 0.06, (count, 3, 3))
    offset = torch.from_numpy(rng.normal(0, 0.04, (count, 3, 1)).astype(np.float32))
    flat = torch.from_numpy(mix.astype(np.float32)) @ images.flatten(2) + offset
    out = flat.reshape(images.shape)
    if rng.random() < 0.3:
        out = out + torch.randn_like(out) * float(rng.uniform(0.005, 0.03))
    return out.clamp_(0, 1)
