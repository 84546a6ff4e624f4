"""Score a classifier on rendered pictures it has never seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.training.calibration import calibration_error, reliability
from robot_dl.training.evaluation import Watch, pictures, provenance, unwatched

Rgb = NDArray[np.uint8]
Scores = NDArray[np.float32]
TOP = 3
"""The true class should be among so many, at least."""


@dataclass(frozen=True)
class Picture:
    """A picture [H, W, 3] of one object, its class, and the labels of all classes."""

    image: Rgb
    class_id: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """What a classifier said of some pictures.

    Attributes:
        scores: Calibrated scores [P, C].
        raw: The same without the temperature.
        class_ids: What the pictures show [P].
        labels: Names of the classes.
        seeds: The pictures.
        inference_ms: Median time for one picture.
    """

    scores: Scores
    raw: Scores
    class_ids: NDArray[np.int64]
    labels: tuple[str, ...]
    seeds: range
    inference_ms: float

    @property
    def confusion(self) -> NDArray[np.int64]:
        """How often [C, C] a picture of a class (row) was given a class (column)."""
        found = np.zeros((len(self.labels), len(self.labels)), np.int64)
        np.add.at(found, (self.class_ids, self.scores.argmax(1)), 1)
        return found

    def top(self, count: int) -> float:
        """Return how often the true class is among the best `count`."""
        true = self.scores[np.arange(len(self.class_ids)), self.class_ids]
        return float(((self.scores > true[:, None]).sum(1) < count).mean())

    def calibration_error(self, scores: Scores) -> float:
        """Return the expected calibration error of scores [P, C]."""
        return calibration_error(*self._answers(scores))

    def _answers(self, scores: Scores) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the score [P] of each answer, and whether it is right [P]."""
        return scores.max(1).astype(np.float64), scores.argmax(1) == self.class_ids

    def as_json(self, model: str) -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes."""
        confusion = self.confusion
        return {
            'model': model,
            'task': 'classification',
            'top1': self.top(1),
            f'top{TOP}': self.top(TOP),
            'ece': self.calibration_error(self.scores),
            'ece_uncalibrated': self.calibration_error(self.raw),
            'images': len(self.seeds),
            'per_class': _per_class(confusion, self.labels),
            'confusion': confusion.tolist(),
            'reliability': reliability(*self._answers(self.scores)),
            'median_ms': self.inference_ms,
            **provenance(self.seeds),
        }


def _per_class(
    confusion: NDArray[np.int64], labels: tuple[str, ...]
) -> dict[str, dict[str, float]]:
    """Return recall, precision and number of pictures of each class that was shown."""
    shown, given, right = confusion.sum(1), confusion.sum(0), confusion.diagonal()
    return {
        name: {
            'recall': float(right[k] / shown[k]),
            'precision': float(right[k] / max(given[k], 1)),
            'images': int(shown[k]),
        }
        for k, name in enumerate(labels)
        if shown[k]
    }


def render_picture(seed: int) -> Picture:
    """Render the first view of a seed's object."""
    from robot_dl.sim.worlds.single_object import LABELS, SingleObjectWorld

    with SingleObjectWorld(seed) as world:
        return Picture(world.render_rgb(), world.class_id, LABELS)


def evaluate(
    classify: Callable[[Rgb], tuple[Scores, Scores]],
    labels: tuple[str, ...],
    seeds: range,
    watch: Watch[Picture] = unwatched,
) -> Evaluation:
    """Run a classifier over the pictures of some seeds and score it.

    Args:
        classify: Gives the scores [C] of a picture [H, W, 3]: calibrated, and without temperature.
        labels: What its class ids mean.
        seeds: Pictures to render.
        watch: Shows the progress.

    Raises:
        ValueError: If the labels are not the world's.
    """
    rows, ids, seconds = [], [], []
    for picture in watch(pictures(render_picture, seeds), len(seeds)):
        if picture.labels != labels:
            raise ValueError(f'labels: expected {picture.labels}, got {labels}')
        start = time.perf_counter()
        rows.append(classify(picture.image))
        seconds.append(time.perf_counter() - start)
        ids.append(picture.class_id)
    scores, raw = (np.stack(part) for part in zip(*rows, strict=True))
    found = (scores, raw, np.array(ids, np.int64), labels, seeds)
    return Evaluation(*found, 1e3 * float(np.median(seconds)))
