"""Score a detector on rendered scenes it has never seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.training.scoring import Findings, Wanted, coco_scores


@dataclass(frozen=True)
class Picture:
    """A picture [H, W, 3] with its objects, and the labels of their classes."""

    image: NDArray[np.uint8]
    wanted: Wanted
    labels: tuple[str, ...]


def render_picture(seed: int) -> Picture:
    """Render the first view of a seed's table."""
    from robot_dl.sim.worlds.tabletop import TabletopWorld

    with TabletopWorld(seed) as world:
        truth = world.truth()
        wanted = Wanted(truth.boxes_xyxy, truth.class_ids, truth.ignored)
        return Picture(world.render_rgb(), wanted, truth.labels)


class Tally(Findings[Detections, Wanted]):
    """What a detector finds."""

    def add(self, picture: Picture, found: Detections) -> None:
        """Keep what was found in one more picture."""
        self.found.append(found)
        self.wanted.append(picture.wanted)

    def as_json(self) -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes of it."""
        return self.scored_json(coco_scores(self.found, self.wanted, self.labels))
