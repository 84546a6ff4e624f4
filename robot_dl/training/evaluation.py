"""What every evaluation on rendered pictures has in common."""

from __future__ import annotations

import multiprocessing
import os
import platform
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

from robot_dl.training.seeds import TRAINING

Item = TypeVar('Item')
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
