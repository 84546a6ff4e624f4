"""What every evaluation on rendered pictures has in common."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol, TypeVar

import numpy as np

from robot_dl.training.processes import mapped
from robot_dl.training.seeds import TRAINING


class Labelled(Protocol):
    """A picture with the names of the classes that its truth speaks of."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The names."""


Item = TypeVar('Item')
L = TypeVar('L', bound=Labelled)
Answer = TypeVar('Answer')
Shown = TypeVar('Shown', contravariant=True)
Said = TypeVar('Said', contravariant=True)


class Tally(Protocol[Shown, Said]):
    """What a model got right so far."""

    def add(self, picture: Shown, found: Said) -> None:
        """Count what it says of one more picture."""

    def as_json(self) -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes of it."""


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


def evaluate(
    render: Callable[[int], L],
    tally: Callable[[tuple[str, ...]], Tally[L, Answer]],
    look: Callable[[L], Answer],
    labels: tuple[str, ...] | None,
    seeds: range,
    watch: Watch[L] = unwatched,
) -> dict[str, Any]:
    """Score a model on rendered pictures it has never seen.

    Args:
        render: Returns the picture of a seed with its truth.
        tally: Begins to count, for classes with these names.
        look: Returns what the model says of a picture.
        labels: What its class ids mean; None if it speaks of no classes.
        seeds: Pictures to render, at least one.
        watch: Shows the progress.

    Returns:
        What `robot_dl eval --json` writes, without the model.

    Raises:
        ValueError: If the labels are not the world's.
    """
    scores, times_ms = None, []
    for picture in watch(pictures(render, seeds), len(seeds)):
        if labels is not None and picture.labels != labels:
            raise ValueError(f'labels: expected {picture.labels}, got {labels}')
        scores = scores or tally(picture.labels)
        start = time.perf_counter()
        answer = look(picture)
        times_ms.append(1e3 * (time.perf_counter() - start))
        scores.add(picture, answer)
    found = scores.as_json() if scores else {}
    median_ms = float(np.median(times_ms))
    return {**found, 'images': len(seeds), 'median_ms': median_ms, **provenance(seeds)}


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
    return mapped(render, seeds, processes, chunk=4)


def render_image(world: str, seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Render the first view [H, W, 3] of a seed's world, without its truth."""
    from robot_dl.sim.worlds import find_world

    with find_world(world)(seed) as made:
        image: np.ndarray[Any, np.dtype[np.uint8]] = made.render_rgb()
        return image
