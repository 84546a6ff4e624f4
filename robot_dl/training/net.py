"""A small anchor-free detector: two strides, decoupled heads, distances as distributions.

How it is joined is public knowledge: top-down and bottom-up fusion (Liu et al. 2018,
arXiv:1803.01534), distances to the four sides as a discrete distribution (Li et al. 2020,
arXiv:2006.04388).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from robot_dl.training.blocks import Conv, Partial, Pooling

STRIDES = (8, 16)
BINS = 16
"""Bins of each distance's distribution; the last one stands for (BINS - 1) strides."""


def _bias(conv: nn.Conv2d) -> Tensor:
    assert conv.bias is not None
    return conv.bias


class Head(nn.Module):
    """Scores and distances of one stride, from separate branches."""

    def __init__(self, channels: int, classes: int, width: int = 48) -> None:
        """Start with rare objects: every score near one in a hundred."""
        super().__init__()
        score, side = nn.Conv2d(width, classes, 1), nn.Conv2d(width, 4 * BINS, 1)
        nn.init.constant_(_bias(score), -math.log(99.0))
        nn.init.constant_(_bias(side), 1.0)
        self.scores = nn.Sequential(Conv(channels, width, 3), Conv(width, width, 3), score)
        self.sides = nn.Sequential(Conv(channels, width, 3), Conv(width, width, 3), side)

    def forward(self, x: Tensor) -> Tensor:
        """Return [B, 4 * BINS + classes, H * W] logits."""
        return torch.cat([self.sides(x), self.scores(x)], 1).flatten(2)


class TabletopNet(nn.Module):
    """The whole detector, up to logits."""

    def __init__(self, classes: int) -> None:
        """Make a net for pictures whose sides are multiples of 16."""
        super().__init__()
        self.classes = classes
        self.stem = nn.Sequential(
            Conv(3, 16, 3, 2), Conv(16, 32, 3, 2), Partial(32, 32, 1), Conv(32, 64, 3, 2)
        )
        self.middle = Partial(64, 64, 2)
        self.deep = nn.Sequential(Conv(64, 128, 3, 2), Partial(128, 128, 2), Pooling(128))
        self.up = nn.Upsample(scale_factor=2.0, mode='nearest')
        self.fine = Partial(128 + 64, 64, 1)
        self.down = Conv(64, 64, 3, 2)
        self.coarse = Partial(64 + 128, 128, 1)
        self.heads = nn.ModuleList([Head(64, classes), Head(128, classes)])

    def forward(self, images: Tensor) -> Tensor:
        """Return logits [B, 4 * BINS + classes, N] for images [B, 3, H, W] in [0, 1]."""
        middle = self.middle(self.stem(images))
        deep = self.deep(middle)
        fine = self.fine(torch.cat([self.up(deep), middle], 1))
        coarse = self.coarse(torch.cat([self.down(fine), deep], 1))
        levels = [head(x) for head, x in zip(self.heads, (fine, coarse), strict=True)]
        return torch.cat(levels, 2)


def places(size_hw: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return the centres [N, 2] (x, y) of all cells in pixels, and their strides [N]."""
    centres, strides = [], []
    for stride in STRIDES:
        rows, columns = size_hw[0] // stride, size_hw[1] // stride
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing='ij')
        centres.append((torch.stack([x, y], -1).reshape(-1, 2) + 0.5) * stride)
        strides.append(torch.full((rows * columns,), float(stride)))
    return torch.cat(centres), torch.cat(strides)


def sides_from_logits(logits: Tensor, strides: Tensor) -> Tensor:
    """Return the distances [B, N, 4] to left, top, right, bottom in pixels.

    Args:
        logits: Distributions [B, 4 * BINS, N].
        strides: Stride [N] of each place.
    """
    batch, _, count = logits.shape
    # Written out for export: softmax over the bins, then the mean.
    chance = logits.reshape(batch, 4, BINS, count).softmax(2)
    bins = torch.arange(BINS, dtype=chance.dtype, device=chance.device).reshape(1, 1, BINS, 1)
    return ((chance * bins).sum(2) * strides).transpose(1, 2)


def boxes_from_sides(sides: Tensor, centres: Tensor) -> Tensor:
    """Return boxes [B, N, 4] (x_min, y_min, x_max, y_max) in pixels."""
    return torch.cat([centres - sides[..., :2], centres + sides[..., 2:]], -1)


class Exported(nn.Module):
    """The detector as the `yolo` decoder expects it: [1, 4 + C, N], boxes in pixels, scores."""

    centres: Tensor
    strides: Tensor

    def __init__(self, net: TabletopNet, size_hw: tuple[int, int]) -> None:
        """Fix the size of the pictures."""
        super().__init__()
        self.net = net
        centres, strides = places(size_hw)
        self.register_buffer('centres', centres)
        self.register_buffer('strides', strides)

    def forward(self, images: Tensor) -> Tensor:
        """Return centre x, centre y, width, height and the scores of every place."""
        logits = self.net(images)
        sides = sides_from_logits(logits[:, : 4 * BINS], self.strides)
        near, far = sides[..., :2], sides[..., 2:]
        boxes = torch.cat([self.centres + (far - near) / 2, near + far], -1)
        return torch.cat([boxes.transpose(1, 2), logits[:, 4 * BINS :].sigmoid()], 1)
