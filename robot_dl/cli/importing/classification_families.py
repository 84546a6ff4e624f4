"""Classifiers: one score for each class, before or after their activation."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.draft import ASSUMED, READ, Draft, Guess, assumed, read
from robot_dl.cli.importing.facts import Facts
from robot_dl.cli.importing.presets import PRESETS
from robot_dl.cli.importing.ultralytics import is_ultralytics

SUM_TOLERANCE = 0.01
"""How far from 1 the sum of the probabilities of a graph in half precision may be."""


def recognise_logits(facts: Facts, known: Draft) -> Draft | None:
    """Recognise one output [1, C] of any numbers."""
    row = _only_row(facts.seen)
    if row is None or (_are_scores(row) and _add_up(row)):
        return None
    reason = f'{len(row)} numbers from {row.min():.3g} to {row.max():.3g}, {row.sum():.3g} in all'
    draft = read(reason, decoder='logits', classes=len(row)) | _geometry(facts)
    config = facts.beside.get('config.json', {})
    if config.get('problem_type') == 'multi_label_classification':
        draft |= read('config.json: problem_type', decoder_options__activation='sigmoid')
    else:
        why = 'the usual case: one class an image; for several give --option activation=sigmoid'
        draft |= assumed(why, decoder_options__activation='softmax')
    return draft


def recognise_probabilities(facts: Facts, known: Draft) -> Draft | None:
    """Recognise one output [1, C] of numbers from 0 to 1.

    If they do not add up to 1, they may be logits by chance: then both are possible.
    """
    row = _only_row(facts.seen)
    if row is None or not _are_scores(row):
        return None
    reason = f'{len(row)} numbers from 0 to 1, {row.sum():.3g} in all'
    draft = read(reason, decoder='probabilities', classes=len(row)) | _geometry(facts)
    if is_ultralytics(facts.metadata):
        why = 'exported by Ultralytics, whose classifiers take RGB from 0 to 1, the middle of it'
        values = {
            **PRESETS['unit'].values(),
            'input.fit': 'center_crop',
            'input.crop_fraction': 1.0,
        }
        draft |= {key: Guess(value, why, READ) for key, value in values.items()}
    return draft


def _geometry(facts: Facts) -> dict[str, Guess]:
    why = 'as most are evaluated: shorter side to 256, the middle 224; or --fit, --crop-fraction'
    values = {'input.fit': 'center_crop', 'input.crop_fraction': 0.875}
    smooth = assumed('as Pillow, with which classifiers are trained', input__resampling='area')
    return {**{key: Guess(value, why, ASSUMED) for key, value in values.items()}, **smooth}


def _only_row(seen: Mapping[str, NDArray[Any]]) -> NDArray[np.float64] | None:
    """Return the only output if it is [1, C] or [1, C, 1, 1], C at least 2, as [C], else None."""
    rows = list(seen.values())
    if len(rows) != 1 or rows[0].ndim not in (2, 4):
        return None
    row = rows[0]
    if row.shape != (1, row.size, *(1,) * (row.ndim - 2)) or row.size < 2:
        return None
    return np.asarray(row.reshape(-1), np.float64)


def _are_scores(row: NDArray[np.float64]) -> bool:
    return bool((row >= 0).all() and (row <= 1).all())


def _add_up(row: NDArray[np.float64]) -> bool:
    return bool(abs(row.sum() - 1) < SUM_TOLERANCE)
