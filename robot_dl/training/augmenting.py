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
        theta = torch.zeros(len(images), 2, 3)
        theta[:, 0, 0] = theta[:, 1, 1] = 1 / self.scale
        theta[:, :, 2] = -self.shift / self.scale[:, None]
        grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
        return functional.grid_sample(images - 0.45, grid, align_corners=False) + 0.45


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
