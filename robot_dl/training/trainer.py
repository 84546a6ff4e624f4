"""A training run with a budget of time, that can be interrupted at any time and resumed."""

from __future__ import annotations

import json
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from robot_dl.training.averaging import Average
from robot_dl.training.blocks import channels_last

N = TypeVar('N', bound=nn.Module)
P = TypeVar('P')
B = TypeVar('B')


@dataclass(frozen=True)
class Recipe:
    """How to train. The learning rate follows the share of `minutes` that has been spent.

    On a CPU these are minutes of all `threads`, not of the clock: what else the machine does makes
    a training longer, not shorter.
    """

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


class Trainer(ABC, Generic[N, P, B]):
    """Trains a net N on pictures P, in batches B; a task says how.

    Attributes:
        net: What is trained.
        average: What is kept in the end; see `Average`.
        steps: Batches so far.
        seconds: Time spent on them; see `Recipe`.
        rendering_s: Time spent on rendering, noted by whoever renders.
        curve: Losses and scores so far, one entry for each validation.
    """

    def __init__(
        self, recipe: Recipe, labels: tuple[str, ...], folder: Path, resume: bool = True
    ) -> None:
        """Start where the checkpoint in `folder` stopped, if there is one and `resume`."""
        torch.manual_seed(recipe.seed)
        torch.set_num_threads(recipe.threads)
        self.recipe, self.labels, self.folder = recipe, labels, folder
        self.device = pick_device()
        self.net: N = channels_last(self.make_net(len(labels)).to(self.device))
        self.average = Average(self.net)
        self.optimiser = torch.optim.AdamW(_groups(self.net, recipe.decay), lr=recipe.rate)
        self.steps, self.seconds, self.rendering_s = 0, 0.0, 0.0
        self.curve: list[dict[str, Any]] = []
        self._note: dict[str, float] = {}
        if resume and self.checkpoint.exists():
            self._resume()

    @abstractmethod
    def make_net(self, classes: int) -> N:
        """Return an untrained net."""

    @abstractmethod
    def batches(self, pictures: P, rng: np.random.Generator) -> Iterator[B]:
        """Yield batches of the recipe's size for ever."""

    @abstractmethod
    def loss(self, batch: B) -> tuple[Tensor, dict[str, float]]:
        """Return what to minimise, and its parts for the curves."""

    @abstractmethod
    def validate(self, net: N, pictures: P) -> dict[str, float]:
        """Return scores of a net for the curves."""

    @property
    def checkpoint(self) -> Path:
        """Where the state is kept."""
        return self.folder / 'checkpoint.pt'

    @property
    def is_over(self) -> bool:
        """Whether its time has been spent."""
        return self.seconds >= 60.0 * self.recipe.minutes

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

    def run(self, training: P, validation: P) -> None:
        """Train until the time is over; validate and keep a checkpoint now and then."""
        batches = self.batches(training, np.random.default_rng([self.recipe.seed, self.steps]))
        budget = 60.0 * self.recipe.minutes
        next_check = self.seconds + self.recipe.check_every_s
        with tqdm(total=round(budget), initial=round(self.seconds), unit='s') as bar:
            while self.seconds < budget:
                self._timed_step(batches, bar)
                if self.seconds >= next_check or self.seconds >= budget:
                    self.check(validation)
                    next_check = self.seconds + self.recipe.check_every_s

    def _timed_step(self, batches: Iterator[B], bar: Any) -> None:
        start = self._clock_s()
        parts = self.step(next(batches))
        before, self.seconds = self.seconds, self.seconds + self._clock_s() - start
        self._note = parts
        bar.update(round(self.seconds) - round(before))
        if self.steps % 20 == 0:
            bar.set_postfix({'step': self.steps, **{k: f'{v:.3f}' for k, v in parts.items()}})

    def _clock_s(self) -> float:
        """Return a time, in seconds, that passes while this training works."""
        on_cpu = self.device.type == 'cpu'
        return time.process_time() / self.recipe.threads if on_cpu else time.perf_counter()

    def step(self, batch: B) -> dict[str, float]:
        """Learn from one batch; return the parts of its loss."""
        for group in self.optimiser.param_groups:
            group['lr'] = self._rate()
        self.net.train()
        loss, parts = self.loss(batch)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.optimiser.step()
        self.average.update(self.net)
        self.steps += 1
        return parts

    def logits(self, images: Tensor) -> Any:
        """Return what the net says of images [B, 3, H, W] while it trains, in bfloat16.

        A tensor, or a dictionary of them.
        """
        images = images.contiguous(memory_format=torch.channels_last)
        # bfloat16 keeps float32's range, so no loss scaling is needed.
        with torch.autocast(self.device.type, torch.bfloat16):
            return self.net(images)

    @property
    def progress(self) -> float:
        """Which share of the time has been spent, in [0, 1]."""
        return min(1.0, self.seconds / (60.0 * self.recipe.minutes))

    def _rate(self) -> float:
        """Return the learning rate: a linear warm-up, then a cosine down to a hundredth."""
        cosine = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.progress))
        return self.recipe.rate * cosine * min(1.0, (self.steps + 1) / self.recipe.warm_up_steps)

    def check(self, validation: P) -> dict[str, float]:
        """Validate the averaged net, note the result in the curve, keep a checkpoint."""
        scores = self.validate(self.average.net, validation)
        point = {'minutes': self.seconds / 60, 'steps': self.steps, **self._note, **scores}
        self.curve.append(point)
        self.save()
        tqdm.write(json.dumps({k: round(v, 4) for k, v in point.items()}))
        return scores


def _groups(net: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Let only matrices decay, not biases and normalisation."""
    weights = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    return [{'params': weights, 'weight_decay': decay}, {'params': others, 'weight_decay': 0.0}]
