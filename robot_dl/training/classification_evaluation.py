"""Score a classifier on rendered pictures it has never seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.training.calibration import Reliability

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
class Answers:
    """What a classifier said of some pictures.

    Attributes:
        scores: Calibrated scores [P, C].
        raw: The same without the temperature.
        class_ids: What the pictures show [P].
        labels: Names of the classes.
    """

    scores: Scores
    raw: Scores
    class_ids: NDArray[np.int64]
    labels: tuple[str, ...]

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

    def reliability(self, scores: Scores) -> Reliability:
        """Return how often the best class of scores [P, C] is the true one."""
        is_right = scores.argmax(1) == self.class_ids
        return Reliability.of(scores.max(1).astype(np.float64), is_right)

    def as_json(self) -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes of them."""
        confusion, calibrated = self.confusion, self.reliability(self.scores)
        return {
            'top1': self.top(1),
            f'top{TOP}': self.top(TOP),
            'ece': calibrated.error,
            'ece_uncalibrated': self.reliability(self.raw).error,
            'per_class': _per_class(confusion, self.labels),
            'confusion': confusion.tolist(),
            'reliability': calibrated.rows,
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


@dataclass
class Tally:
    """Scores [C] of pictures, calibrated and without temperature, and the pictures' classes."""

    labels: tuple[str, ...]
    rows: list[tuple[Scores, Scores]] = field(default_factory=list)
    class_ids: list[int] = field(default_factory=list)

    def add(self, picture: Picture, found: tuple[Scores, Scores]) -> None:
        """Keep what was said of one more picture."""
        self.rows.append(found)
        self.class_ids.append(picture.class_id)

    def as_json(self) -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes of it."""
        scores, raw = (np.stack(part) for part in zip(*self.rows, strict=True))
        return Answers(scores, raw, np.array(self.class_ids, np.int64), self.labels).as_json()
