"""Pictures rendered from seeds by several processes, and kept on disk in shards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np

from robot_dl.training.processes import mapped

WORLDS_PER_SHARD = 20


class Pictures(Protocol):
    """A dataclass of arrays, one picture a row."""

    def __len__(self) -> int:
        """Return the number of pictures."""


P = TypeVar('P', bound=Pictures)


@dataclass(frozen=True)
class Source(Generic[P]):
    """Where pictures of one kind come from.

    Attributes:
        name: Begins the shards' names: change it when the world changes, so that no old picture
            is reused.
        kind: Dataclass of the arrays.
        render: Renders so many views of the worlds with these seeds.
    """

    name: str
    kind: type[P]
    render: Callable[[range, int], P]

    def load(self, path: Path) -> P:
        """Read a shard. No pickle is loaded."""
        with np.load(path, allow_pickle=False) as arrays:
            return self.kind(**{name: arrays[name] for name in arrays.files})


@dataclass(frozen=True)
class _Task(Generic[P]):
    source: Source[P]
    seeds: range
    views: int
    path: Path


def _shard(task: _Task[P]) -> Path:
    """Render one shard unless it is there. A shard appears under its name only when complete."""
    if not task.path.exists():
        unfinished = task.path.with_suffix(f'.{os.getpid()}.part')
        with unfinished.open('wb') as file:
            np.savez(file, **vars(task.source.render(task.seeds, task.views)))
        unfinished.rename(task.path)
    return task.path


def rendered(
    source: Source[P], seeds: range, views: int, cache: Path, processes: int = 2
) -> Iterator[P]:
    """Yield the shards of all seeds, in order, rendering what is not kept yet.

    Args:
        source: What is rendered.
        seeds: Worlds to render.
        views: Pictures of each world.
        cache: Folder of the shards.
        processes: Rendering processes; each uses one core.
    """
    cache.mkdir(parents=True, exist_ok=True)
    tasks = []
    for start in range(0, len(seeds), WORLDS_PER_SHARD):
        some = seeds[start : start + WORLDS_PER_SHARD]
        name = f'{source.name}_{some.start}_{len(some)}x{views}.npz'
        tasks.append(_Task(source, some, views, cache / name))
    for path in mapped(_shard, tasks, processes):
        yield source.load(path)
