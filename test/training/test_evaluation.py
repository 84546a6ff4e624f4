"""Models are scored on pictures that processes render, in order, though one of these may die."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from robot_dl.training.evaluation import evaluate

SEEDS, LABELS = range(7, 17), ('odd', 'even')

# Spawned processes must be able to import what they run, and they cannot import tests.
MODULE = """
import os
import signal
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    seed: int
    labels: tuple[str, ...] = ('odd', 'even')


def render(note, seed):
    if seed == 12 and not note.exists():
        note.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Picture(seed)
"""


@dataclass
class Tally:
    """What was shown and said."""

    labels: tuple[str, ...]
    rows: list[tuple[int, str]] = field(default_factory=list)

    def add(self, picture: Any, found: str) -> None:
        """Note it."""
        self.rows.append((picture.seed, found))

    def as_json(self) -> dict[str, Any]:
        """Tell it."""
        return {'rows': self.rows, 'labels': self.labels}


@pytest.fixture
def render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / 'rendered_numbers.py').write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module('rendered_numbers')
    yield partial(module.render, tmp_path / 'died')
    del sys.modules['rendered_numbers']


def _look(picture: Any) -> str:
    return LABELS[1 - picture.seed % 2]


def test_every_picture_is_looked_at_once_and_in_order_though_a_renderer_dies(
    render: Any, tmp_path: Path
) -> None:
    """A process that died in native code left the evaluation waiting for ever."""
    found = evaluate(render, Tally, _look, LABELS, SEEDS)
    assert (tmp_path / 'died').exists()
    assert found['rows'] == [(seed, ('even', 'odd')[seed % 2]) for seed in SEEDS]
    assert (found['labels'], found['images']) == (LABELS, len(SEEDS))
    assert found['median_ms'] >= 0
    assert found['seeds'] == {'first': 7, 'last': 16}


def test_a_model_of_other_classes_is_not_scored(render: Any) -> None:
    with pytest.raises(ValueError, match=r"labels: expected \('odd', 'even'\), got \('odd',\)"):
        evaluate(render, Tally, _look, ('odd',), SEEDS[:1])


def test_a_model_that_speaks_of_no_classes_is_told_those_of_the_world(render: Any) -> None:
    assert evaluate(render, Tally, _look, None, SEEDS[:1])['labels'] == LABELS
