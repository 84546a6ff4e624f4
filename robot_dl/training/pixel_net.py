"""One trunk that understands a picture, and a head for each thing that is asked of its pixels.

The tasks of a world are learned together, because most of the work is the trunk's: it costs little
more than the most expensive of them alone. Each is exported with the trunk and its own head only.

How it is joined is public knowledge: top-down fusion (Lin et al. 2017, arXiv:1612.03144), masks as
prototypes times coefficients (Bolya et al. 2019, arXiv:1904.02689), log depth with the scale of a
Laplace distribution (Kendall and Gal 2017, arXiv:1703.04977).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from robot_dl.training.blocks import Conv, Partial, Pooling
from robot_dl.training.net import BINS, Head, places, sides_from_logits

TASKS = ('segmentation', 'depth', 'instances')
"""What can be asked of the pixels."""
PROTOTYPES = 24
"""Masks are sums of so many."""
WIDTH = 32
"""Channels of the finest features."""


class Trunk(nn.Module):
    """Features at strides 2, 8 and 16 of a picture."""

    def __init__(self) -> None:
        """Make a trunk for pictures whose sides are multiples of 16."""
        super().__init__()
        self.at_2 = Conv(3, 16, 3, 2)
        self.at_4 = nn.Sequential(Conv(16, 32, 3, 2), Partial(32, 32, 1))
        self.at_8 = nn.Sequential(Conv(32, 64, 3, 2), Partial(64, 64, 2))
        self.at_16 = nn.Sequential(Conv(64, 128, 3, 2), Partial(128, 128, 2), Pooling(128))
        self.fuse_8 = Partial(128 + 64, 64, 1)
        self.fuse_4 = Partial(64 + 32, 48, 1)
        self.fuse_2 = Conv(48 + 16, WIDTH, 3)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return features [B, WIDTH, H/2, W/2], [B, 64, H/8, W/8] and [B, 128, H/16, W/16]."""
        half = self.at_2(images)
        quarter = self.at_4(half)
        middle = self.at_8(quarter)
        deep = self.at_16(middle)
        eighth = self.fuse_8(torch.cat([_doubled(deep), middle], 1))
        fourth = self.fuse_4(torch.cat([_doubled(eighth), quarter], 1))
        return self.fuse_2(torch.cat([_doubled(fourth), half], 1)), eighth, deep


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode='nearest')


class SegmentHead(nn.Module):
    """Logits of every class."""

    def __init__(self, classes: int) -> None:
        """Make a head."""
        super().__init__()
        self.logits = nn.Conv2d(WIDTH, classes, 1)

    def forward(self, fine: Tensor, eighth: Tensor, deep: Tensor) -> Tensor:
        """Return logits [B, C, H/2, W/2]."""
        out: Tensor = self.logits(fine)
        return out


class DepthHead(nn.Module):
    """Log metres: a plane that the whole picture agrees on, and what stands out from it.

    The inverse depth of a plane is linear in the pixel's coordinates, and most of what a camera
    over a table or a floor sees is near one plane. Which one needs the whole picture.
    """

    def __init__(self) -> None:
        """Start with a plane straight ahead, a metre away."""
        super().__init__()
        self.gather = Conv(128 + 2, 64, 3)
        self.agree = nn.Sequential(nn.Linear(64, 64), nn.SiLU())
        self.plane = nn.Linear(64, 3)
        nn.init.zeros_(self.plane.weight)
        self.plane.bias.data = torch.tensor([0.0, 0.0, math.log(math.e - 1)])
        self.local = nn.Sequential(Conv(64 + 2 + 64, 48, 3), Conv(48, 32, 3), nn.Conv2d(32, 2, 1))
        self.detail = nn.Conv2d(WIDTH, 2, 1)

    def forward(self, fine: Tensor, eighth: Tensor, deep: Tensor) -> Tensor:
        """Return log metres and their log scale [B, 2, H/2, W/2]."""
        gathered = self.gather(torch.cat([deep, _coordinates(deep)], 1)).mean((2, 3))
        shared = self.agree(gathered)
        everywhere = shared[:, :, None, None].expand(-1, -1, *eighth.shape[-2:])
        local = self.local(torch.cat([eighth, _coordinates(eighth), everywhere], 1))
        smooth = functional.interpolate(local.float(), scale_factor=4.0, mode='bilinear')
        residual = smooth + self.detail(fine).float()
        base = self._base(self.plane(shared).float(), _coordinates(fine).float())
        return torch.cat([residual[:, :1] + base, residual[:, 1:]], 1)

    def _base(self, plane: Tensor, xy: Tensor) -> Tensor:
        """Return the log depth [B, 1, h, w] of planes [B, 3]; what lies behind is far away."""
        a, b, c = plane[:, :, None, None].unsqueeze(2).unbind(1)
        return -torch.log(functional.softplus(a * xy[:, :1] + b * xy[:, 1:] + c) + 1e-3)


def _coordinates(x: Tensor) -> Tensor:
    """Return where the places of a map lie [B, 2, h, w]: from -1 to 1 across its width."""
    height, width = x.shape[-2:]
    column = (torch.arange(width, device=x.device, dtype=x.dtype) + 0.5) * 2 / width - 1
    row = ((torch.arange(height, device=x.device, dtype=x.dtype) + 0.5) * 2 - height) / width
    plane = torch.stack([column.expand(height, width), row[:, None].expand(height, width)])
    return plane.expand(len(x), 2, height, width)


class InstanceHead(nn.Module):
    """Boxes, scores and mask coefficients at two strides, and the prototypes of the masks."""

    def __init__(self, classes: int) -> None:
        """Start with rare objects."""
        super().__init__()
        self.down = Conv(64, 64, 3, 2)
        self.coarse = Partial(64 + 128, 128, 1)
        self.heads = nn.ModuleList([Head(64, classes), Head(128, classes)])
        self.coefficients = nn.ModuleList([_coefficients(64), _coefficients(128)])
        self.prototypes = nn.Conv2d(WIDTH, PROTOTYPES, 1)

    def forward(self, fine: Tensor, eighth: Tensor, deep: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits [B, 4 * BINS + classes + PROTOTYPES, N] and prototypes."""
        coarse = self.coarse(torch.cat([self.down(eighth), deep], 1))
        levels = []
        for x, head, coefficients in zip(
            (eighth, coarse), self.heads, self.coefficients, strict=True
        ):
            levels.append(torch.cat([head(x), coefficients(x).flatten(2)], 1))
        return torch.cat(levels, 2), self.prototypes(fine)


def _coefficients(channels: int) -> nn.Module:
    return nn.Sequential(Conv(channels, 32, 3), nn.Conv2d(32, PROTOTYPES, 1))


class PixelNet(nn.Module):
    """The trunk with the heads of some tasks."""

    def __init__(self, tasks: tuple[str, ...], classes: int) -> None:
        """Make the heads.

        Args:
            tasks: Some of `TASKS`.
            classes: Number of classes of pixels. Objects have one less: none is background.
        """
        super().__init__()
        self.tasks, self.classes = tasks, classes
        self.trunk = Trunk()
        self.heads = nn.ModuleDict()
        if 'segmentation' in tasks:
            self.heads['segmentation'] = SegmentHead(classes)
        if 'depth' in tasks:
            self.heads['depth'] = DepthHead()
        if 'instances' in tasks:
            self.heads['instances'] = InstanceHead(classes - 1)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return what each task's head says of images [B, 3, H, W] in [0, 1].

        Returns:
            'segmentation': logits [B, C, H/2, W/2]; 'depth': logarithm of metres and of their
            scale [B, 2, H/2, W/2]; 'instances': see `InstanceHead`; 'prototypes' [B, K, H/2, W/2].
        """
        features = self.trunk(images)
        said = {task: self.heads[task](*features) for task in self.tasks if task != 'instances'}
        if 'instances' in self.tasks:
            said['instances'], said['prototypes'] = self.heads['instances'](*features)
        return said


class ExportedDense(nn.Module):
    """The trunk with one head that speaks of every pixel."""

    def __init__(self, net: PixelNet, task: str) -> None:
        """Take one task of a net."""
        super().__init__()
        self.trunk, self.head = net.trunk, net.heads[task]

    def forward(self, images: Tensor) -> Tensor:
        """Return the head's answer [B, C, H/2, W/2]."""
        out: Tensor = self.head(*self.trunk(images))
        return out


class ExportedInstances(nn.Module):
    """The trunk with the instance head, as YOLO's segmenters answer."""

    centres: Tensor
    strides: Tensor

    def __init__(self, net: PixelNet, size_hw: tuple[int, int]) -> None:
        """Fix the size of the pictures."""
        super().__init__()
        self.trunk, self.head = net.trunk, net.heads['instances']
        centres, strides = places(size_hw)
        self.register_buffer('centres', centres)
        self.register_buffer('strides', strides)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return [1, 4 + C + K, N] (centre, size in pixels; scores; coefficients), prototypes."""
        logits, prototypes = self.head(*self.trunk(images))
        sides = sides_from_logits(logits[:, : 4 * BINS], self.strides)
        near, far = sides[..., :2], sides[..., 2:]
        boxes = torch.cat([self.centres + (far - near) / 2, near + far], -1).transpose(1, 2)
        scores = logits[:, 4 * BINS : -PROTOTYPES].sigmoid()
        return torch.cat([boxes, scores, logits[:, -PROTOTYPES:]], 1), prototypes
