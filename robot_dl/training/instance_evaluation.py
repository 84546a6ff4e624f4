"""Score an instance segmenter on rendered pictures it has never seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.segmentation.types import Instances
from robot_dl.training.mask_scoring import (
    Silhouettes,
    mask_scores,
    silhouettes_found,
    silhouettes_there,
)
from robot_dl.training.scoring import Findings

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """A picture [H, W, 3] with its objects, and the labels of their classes."""

    image: Rgb
    wanted: Silhouettes
    labels: tuple[str, ...]


def render_picture(world: str, seed: int) -> Picture:
    """Render the first view of a seed's world."""
    from robot_dl.sim.worlds import find_world

    with find_world(world)(seed) as made:
        truth = made.truth()
        ids, numbers = made.pixels().instance_ids, truth.numbers
        wanted = silhouettes_there(ids, numbers, truth.class_ids, truth.ignored)
        return Picture(made.render_rgb(), wanted, truth.labels)


class Tally(Findings[Silhouettes, Silhouettes]):
    """What an instance segmenter finds."""

    def add(self, picture: Picture, found: Instances) -> None:
        """Keep what was found in one more picture."""
        self.found.append(silhouettes_found(found))
        self.wanted.append(picture.wanted)

    def as_json(self) -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes of it."""
        return self.scored_json(mask_scores(self.found, self.wanted, self.labels), 'mask_')
