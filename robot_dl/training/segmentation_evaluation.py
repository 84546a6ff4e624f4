"""Score a segmenter on rendered pictures it has never seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.segmentation.types import SemanticMask
from robot_dl.training.evaluation import Showing, Watch, unwatched
from robot_dl.training.segmentation_scoring import confusion, segmentation_scores

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


def evaluate(
    segmenter: Callable[[Rgb], SemanticMask],
    labels: tuple[str, ...],
    world: str,
    seeds: range,
    watch: Watch[Picture] = unwatched,
) -> dict[str, Any]:
    """Run a segmenter over the pictures of some seeds and score it.

    Args:
        segmenter: Gives the classes of the pixels of a picture [H, W, 3].
        labels: What the classes mean.
        world: Name of the world.
        seeds: Pictures to render.
        watch: Shows the progress.

    Returns:
        What `robot_dl eval --json` writes, without the model.

    Raises:
        ValueError: If the labels are not the world's.
    """
    showing = Showing(partial(render_picture, world), seeds, watch)
    counts = np.zeros((len(labels), len(labels) + 1), np.int64)
    for picture, found in showing.answers(lambda picture: segmenter(picture.image), labels):
        told = np.where(found.class_ids == found.unlabelled, len(labels), found.class_ids)
        counts += confusion(picture.class_ids, told, len(labels))
    return {'world': world, **segmentation_scores(counts, labels), **showing.about}
