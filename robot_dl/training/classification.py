"""Train the tabletop classifier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from robot_dl.training.augmenting import (
    Zoom,
    draw_flips,
    mirrored,
    orders,
    planes_of,
    recoloured,
)
from robot_dl.training.classifier import SingleNet
from robot_dl.training.singles import Singles
from robot_dl.training.trainer import Trainer


@dataclass(frozen=True)
class Batch:
    """Images [B, 3, H, W] in [0, 1] and the classes [B] of what they show."""

    images: Tensor
    class_ids: Tensor


def collate(singles: Singles, pictures: np.ndarray) -> Batch:
    """Gather pictures [B]."""
    class_ids = torch.from_numpy(singles.class_ids[pictures])
    return Batch(planes_of(singles.images[pictures]), class_ids)


def augment(batch: Batch, rng: np.random.Generator) -> Batch:
    """Return a batch of the same objects as other cameras might have seen them."""
    images = mirrored(batch.images, draw_flips(len(batch.images), rng))
    if rng.random() < 0.5:
        images = Zoom.draw(len(images), rng)(images)
    return Batch(recoloured(images, rng), batch.class_ids)


class ClassificationTrainer(Trainer[SingleNet, Singles, Batch]):
    """Trains the classifier; see `Trainer`."""

    def make_net(self, classes: int) -> SingleNet:
        """Return an untrained classifier."""
        return SingleNet(classes)

    def batches(self, pictures: Singles, rng: np.random.Generator) -> Iterator[Batch]:
        """Yield augmented batches for ever."""
        for order in orders(len(pictures), self.recipe.batch, rng):
            yield augment(collate(pictures, order), rng)

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        """Return the cross entropy."""
        logits = self.logits(batch.images.to(self.device)).float()
        loss = functional.cross_entropy(logits, batch.class_ids.to(self.device))
        return loss, {'cross_entropy': loss.item()}

    def validate(self, net: SingleNet, pictures: Singles) -> dict[str, float]:
        """Return the share of right answers, and the mean negative log likelihood."""
        logits = torch.from_numpy(logits_of(net, pictures))
        wanted = torch.from_numpy(pictures.class_ids)
        right = (logits.argmax(1) == wanted).float().mean()
        return {'top1': right.item(), 'nll': functional.cross_entropy(logits, wanted).item()}


@torch.no_grad()
def logits_of(net: SingleNet, singles: Singles) -> np.ndarray:
    """Return what a net says of some pictures: [P, C], float32."""
    device = next(net.parameters()).device
    parts = []
    for start in range(0, len(singles), 32):
        images = planes_of(singles.images[start : start + 32]).to(device)
        parts.append(net(images.contiguous(memory_format=torch.channels_last)).cpu().numpy())
    return np.concatenate(parts)
