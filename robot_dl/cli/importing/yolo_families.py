"""The YOLO families: one table, whose shape and numbers tell how it is to be read."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.draft import ASSUMED, READ, Draft, Guess, read
from robot_dl.cli.importing.facts import Facts, Size
from robot_dl.cli.importing.labels import literal
from robot_dl.cli.importing.presets import PRESETS
from robot_dl.cli.importing.ultralytics import does_nms, is_ultralytics

USUAL = (8, 16, 32)
STRIDES = (
    USUAL,
    (8, 16, 32, 64),
    (4, 8, 16, 32),
    (16, 32),
    (8, 16),
    (4, 8, 16),
    (32,),
    (16,),
    (8,),
)
"""Pixels between the places where such networks look, at each of their scales."""

MOST_ANSWERS = 1000
"""Rows of a table that holds answers instead of places; 300 is usual."""

LARGEST_PART = 2.0
"""Edges that are parts of the input do not reach so far; those in pixels do."""

MOSTLY = 0.8

Table = NDArray[Any]


def recognise_yolo(facts: Facts, known: Draft) -> Draft | None:
    """Recognise YOLOv8, 9, 11 and 12: one output [1, 4 + C, N], or [1, N, 4 + C]."""
    table = _places_last(facts)
    if table is None or table.shape[1] < 5:
        return None
    if _has_four_columns(facts, known, table):
        classes = table.shape[2] - 4
        reason = f'4 + {classes} columns, and as many labels: no objectness'
        draft = read(reason, decoder='yolo', classes=classes, decoder_options__transposed=True)
        return {**draft, **usual_input(facts)}
    classes = table.shape[1] - 4
    if strides := strides_for(facts.model_hw, table.shape[2], anchors=1):
        why = f'as many as {_shown(strides, facts)}'
    elif _labels(known) == classes:
        why = 'and as many labels'
    else:
        return None
    reason = f'4 + {classes} rows at {table.shape[2]} places, {why}'
    return {**read(reason, decoder='yolo', classes=classes), **usual_input(facts)}


def recognise_yolov5(facts: Facts, known: Draft) -> Draft | None:
    """Recognise YOLOv5 and 7, [1, N, 5 + C] with three anchors at each place, and YOLOv6."""
    table = _places_first(facts)
    if table is None or _has_four_columns(facts, known, table):
        return None
    _, count, width = table.shape
    reason = f'5 + {width - 5} columns at {count} places'
    if strides := strides_for(facts.model_hw, count, anchors=3):
        reason += f', 3 for each of those that {_shown(strides, facts)}'
    elif strides_for(facts.model_hw, count, anchors=1) and _has_no_objectness(table):
        reason += ', of which the objectness is 1 everywhere, as in YOLOv6'
    else:
        return None
    return {**read(reason, decoder='yolov5', classes=width - 5), **usual_input(facts)}


def recognise_yolox(facts: Facts, known: Draft) -> Draft | None:
    """Recognise YOLOX: [1, N, 5 + C] without anchors, decoded in the graph or not."""
    table = _places_first(facts)
    if table is None or _has_no_objectness(table) or _has_four_columns(facts, known, table):
        return None
    _, count, width = table.shape
    strides = strides_for(facts.model_hw, count, anchors=1)
    if not strides:
        return None
    reason = f'5 + {width - 5} columns at {count} places, as many as {_shown(strides, facts)}'
    draft = read(reason, decoder='yolox', classes=width - 5)
    if strides != USUAL:
        draft |= read(reason, decoder_options__strides=[float(s) for s in strides])
    is_decoded = _is_decoded(table, facts.model_hw)
    where = 'are spread over the whole input' if is_decoded else 'lie around 0: parts of cells'
    draft |= read(f'the centres of its boxes {where}', decoder_options__decoded=is_decoded)
    why = 'YOLOX takes BGR from 0 to 255 (version 0.2 and later), letterboxed to the top left'
    values = {**PRESETS['pixels-bgr'].values(), 'input.fit': 'letterbox_top_left'}
    return {**draft, **{key: Guess(value, why, ASSUMED) for key, value in values.items()}}


def recognise_end_to_end(facts: Facts, known: Draft) -> Draft | None:
    """Recognise YOLOv10, 26 and exports with suppression inside: answers, [1, K, 6] or [K, 7]."""
    if _is_seven_wide(facts):
        reason = 'rows of image, box, class and score, as YOLOv7 writes them'
        return {**read(reason, decoder='yolo_end_to_end'), **usual_input(facts)}
    table = only_table(facts.seen)
    if table is None or not _are_answers(table):
        return None
    reason = f'{table.shape[1]} rows of box, score (0 to 1) and class (whole numbers)'
    if says_end_to_end(facts.metadata):
        reason += '; metadata of the exporter: end2end, or nms'
    return {**read(reason, decoder='yolo_end_to_end'), **usual_input(facts)}


def only_table(seen: Mapping[str, Table]) -> Table | None:
    """Return the only output that is [1, A, B]; None if there are others of that kind.

    Older exports of YOLOv5 have the maps from which it was made, of rank 5, beside it.
    """
    tables = [a for a in seen.values() if a.ndim <= 3]
    if len(tables) != 1 or tables[0].ndim != 3 or tables[0].shape[0] != 1:
        return None
    return tables[0] if all(a.ndim in (3, 5) for a in seen.values()) else None


def places(model_hw: Size, strides: tuple[int, ...]) -> int:
    """Return at how many places a network without anchors looks."""
    return sum(-(-model_hw[0] // s) * -(-model_hw[1] // s) for s in strides)


def strides_for(model_hw: Size, count: int, anchors: int) -> tuple[int, ...]:
    """Return with which strides a network looks at `count` places; none if with none we know."""
    fitting = (strides for strides in STRIDES if anchors * places(model_hw, strides) == count)
    return next(fitting, ())


def _shown(strides: tuple[int, ...], facts: Facts) -> str:
    height, width = facts.model_hw
    return f'strides {", ".join(map(str, strides))} give for {height}×{width}'


def _is_seven_wide(facts: Facts) -> bool:
    shapes = [spec.shape for spec in facts.outputs]
    return len(shapes) == 1 and shapes[0] == (None, 7)


def _has_four_columns(facts: Facts, known: Draft, table: Table) -> bool:
    """Tell whether the labels say that a place has no objectness: [1, N, 4 + C]."""
    is_transposed = bool(strides_for(facts.model_hw, table.shape[1], anchors=1))
    return is_transposed and table.shape[2] - 4 == _labels(known) > 0


def _labels(known: Draft) -> int:
    return len(known['labels'].value) if 'labels' in known else 0


def _has_no_objectness(table: Table) -> bool:
    return bool((table[0, :, 4] == 1).all())


def _places_last(facts: Facts) -> Table | None:
    return None if says_end_to_end(facts.metadata) else only_table(facts.seen)


def _places_first(facts: Facts) -> Table | None:
    table = _places_last(facts)
    if table is None or table.shape[2] < 6 or _are_answers(table):
        return None
    return table


def _are_answers(table: Table) -> bool:
    """Tell whether the rows of [1, K, 6] are objects instead of places."""
    if table.shape[2] != 6 or table.shape[1] > MOST_ANSWERS:
        return False
    return _ends_with_score_and_class(table[0]) and _begins_with_edges(table[0])


def _ends_with_score_and_class(rows: Table) -> bool:
    scores, classes = rows[:, 4], rows[:, 5]
    likely = (scores >= 0) & (scores <= 1) & (classes >= 0) & (classes == np.round(classes))
    return bool(likely.all())


def _begins_with_edges(rows: Table) -> bool:
    """Tell whether rows hold left, top, right, bottom in pixels: not centres, nor parts of 1."""
    edges = rows[(rows[:, :4] != 0).any(axis=1), :4]
    if not len(edges):
        return True
    # A network without distances in its head may put a few edges of noise the wrong way round.
    ordered = (edges[:, 2:] >= edges[:, :2]).all(axis=1).mean()
    return bool(ordered > MOSTLY and np.abs(edges).max() > LARGEST_PART)


def says_end_to_end(metadata: Mapping[str, Any]) -> bool:
    """Tell whether the exporter says that suppression is in the graph, or not needed."""
    return literal(metadata.get('end2end')) is True or does_nms(metadata)


def _is_decoded(table: Table, model_hw: Size) -> bool:
    """Tell whether centres are pixels of the input, rather than parts of a cell."""
    x, y = np.asarray(table[0, :, 0], np.float64), np.asarray(table[0, :, 1], np.float64)
    return bool(np.ptp(x) > model_hw[1] / 2 and np.ptp(y) > model_hw[0] / 2)


def usual_input(facts: Facts) -> dict[str, Guess]:
    """Return what the networks of Ultralytics, and those that follow them, expect of an image."""
    reason, kind = 'networks of this family take RGB from 0 to 1, letterboxed', ASSUMED
    if is_ultralytics(facts.metadata):
        reason = 'exported by Ultralytics, whose networks take RGB from 0 to 1, letterboxed'
        kind = READ
    values = {**PRESETS['unit'].values(), 'input.fit': 'letterbox'}
    return {key: Guess(value, reason, kind) for key, value in values.items()}
