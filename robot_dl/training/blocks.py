"""What the nets are built of.

The building blocks are public knowledge: cross-stage partial blocks (Wang et al. 2020,
arXiv:1911.11929), pyramid pooling by repeated max pooling (Jocher, YOLOv5's SPPF).
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn

N = TypeVar('N', bound=nn.Module)


class Conv(nn.Module):
    """Convolution, normalisation, activation."""

    def __init__(self, channels: int, out: int, kernel: int = 1, stride: int = 1) -> None:
        """Make a convolution that keeps the size but for the stride."""
        super().__init__()
        self.conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(out, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return features [B, out, H / stride, W / stride]."""
        out: Tensor = self.act(self.norm(self.conv(x)))
        return out


class Residual(nn.Module):
    """Two convolutions beside the identity."""

    def __init__(self, channels: int) -> None:
        """Keep the number of channels."""
        super().__init__()
        self.body = nn.Sequential(Conv(channels, channels, 3), Conv(channels, channels, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the same shape."""
        out: Tensor = x + self.body(x)
        return out


class Partial(nn.Module):
    """Send half of the channels through residual blocks, and fuse every stage of them."""

    def __init__(self, channels: int, out: int, depth: int) -> None:
        """Make `depth` residual blocks of out / 2 channels."""
        super().__init__()
        half = out // 2
        self.split = Conv(channels, 2 * half)
        self.blocks = nn.ModuleList([Residual(half) for _ in range(depth)])
        self.fuse = Conv((2 + depth) * half, out)

    def forward(self, x: Tensor) -> Tensor:
        """Return features [B, out, H, W]."""
        stages = list(self.split(x).chunk(2, 1))
        for block in self.blocks:
            stages.append(block(stages[-1]))
        out: Tensor = self.fuse(torch.cat(stages, 1))
        return out


class Pooling(nn.Module):
    """Widen the view by three max poolings in a row."""

    def __init__(self, channels: int) -> None:
        """Keep the number of channels."""
        super().__init__()
        self.reduce = Conv(channels, channels // 2)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.fuse = Conv(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the same shape."""
        stages = [self.reduce(x)]
        for _ in range(3):
            stages.append(self.pool(stages[-1]))
        out: Tensor = self.fuse(torch.cat(stages, 1))
        return out


def channels_last(net: N) -> N:
    """Reorder the weights in place for the memory layout that trains fastest."""
    for weight in net.parameters():
        if weight.ndim == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    return net
