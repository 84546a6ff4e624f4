"""The YOLO families: one table, whose shape tells how it is to be read."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from robot_dl.cli.importing.draft import ASSUMED, READ, Draft, Guess, read
from robot_dl.cli.importing.facts import Facts, Size
from robot_dl.cli.importing.presets import PRESETS
from robot_dl.cli.importing.ultralytics import is_ultralytics

STRIDES = ((8, 16, 32), (8, 16, 32, 64), (4, 8, 16, 32), (16, 32), (32,), (16,), (8,))
"""Pixels between the places where such networks look, at each of their scales."""


def places(model_hw: Size, strides: tuple[int, ...]) -> int:
    """Return at how many places a network without anchors looks."""
    return sum((model_hw[0] // s) * (model_hw[1] // s) for s in strides)


def strides_for(model_hw: Size, count: int, anchors: int) -> tuple[int, ...] | None:
    """Return the strides with which a network looks at `count` places, `anchors` times at each."""
    fitting = (s for s in STRIDES if anchors * places(model_hw, s) == count)
    return next(fitting, None)


def recognise_yolo(facts: Facts) -> Draft | None:
    """Recognise YOLOv8, 9, 11 and 12: one output [1, 4 + C, N]."""
    table = only_table(facts.seen)
    if table is None or table.shape[1] < 5:
        return None
    strides = strides_for(facts.model_hw, table.shape[2], anchors=1)
    if strides is None:
        return None
    classes = table.shape[1] - 4
    reason = (
        f'4 + {classes} rows at {table.shape[2]} places, as many as {_shown(strides)} give for '
        f'{facts.model_hw[0]}×{facts.model_hw[1]}'
    )
    return {**read(reason, decoder='yolo', classes=classes), **ultralytics_input(facts)}


def ultralytics_input(facts: Facts) -> dict[str, Guess]:
    """Return what the networks of Ultralytics, and those that follow them, expect of an image."""
    reason, kind = 'networks of this family take RGB from 0 to 1, letterboxed', ASSUMED
    if is_ultralytics(facts.metadata):
        reason = 'exported by Ultralytics, whose networks take RGB from 0 to 1, letterboxed'
        kind = READ
    values = {**PRESETS['unit'].values(), 'input.fit': 'letterbox'}
    return {key: Guess(value, reason, kind) for key, value in values.items()}


def only_table(seen: Mapping[str, NDArray[Any]]) -> NDArray[Any] | None:
    """Return the only output if it is [1, A, B], else None."""
    tables = list(seen.values())
    if len(tables) != 1 or tables[0].ndim != 3 or tables[0].shape[0] != 1:
        return None
    return tables[0]


def _shown(strides: tuple[int, ...]) -> str:
    return f'strides {", ".join(map(str, strides))}'
