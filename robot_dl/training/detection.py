"""Train the tabletop detector: render, train with a time budget, keep checkpoints."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from robot_dl.core.boxes import class_aware_nms
from robot_dl.core.detections import Detections
from robot_dl.training.averaging import Average
from robot_dl.training.batches import Batch, shuffled
from robot_dl.training.losses import detection_loss
from robot_dl.training.net import (
    BINS,
    TabletopNet,
    boxes_from_sides,
    channels_last,
    places,
    sides_from_logits,
)
from robot_dl.training.scenes import MODEL_HW, Scenes
from robot_dl.training.scoring import Scores, Wanted, coco_scores


@dataclass(frozen=True)
class Recipe:
    """How to train. The learning rate follows the share of `minutes` that has passed."""

    seed: int = 0
    minutes: float = 45.0
    batch: int = 32
    rate: float = 2e-3
    decay: float = 0.02
    warm_up_steps: int = 400
    check_every_s: float = 240.0
    threads: int = 2


def pick_device() -> torch.device:
    """Return an accelerator where there is one, else the CPU."""
    return torch.device('cuda' if torch.cuda.is_available() else 'cpu')


class Trainer:
    """A training run that can be interrupted at any time and resumed."""

    def __init__(
        self, recipe: Recipe, labels: tuple[str, ...], folder: Path, resume: bool = True
    ) -> None:
        """Start where the checkpoint in `folder` stopped, if there is one and `resume`."""
        torch.manual_seed(recipe.seed)
        torch.set_num_threads(recipe.threads)
        self.recipe, self.labels, self.folder = recipe, labels, folder
        self.device = pick_device()
        self.net = channels_last(TabletopNet(len(labels)).to(self.device))
        self.average = Average(self.net)
        self.centres, self.strides = (t.to(self.device) for t in places(MODEL_HW))
        self.optimiser = torch.optim.AdamW(_groups(self.net, recipe.decay), lr=recipe.rate)
        self.steps, self.seconds, self.rendering_s = 0, 0.0, 0.0
        self.curve: list[dict[str, Any]] = []
        self._note: dict[str, float] = {}
        if resume and self.checkpoint.exists():
            self._resume()

    @property
    def checkpoint(self) -> Path:
        """Where the state is kept."""
        return self.folder / 'checkpoint.pt'

    def save(self) -> None:
        """Keep the state; a crash while writing leaves the old one."""
        state = {
            'net': self.net.state_dict(),
            'average': self.average.net.state_dict(),
            'updates': self.average.updates,
            'optimiser': self.optimiser.state_dict(),
            'steps': self.steps,
            'seconds': self.seconds,
            'rendering_s': self.rendering_s,
            'curve': json.dumps(self.curve),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.checkpoint.with_suffix('.part')
        torch.save(state, unfinished)
        unfinished.rename(self.checkpoint)

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        self.net.load_state_dict(state['net'])
        self.average.net.load_state_dict(state['average'])
        self.average.updates = state['updates']
        self.optimiser.load_state_dict(state['optimiser'])
        self.steps, self.seconds = state['steps'], state['seconds']
        self.rendering_s = state['rendering_s']
        self.curve = json.loads(state['curve'])

    def run(self, training: Scenes, validation: Scenes) -> None:
        """Train until the time is over; validate and keep a checkpoint now and then."""
        rng = np.random.default_rng([self.recipe.seed, self.steps])
        batches = shuffled(training, self.recipe.batch, rng)
        budget = 60.0 * self.recipe.minutes
        next_check = self.seconds + self.recipe.check_every_s
        with tqdm(total=round(budget), initial=round(self.seconds), unit='s') as bar:
            while self.seconds < budget:
                self._timed_step(batches, bar)
                if self.seconds >= next_check or self.seconds >= budget:
                    self.check(validation)
                    next_check = self.seconds + self.recipe.check_every_s

    def _timed_step(self, batches: Iterator[Batch], bar: Any) -> None:
        start = time.perf_counter()
        parts = self.step(next(batches))
        before, self.seconds = self.seconds, self.seconds + time.perf_counter() - start
        self._note = parts
        bar.update(round(self.seconds) - round(before))
        if self.steps % 20 == 0:
            bar.set_postfix({'step': self.steps, **{k: f'{v:.3f}' for k, v in parts.items()}})

    def step(self, batch: Batch) -> dict[str, float]:
        """Learn from one batch; return the parts of its loss."""
        for group in self.optimiser.param_groups:
            group['lr'] = self._rate()
        batch = batch.to(self.device)
        self.net.train()
        images = batch.images.contiguous(memory_format=torch.channels_last)
        # bfloat16 keeps float32's range, so no loss scaling is needed.
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = self.net(images)
        loss, parts = detection_loss(logits, self.centres, self.strides, batch.objects)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.optimiser.step()
        self.average.update(self.net)
        self.steps += 1
        return parts

    def _rate(self) -> float:
        """Return the learning rate: a linear warm-up, then a cosine down to a hundredth."""
        done = min(1.0, self.seconds / (60.0 * self.recipe.minutes))
        cosine = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))
        return self.recipe.rate * cosine * min(1.0, (self.steps + 1) / self.recipe.warm_up_steps)

    def check(self, validation: Scenes) -> Scores:
        """Validate the averaged net, note the result in the curve, keep a checkpoint."""
        scores = validate(self.average.net, validation, self.labels)
        point = {'minutes': self.seconds / 60, 'steps': self.steps, **self._note}
        point |= {'mAP50': scores.map50, 'mAP50_95': scores.map50_95}
        self.curve.append(point)
        self.save()
        tqdm.write(json.dumps({k: round(v, 4) for k, v in point.items()}))
        return scores


def _groups(net: TabletopNet, decay: float) -> list[dict[str, Any]]:
    """Let only matrices decay, not biases and normalisation."""
    weights = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    return [{'params': weights, 'weight_decay': decay}, {'params': others, 'weight_decay': 0.0}]


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
