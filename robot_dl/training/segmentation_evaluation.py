"""Score a segmenter on rendered pictures it has never seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.segmentation.types import SemanticMask
from robot_dl.training.calibration import Reliability
from robot_dl.training.segmentation_scoring import confusion, near_edges, segmentation_scores

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """A picture [H, W, 3], the class of each pixel [H, W], and the labels of all classes."""

    image: Rgb
    class_ids: NDArray[np.uint8]
    labels: tuple[str, ...]


def render_picture(world: str, seed: int) -> Picture:
    """Render the first view of a seed's world."""
    from robot_dl.sim.worlds import find_world

    with find_world(world)(seed) as made:
        truth = made.pixels()
        return Picture(made.render_rgb(), truth.class_ids, truth.labels)


@dataclass
class Tally:
    """What a segmenter said of the pixels of many pictures.

    Attributes:
        labels: Names of the classes.
        counts: Confusion [C, C + 1]; see `confusion`.
        edges: Pixels near an edge, wrong ones, and wrong ones near an edge [3].
        reliability: How often pixels of a confidence were right; None if there is no confidence.
    """

    labels: tuple[str, ...]
    counts: NDArray[np.int64] = field(init=False)
    edges: NDArray[np.int64] = field(default_factory=lambda: np.zeros(3, np.int64))
    reliability: Reliability | None = None

    def __post_init__(self) -> None:
        """Start with nothing."""
        self.counts = np.zeros((len(self.labels), len(self.labels) + 1), np.int64)

    def add(self, picture: Picture, found: SemanticMask) -> None:
        """Count one more picture."""
        classes = len(self.labels)
        told = np.where(found.class_ids == found.unlabelled, classes, found.class_ids)
        self.counts += confusion(picture.class_ids, told, classes)
        near, wrong = near_edges(picture.class_ids), told != picture.class_ids
        self.edges += [np.count_nonzero(part) for part in (near, wrong, near & wrong)]
        if found.confidence is not None:
            scores = found.confidence.reshape(-1) / 255.0
            seen = Reliability.of(scores, ~wrong.reshape(-1))
            self.reliability = self.reliability + seen if self.reliability else seen

    def as_json(self) -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes of it."""
        near, wrong, both = (int(count) for count in self.edges)
        scores = {
            **segmentation_scores(self.counts, self.labels),
            'near_edges': near / int(self.counts.sum()),
            'wrong_near_edges': both / max(wrong, 1),
        }
        if self.reliability is None:
            return scores
        return {**scores, 'ece': self.reliability.error, 'reliability': self.reliability.rows}
