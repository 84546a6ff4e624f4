"""Score an instance segmenter on rendered pictures it has never seen."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass
class Tally:
    """What an instance segmenter found in pictures, with low scores still in, and what is there.

    Attributes:
        labels: Names of the classes.
        found: Objects found, by picture.
        wanted: Those that are there.
    """

    labels: tuple[str, ...]
    found: list[Silhouettes] = field(default_factory=list)
    wanted: list[Silhouettes] = field(default_factory=list)

    def add(self, picture: Picture, found: Instances) -> None:
        """Keep what was found in one more picture."""
        self.found.append(silhouettes_found(found))
        self.wanted.append(picture.wanted)

    def as_json(self) -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes of it."""
        scores = mask_scores(self.found, self.wanted, self.labels)
        ignored = sum(int(objects.ignored.sum()) for objects in self.wanted)
        return {
            'mask_mAP50': scores.map50,
            'mask_mAP50_95': scores.map50_95,
            'objects': sum(map(len, self.wanted)) - ignored,
            'ignored': ignored,
            'per_class': scores.per_class,
        }
