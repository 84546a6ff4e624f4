"""Pictures on disk: rendered once, in order, by processes that may die."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robot_dl.training.shards import WORLDS_PER_SHARD, Source, rendered

SEEDS = range(100, 100 + 3 * WORLDS_PER_SHARD)


# Spawned processes must be able to import what they run, and they cannot import tests.
MODULE = """
import os
import signal
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Numbers:
    seeds: np.ndarray

    def __len__(self):
        return len(self.seeds)


def write_down(notes, seeds, views):
    (notes / f'{seeds.start}').touch(exist_ok=False)
    return Numbers(np.repeat(np.arange(seeds.start, seeds.stop), views))


def die_once(notes, start, seeds, views):
    note = notes / 'died'
    if seeds.start == start and not note.exists():
        note.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Numbers(np.repeat(np.arange(seeds.start, seeds.stop), views))


def die(seeds, views):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def renders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / 'shard_renders.py').write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module('shard_renders')
    del sys.modules['shard_renders']


def _seeds(source: Source[Any], cache: Path) -> list[int]:
    parts = list(rendered(source, SEEDS, 1, cache, processes=1))
    return np.concatenate([part.seeds for part in parts]).tolist()


def test_shards_are_rendered_once_and_come_in_order(tmp_path: Path, renders: Any) -> None:
    source = Source('numbers', renders.Numbers, partial(renders.write_down, tmp_path))
    assert _seeds(source, tmp_path / 'cache') == list(SEEDS)
    assert _seeds(source, tmp_path / 'cache') == list(SEEDS)


def test_a_process_that_dies_takes_no_shard_with_it(tmp_path: Path, renders: Any) -> None:
    die_once = partial(renders.die_once, tmp_path, SEEDS[WORLDS_PER_SHARD])
    source = Source('numbers', renders.Numbers, die_once)
    assert _seeds(source, tmp_path / 'cache') == list(SEEDS)
    assert (tmp_path / 'died').exists()


def test_processes_that_keep_dying_end_the_rendering(tmp_path: Path, renders: Any) -> None:
    with pytest.raises(BrokenProcessPool):
        _seeds(Source('numbers', renders.Numbers, renders.die), tmp_path / 'cache')
