"""Score a detector on rendered scenes it has never seen."""

from __future__ import annotations

import multiprocessing
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.training.scoring import Scores, Wanted, coco_scores

Item = TypeVar('Item')
Watch = Callable[[Iterable[Item], int], Iterable[Item]]

LIBRARIES = (
    'numpy',
    'mujoco',
    'onnxruntime',
    'torch',
    'faster-coco-eval',
    'opencv-python-headless',
)


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
        from robot_dl.training.seeds import TRAINING

        return {
            'model': model,
            'mAP50': self.scores.map50,
            'mAP50_95': self.scores.map50_95,
            'images': len(self.seeds),
            'objects': self.objects,
            'ignored': self.ignored,
            'per_class': self.scores.per_class,
            'seeds': {'first': self.seeds[0], 'last': self.seeds[-1]},
            'training_seeds': {'first': TRAINING[0], 'last': TRAINING[-1]},
            'median_ms': self.inference_ms,
            'versions': versions(),
        }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that matter, where installed."""
    found = {'python': platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def render_picture(seed: int) -> Picture:
    """Render the first view of a seed's table."""
    from robot_dl.sim.worlds.tabletop import TabletopWorld

    with TabletopWorld(seed) as world:
        truth = world.truth()
        wanted = Wanted(truth.boxes_xyxy, truth.class_ids, truth.ignored)
        return Picture(world.render_rgb(), wanted, truth.labels)


def pictures(seeds: range, processes: int = 2) -> Iterator[Picture]:
    """Render the pictures of all seeds, in order."""
    # Mesa's software renderer would start a thread per core in each process.
    os.environ.setdefault('LP_NUM_THREADS', '1')
    with multiprocessing.get_context('spawn').Pool(processes) as pool:
        yield from pool.imap(render_picture, seeds, chunksize=4)


def evaluate(
    detector: Callable[[NDArray[np.uint8]], Detections],
    labels: tuple[str, ...],
    seeds: range,
    watch: Watch[Picture] = lambda items, _: items,
) -> Evaluation:
    """Run a detector over the pictures of some seeds and score it.

    Args:
        detector: Finds objects in a picture [H, W, 3], with low scores still in.
        labels: What its class ids mean.
        seeds: Scenes to render.
        watch: Wraps the iteration over (pictures, how many), for a progress bar.

    Raises:
        ValueError: If the labels are not the world's.
    """
    found, wanted, seconds = [], [], []
    for picture in watch(pictures(seeds), len(seeds)):
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
