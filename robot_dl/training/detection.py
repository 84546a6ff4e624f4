"""Train the tabletop detector."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from robot_dl.core.boxes import class_aware_nms
from robot_dl.core.detections import Detections
from robot_dl.training.batches import Batch, shuffled
from robot_dl.training.losses import detection_loss
from robot_dl.training.net import (
    BINS,
    TabletopNet,
    boxes_from_sides,
    places,
    sides_from_logits,
)
from robot_dl.training.scenes import MODEL_HW, Scenes
from robot_dl.training.scoring import Scores, Wanted, coco_scores
from robot_dl.training.trainer import Trainer


class DetectionTrainer(Trainer[TabletopNet, Scenes, Batch]):
    """Trains the detector; see `Trainer`."""

    def make_net(self, classes: int) -> TabletopNet:
        """Return an untrained detector."""
        self.centres, self.strides = (t.to(self.device) for t in places(MODEL_HW))
        return TabletopNet(classes)

    def batches(self, pictures: Scenes, rng: np.random.Generator) -> Iterator[Batch]:
        """Yield augmented batches for ever."""
        return shuffled(pictures, self.recipe.batch, rng)

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of scores, boxes and distances; see `detection_loss`."""
        batch = batch.to(self.device)
        logits = self.logits(batch.images)
        return detection_loss(logits, self.centres, self.strides, batch.objects)

    def validate(self, net: TabletopNet, pictures: Scenes) -> dict[str, float]:
        """Return the average precisions of a net."""
        scores = validate(net, pictures, self.labels)
        return {'mAP50': scores.map50, 'mAP50_95': scores.map50_95}


@torch.no_grad()
def detect(net: TabletopNet, images: np.ndarray, least: float = 0.005) -> list[Detections]:
    """Find objects in pictures [B, h, w, 3] uint8, boxes in pixels of the input."""
    device = next(net.parameters()).device
    tensor = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()).to(device).float() / 255
    logits = net(tensor.contiguous(memory_format=torch.channels_last))
    centres, strides = (t.to(device) for t in places(images.shape[1:3]))
    boxes = boxes_from_sides(sides_from_logits(logits[:, : 4 * BINS], strides), centres)
    scores = logits[:, 4 * BINS :].sigmoid().transpose(1, 2)
    pairs = zip(boxes.cpu().numpy(), scores.cpu().numpy(), strict=True)
    return [_distinct(b, s, least) for b, s in pairs]


def _distinct(boxes: np.ndarray, scores: np.ndarray, least: float) -> Detections:
    best = scores.max(1)
    kept = np.flatnonzero(best >= least)
    found = Detections(boxes[kept], best[kept], scores[kept].argmax(1))
    return found[class_aware_nms(found.boxes_xyxy, found.scores, found.class_ids, 0.6)]


def validate(net: TabletopNet, scenes: Scenes, labels: tuple[str, ...]) -> Scores:
    """Score a net on scenes."""
    found: list[Detections] = []
    for start in range(0, len(scenes), 32):
        found += detect(net, scenes.images[start : start + 32])
    wanted = []
    for picture in range(len(scenes)):
        part = scenes.objects(picture)
        row = (scenes.boxes_xyxy[part], scenes.class_ids[part], scenes.ignored[part])
        wanted.append(Wanted(*row))
    return coco_scores(found, wanted, labels)
