"""Score an instance segmenter on rendered pictures it has never seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.segmentation.types import Instances
from robot_dl.training.evaluation import Showing, Watch, unwatched
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


def evaluate(
    segmenter: Callable[[Rgb], Instances],
    labels: tuple[str, ...],
    world: str,
    seeds: range,
    watch: Watch[Picture] = unwatched,
) -> dict[str, Any]:
    """Run an instance segmenter over the pictures of some seeds and score it.

    Args:
        segmenter: Finds objects in a picture [H, W, 3], with low scores still in.
        labels: What their classes mean.
        world: Name of the world.
        seeds: Pictures to render.
        watch: Shows the progress.

    Returns:
        What `robot_dl eval --json` writes, without the model.

    Raises:
        ValueError: If the labels are not the world's.
    """
    showing = Showing(partial(render_picture, world), seeds, watch)
    found, wanted = [], []
    for picture, seen in showing.answers(lambda picture: segmenter(picture.image), labels):
        found.append(silhouettes_found(seen))
        wanted.append(picture.wanted)
    scores = mask_scores(found, wanted, labels)
    ignored = sum(int(objects.ignored.sum()) for objects in wanted)
    return {
        'world': world,
        'mask_mAP50': scores.map50,
        'mask_mAP50_95': scores.map50_95,
        'objects': sum(map(len, wanted)) - ignored,
        'ignored': ignored,
        'per_class': scores.per_class,
        **showing.about,
    }
