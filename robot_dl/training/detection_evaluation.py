"""Score a detector on rendered scenes it has never seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.training.evaluation import Showing, Watch, unwatched
from robot_dl.training.scoring import Wanted, coco_scores


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


def evaluate(
    detector: Callable[[NDArray[np.uint8]], Detections],
    labels: tuple[str, ...],
    seeds: range,
    watch: Watch[Picture] = unwatched,
) -> dict[str, Any]:
    """Run a detector over the pictures of some seeds and score it.

    Args:
        detector: Finds objects in a picture [H, W, 3], with low scores still in.
        labels: What its class ids mean.
        seeds: Scenes to render.
        watch: Shows the progress.

    Returns:
        What `robot_dl eval --json` writes, without the model.

    Raises:
        ValueError: If the labels are not the world's.
    """
    showing = Showing(render_picture, seeds, watch)
    found, wanted = [], []
    for picture, seen in showing.answers(lambda picture: detector(picture.image), labels):
        found.append(seen)
        wanted.append(picture.wanted)
    scores = coco_scores(found, wanted, labels)
    ignored = sum(int(objects.ignored.sum()) for objects in wanted)
    return {
        'mAP50': scores.map50,
        'mAP50_95': scores.map50_95,
        'objects': sum(len(objects.class_ids) for objects in wanted) - ignored,
        'ignored': ignored,
        'per_class': scores.per_class,
        **showing.about,
    }
