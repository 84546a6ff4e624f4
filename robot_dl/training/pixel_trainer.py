"""Train a net that answers for every pixel: class, metres, objects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from robot_dl.training.net import places
from robot_dl.training.pixel_batches import PixelBatch, shuffled
from robot_dl.training.pixel_losses import (
    REFERENCE_FOCAL_PX,
    depth_loss,
    instance_loss,
    segmentation_loss,
)
from robot_dl.training.pixel_net import PixelNet
from robot_dl.training.pixels import MODEL_HW, Pixels
from robot_dl.training.trainer import Recipe, Trainer

ZOOM_CHANCE, CALM_FROM = 0.5, 0.35
"""How many batches are zoomed, and from which share of the training on none is.

Zoomed pictures teach what other cameras see, but how far away things are is learned best from
pictures as they will come. Ending an augmentation early: Ge et al. 2021 (arXiv:2107.08430).
"""
HARD_GAIN = 3.0
"""How much more large errors of metres count once a model is trained alone."""


class PixelTrainer(Trainer[PixelNet, Pixels, PixelBatch]):
    """Trains the tasks of one world together; see `Trainer`."""

    def __init__(
        self,
        recipe: Recipe,
        labels: tuple[str, ...],
        folder: Path,
        resume: bool = True,
        tasks: tuple[str, ...] = ('segmentation', 'depth'),
    ) -> None:
        """Start where the checkpoint stopped; `labels` are those of pixels."""
        self.tasks, self._zooms, self._hard_gain = tasks, True, 1.0
        super().__init__(recipe, labels, folder, resume)
        self.centres, self.strides = (t.to(self.device) for t in places(MODEL_HW))

    def alone(self, task: str, recipe: Recipe, folder: Path, resume: bool = True) -> PixelTrainer:
        """Return a training that goes on with the trunk and one head, for one task's sake.

        Args:
            task: One of this training's tasks.
            recipe: How.
            folder: Where its own state is kept.
            resume: Start where its own checkpoint stopped, if there is one.
        """
        other = PixelTrainer(recipe, self.labels, folder, resume, (task,))
        other._zooms, other._hard_gain = False, HARD_GAIN
        if not other.steps:
            learned = self.average.net.state_dict()
            for net in (other.net, other.average.net):
                net.load_state_dict({name: learned[name] for name in net.state_dict()})
            other.average.updates = self.average.updates
        return other

    def make_net(self, classes: int) -> PixelNet:
        """Return an untrained net."""
        return PixelNet(self.tasks, classes)

    def batches(self, pictures: Pixels, rng: np.random.Generator) -> Iterator[PixelBatch]:
        """Yield augmented batches for ever."""
        return shuffled(pictures, self.recipe.batch, rng, self._zoom_chance)

    def _zoom_chance(self) -> float:
        return ZOOM_CHANCE if self._zooms and self.progress < CALM_FROM else 0.0

    def loss(self, batch: PixelBatch) -> tuple[Tensor, dict[str, float]]:
        """Return the sum of the tasks' losses."""
        batch = batch.to(self.device)
        said = self.logits(batch.images)
        total, parts = torch.zeros((), device=self.device), dict[str, float]()
        for loss, some in self._losses(said, batch):
            total, parts = total + loss, {**parts, **some}
        return total, parts

    def _losses(
        self, said: dict[str, Tensor], batch: PixelBatch
    ) -> Iterator[tuple[Tensor, dict[str, float]]]:
        if 'segmentation' in self.tasks:
            yield segmentation_loss(said['segmentation'], batch)
        if 'depth' in self.tasks:
            yield depth_loss(said['depth'], batch, self._hard_gain)
        if 'instances' in self.tasks:
            yield instance_loss(said, batch, self.centres, self.strides)

    def validate(self, net: PixelNet, pictures: Pixels) -> dict[str, float]:
        """Return the scores of a net, at the size of its input."""
        scores = Validation(len(self.labels))
        for start in range(0, len(pictures), 32):
            part = slice(start, start + 32)
            said = answers(net, pictures.images[part])
            scores.add(said, pictures, part)
        return scores.result(self.tasks)


@torch.no_grad()
def answers(net: PixelNet, images: np.ndarray) -> dict[str, Tensor]:
    """Return what a net says of pictures [B, h, w, 3] uint8."""
    device = next(net.parameters()).device
    tensor = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()).to(device).float() / 255
    said: dict[str, Tensor] = net(tensor.contiguous(memory_format=torch.channels_last))
    return said


class Validation:
    """Counts over pictures what `segmentation` and `depth` got right."""

    def __init__(self, classes: int) -> None:
        """Start with nothing counted."""
        self.confusion = np.zeros((classes, classes), np.int64)
        self.relative: list[np.ndarray] = []

    def add(self, said: dict[str, Tensor], pictures: Pixels, part: slice) -> None:
        """Count some pictures."""
        if 'segmentation' in said:
            logits = torch.nn.functional.interpolate(
                said['segmentation'], size=MODEL_HW, mode='bilinear'
            )
            found = logits.argmax(1).cpu().numpy()
            pairs = pictures.segments[part].astype(np.int64) * len(self.confusion) + found
            counted = np.bincount(pairs.ravel(), minlength=self.confusion.size)
            self.confusion += counted.reshape(self.confusion.shape)
        if 'depth' in said:
            metres = np.exp(said['depth'][:, 0].cpu().numpy())
            metres *= (pictures.focal_px[part] / REFERENCE_FOCAL_PX)[:, None, None]
            truth = pictures.depth_m[part][:, ::2, ::2].astype(np.float32)
            ratio = metres / truth
            self.relative.append(ratio[~np.isnan(ratio)])

    def result(self, tasks: tuple[str, ...]) -> dict[str, float]:
        """Return mean intersection over union, mean relative error, share within 25 %."""
        scores = {}
        if 'segmentation' in tasks:
            right = np.diag(self.confusion)
            either = self.confusion.sum(0) + self.confusion.sum(1) - right
            scores['miou'] = float((right[either > 0] / either[either > 0]).mean())
        if 'depth' in tasks:
            ratio = np.concatenate(self.relative)
            scores['abs_rel'] = float(np.abs(ratio - 1).mean())
            scores['delta1'] = float((np.maximum(ratio, 1 / ratio) < 1.25).mean())
        return scores
