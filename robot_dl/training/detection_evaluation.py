"""Score a detector on rendered scenes it has never seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.training.evaluation import Watch, pictures, provenance, unwatched
from robot_dl.training.scoring import Scores, Wanted, coco_scores


@dataclass(frozen=True)
class Picture:
    """A picture [H, W, 3] with its objects, and the labels of their classes."""

    image: NDArray[np.uint8]
    wanted: Wanted
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """What a detector scored, on what."""

    scores: Scores
    seeds: range
    objects: int
    ignored: int
    inference_ms: float

    def as_json(self, model: str) -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes."""
        return {
            'model': model,
            'task': 'detection',
            'mAP50': self.scores.map50,
            'mAP50_95': self.scores.map50_95,
            'images': len(self.seeds),
            'objects': self.objects,
            'ignored': self.ignored,
            'per_class': self.scores.per_class,
            'median_ms': self.inference_ms,
            **provenance(self.seeds),
        }


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
) -> Evaluation:
    """Run a detector over the pictures of some seeds and score it.

    Args:
        detector: Finds objects in a picture [H, W, 3], with low scores still in.
        labels: What its class ids mean.
        seeds: Scenes to render.
        watch: Shows the progress.

    Raises:
        ValueError: If the labels are not the world's.
    """
    found, wanted, seconds = [], [], []
    for picture in watch(pictures(render_picture, seeds), len(seeds)):
        if picture.labels != labels:
            raise ValueError(f'labels: expected {picture.labels}, got {labels}')
        start = time.perf_counter()
        found.append(detector(picture.image))
        seconds.append(time.perf_counter() - start)
        wanted.append(picture.wanted)
    scores = coco_scores(found, wanted, labels)
    ignored = sum(int(objects.ignored.sum()) for objects in wanted)
    objects = sum(len(objects.class_ids) for objects in wanted) - ignored
    return Evaluation(scores, seeds, objects, ignored, 1e3 * float(np.median(seconds)))
