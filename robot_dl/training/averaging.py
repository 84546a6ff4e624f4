"""A slowly following copy of a net, which scores better than the net itself."""

from __future__ import annotations

import copy
import math
from typing import Generic, TypeVar

import torch
from torch import nn

N = TypeVar('N', bound=nn.Module)


class Average(Generic[N]):
    """Exponential moving average of weights; follows fast at first."""

    def __init__(self, net: N, decay: float = 0.9995, warm_up: float = 1500.0) -> None:
        """Start as a copy of `net`."""
        self.net = copy.deepcopy(net).eval().requires_grad_(False)
        self.decay, self.warm_up, self.updates = decay, warm_up, 0

    @torch.no_grad()
    def update(self, net: N) -> None:
        """Move towards `net`."""
        self.updates += 1
        keep = self.decay * (1 - math.exp(-self.updates / self.warm_up))
        new = net.state_dict()
        for name, value in self.net.state_dict().items():
            if value.dtype.is_floating_point:
                value.lerp_(new[name].detach(), 1 - keep)
            else:
                value.copy_(new[name])
