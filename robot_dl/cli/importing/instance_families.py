"""Networks that find objects with their masks: YOLO's prototypes, Mask R-CNN, queries."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.draft import Draft, read
from robot_dl.cli.importing.facts import Facts
from robot_dl.cli.importing.semantic_families import query_draft
from robot_dl.cli.importing.set_families import masks_of, recognise_boxes_labels_scores
from robot_dl.cli.importing.yolo_families import (
    MOST_ANSWERS,
    says_end_to_end,
    strides_for,
    usual_input,
)

Table = NDArray[Any]


def recognise_yolo_seg(facts: Facts, known: Draft) -> Draft | None:
    """Recognise YOLO with masks: [1, 4 + C + K, N], or turned, and prototypes [1, K, h, w]."""
    found = _table_and_prototypes(facts)
    if found is None or says_end_to_end(facts.metadata):
        return None
    table, count = found
    for is_turned, (width, places) in enumerate((table.shape[1:], table.shape[:0:-1])):
        classes = width - 4 - count
        if classes < 1 or not strides_for(facts.model_hw, places, anchors=1):
            continue
        reason = f'4 + {classes} numbers at {places} places, and a share of {count} prototypes'
        draft = read(reason, decoder='yolo_seg', classes=classes)
        if is_turned:
            draft |= read('a row a place', decoder_options__transposed=True)
        return {**draft, **usual_input(facts)}
    return None


def recognise_yolo_seg_end_to_end(facts: Facts, known: Draft) -> Draft | None:
    """Recognise the same with suppression inside: [1, N, 6 + K] and prototypes [1, K, h, w]."""
    found = _table_and_prototypes(facts)
    if found is None or found[0].shape[2] != 6 + found[1] or found[0].shape[1] > MOST_ANSWERS:
        return None
    table, count = found
    scores, classes = table[0, :, 4], table[0, :, 5]
    likely = (scores >= 0) & (scores <= 1) & (classes >= 0) & (classes == np.round(classes))
    if not likely.all():
        return None
    reason = (
        f'{table.shape[1]} rows of box, score (0 to 1), class (whole numbers) and a share of '
        f'{count} prototypes'
    )
    return {**read(reason, decoder='yolo_seg_end_to_end'), **usual_input(facts)}


def recognise_mask_rcnn(facts: Facts, known: Draft) -> Draft | None:
    """Recognise finished boxes with a mask each."""
    masks = masks_of(facts)
    if not masks:
        return None
    others = replace(facts, seen={n: a for n, a in facts.seen.items() if n != masks})
    draft = recognise_boxes_labels_scores(others, known)
    if draft is None:
        return None
    reason = f'it returns {facts.shapes()}: boxes, each with a mask'
    return {**draft, **read(reason, decoder='mask_rcnn')}


def recognise_query_masks(facts: Facts, known: Draft) -> Draft | None:
    """Recognise MaskFormer and its kin, read as objects."""
    return query_draft(facts)


def _table_and_prototypes(facts: Facts) -> tuple[Table, int] | None:
    """Return the table [1, ?, ?] and the number of prototypes, if there is nothing else."""
    tables = [a for a in facts.seen.values() if a.ndim == 3 and a.shape[0] == 1]
    maps = [a for a in facts.seen.values() if a.ndim == 4 and a.shape[0] == 1]
    if len(tables) != 1 or len(maps) != 1 or len(facts.seen) != 2:
        return None
    return tables[0], maps[0].shape[1]
