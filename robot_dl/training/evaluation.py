"""What every evaluation on rendered pictures has in common."""

from __future__ import annotations

import multiprocessing
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from robot_dl.training.seeds import TRAINING


class Labelled(Protocol):
    """A picture with the names of the classes that its truth speaks of."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The names."""


Item = TypeVar('Item')
L = TypeVar('L', bound=Labelled)
Answer = TypeVar('Answer')
Watch = Callable[[Iterable[Item], int], Iterable[Item]]
"""Wraps the iteration over (items, how many), for a progress bar."""

LIBRARIES = (
    'numpy',
    'mujoco',
    'onnxruntime',
    'torch',
    'faster-coco-eval',
    'opencv-python-headless',
)


def unwatched(items: Iterable[Item], count: int) -> Iterable[Item]:
    """Show no progress."""
    return items


@dataclass
class Showing(Generic[L]):
    """Pictures that a model has never seen, and how long it looks at each.

    Attributes:
        render: Returns the picture of a seed with its truth.
        seeds: The pictures.
        watch: Shows the progress.
        times_ms: Time for each picture so far.
    """

    render: Callable[[int], L]
    seeds: range
    watch: Watch[L] = unwatched
    times_ms: list[float] = field(default_factory=list)

    def answers(
        self, look: Callable[[L], Answer], labels: tuple[str, ...] | None
    ) -> Iterator[tuple[L, Answer]]:
        """Yield each picture, and what a model says of it.

        Args:
            look: The model.
            labels: What its class ids mean; None if it speaks of no classes.

        Raises:
            ValueError: If the labels are not the world's.
        """
        for picture in self.watch(pictures(self.render, self.seeds), len(self.seeds)):
            if labels is not None and picture.labels != labels:
                raise ValueError(f'labels: expected {picture.labels}, got {labels}')
            start = time.perf_counter()
            answer = look(picture)
            self.times_ms.append(1e3 * (time.perf_counter() - start))
            yield picture, answer

    @property
    def about(self) -> dict[str, Any]:
        """How many pictures, how long each took, and where everything comes from."""
        median_ms = float(np.median(self.times_ms))
        return {'images': len(self.seeds), 'median_ms': median_ms, **provenance(self.seeds)}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that matter, where installed."""
    found = {'python': platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def provenance(seeds: range) -> dict[str, Any]:
    """Return where scores come from, as `robot_dl eval --json` says it."""
    return {
        'seeds': {'first': seeds[0], 'last': seeds[-1]},
        'training_seeds': {'first': TRAINING[0], 'last': TRAINING[-1]},
        'versions': versions(),
    }


def pictures(render: Callable[[int], Item], seeds: range, processes: int = 2) -> Iterator[Item]:
    """Render the pictures of all seeds, in order."""
    # Mesa's software renderer would start a thread per core in each process.
    os.environ.setdefault('LP_NUM_THREADS', '1')
    with multiprocessing.get_context('spawn').Pool(processes) as pool:
        yield from pool.imap(render, seeds, chunksize=4)


def render_image(world: str, seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Render the first view [H, W, 3] of a seed's world, without its truth."""
    from robot_dl.sim.worlds import find_world

    with find_world(world)(seed) as made:
        image: np.ndarray[Any, np.dtype[np.uint8]] = made.render_rgb()
        return image
