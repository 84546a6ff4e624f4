"""Networks that tell the class of every place: maps of scores, of classes, or queries."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.depth_families import tells_depth
from robot_dl.cli.importing.draft import ASK, Draft, Guess, assumed, read
from robot_dl.cli.importing.facts import Facts

AUXILIARY = ('aux', 'auxiliary', 'aux_out')
"""What torchvision calls the output that serves training only."""

QUERY_CLASSES = ('class_queries_logits', 'pred_logits', 'class_logits')
QUERY_MASKS = ('masks_queries_logits', 'pred_masks')
SUM_TOLERANCE = 0.01
"""How far from 1 the sums of the chances of a graph in half precision may be."""

Maps = NDArray[np.float64]


def recognise_class_logits(facts: Facts, known: Draft) -> Draft | None:
    """Recognise one output [1, C, h, w] or [1, h, w, C], one map a class."""
    found = _score_maps(facts)
    if found is None:
        return None
    name, layout, maps = found
    are_chances = _are_chances(maps)
    if len(maps) < 2 or (are_chances and not _add_up(maps)):
        return None
    if not are_chances and _labels(known) == len(maps) + 1:
        return None
    reason = f'{name}: {len(maps)} maps of {maps.shape[1]}×{maps.shape[2]}'
    draft = read(reason, decoder='class_logits', classes=len(maps)) | _where(facts, name, layout)
    if are_chances:
        adds = 'numbers from 0 to 1 that add up to 1 at each place: the softmax is in the graph'
        return draft | read(adds, decoder_options__activation='none') | _fit()
    why = 'the usual case: one class a place; for one sigmoid a class give --decoder sigmoid'
    return draft | assumed(why, decoder_options__activation='softmax') | _fit()


def recognise_sigmoid(facts: Facts, known: Draft) -> Draft | None:
    """Recognise maps each of which tells a class by itself: one map, or chances beyond 1."""
    found = _score_maps(facts)
    if found is None:
        return None
    name, layout, maps = found
    are_chances = _are_chances(maps)
    count, labels = len(maps), _labels(known)
    if count == 1 and tells_depth(name):
        return None
    by_itself = count == 1 or (are_chances and not _add_up(maps)) or labels == count + 1
    if not by_itself:
        return None
    what = 'one map' if count == 1 else f'{count} maps, each by itself,'
    reason = f'{name}: {what} of {maps.shape[1]}×{maps.shape[2]}'
    draft = read(reason, decoder='sigmoid') | _where(facts, name, layout) | _fit()
    values = f'numbers from {maps.min():.3g} to {maps.max():.3g}'
    activation = 'none' if are_chances else 'sigmoid'
    draft |= read(values, decoder_options__activation=activation)
    return draft | _background(known, count)


def recognise_class_map(facts: Facts, known: Draft) -> Draft | None:
    """Recognise one output of whole numbers, one a place."""
    if len(facts.seen) != 1:
        return None
    ((name, array),) = facts.seen.items()
    is_map = array.ndim in (2, 3, 4) and min(sorted(array.shape)[-2:]) > 1
    if array.dtype.kind not in 'iu' or not is_map or not _is_plane(array.shape):
        return None
    reason = f'{name} {list(array.shape)}: whole numbers up to {array.max()}, one a place'
    return {**read(reason, decoder='class_map'), **_fit()}


def recognise_query_classes(facts: Facts, known: Draft) -> Draft | None:
    """Recognise MaskFormer and its kin, read as classes of places."""
    return query_draft(facts)


def query_draft(facts: Facts) -> Draft | None:
    """Return what the card says of class logits [1, Q, C + 1] and mask logits [1, Q, h, w]."""
    classes = [n for n, a in facts.seen.items() if a.ndim == 3 and a.shape[0] == 1]
    masks = [n for n, a in facts.seen.items() if a.ndim == 4 and a.shape[0] == 1]
    classes = [n for n in classes if n in QUERY_CLASSES] or classes
    masks = [n for n in masks if n in QUERY_MASKS] or masks
    if len(classes) != 1 or len(masks) != 1:
        return None
    logits, maps = facts.seen[classes[0]], facts.seen[masks[0]]
    if logits.shape[1] != maps.shape[1] or logits.shape[2] < 2:
        return None
    queries, count = logits.shape[1:]
    reason = (
        f'{queries} queries with {count} class logits ({classes[0]}), the last of which means '
        f'that nothing is there, and a mask each ({masks[0]})'
    )
    return {**read(reason, decoder='mask_queries', classes=count - 1), **_fit()}


def _score_maps(facts: Facts) -> tuple[str, str, Maps] | None:
    """Return the only output that holds maps: its name, the order of its axes, and the maps."""
    seen = {n: a for n, a in facts.seen.items() if n.lower() not in AUXILIARY}
    if len(seen) != 1:
        return None
    ((name, array),) = seen.items()
    if array.ndim != 4 or array.shape[0] != 1 or array.dtype.kind != 'f':
        return None
    planar = _is_like(array.shape[2:], facts.model_hw)
    if not planar and not _is_like(array.shape[1:3], facts.model_hw):
        return None
    maps = np.asarray(array[0] if planar else array[0].transpose(2, 0, 1), np.float64)
    return name, 'nchw' if planar else 'nhwc', maps


def _is_like(map_hw: tuple[int, ...], model_hw: tuple[int, int]) -> bool:
    """Tell whether a map may cover an input: as many places for a pixel along both axes."""
    steps = [model / length for model, length in zip(model_hw, map_hw, strict=True)]
    return min(map_hw) > 1 and max(steps) <= 64 and max(steps) / min(steps) < 1.2


def _is_plane(shape: tuple[int, ...]) -> bool:
    return sorted(shape)[:-2] == [1] * (len(shape) - 2)


def _where(facts: Facts, name: str, layout: str) -> dict[str, Guess]:
    """Return what the decoder has to know of the output besides."""
    draft = {}
    if layout == 'nhwc':
        reason = f'{name} {list(facts.seen[name].shape)}: channels are last'
        draft = read(reason, decoder_options__layout=layout)
    if len(facts.seen) > 1:
        others = ', '.join(n for n in facts.seen if n != name)
        draft |= read(f'{others} serves training only', decoder_options__output=name)
    return draft


def _background(known: Draft, count: int) -> dict[str, Guess]:
    """Return which label has no map, and how many labels there must be."""
    labels = _labels(known)
    if count == 1 or labels == count + 1:
        what = 'one map' if count == 1 else f'{count} maps, {labels} labels'
        reason = f'{what}: the first label is what exceeds no threshold'
        return read(reason, decoder_options__background=0, classes=count + 1)
    if labels == count:
        return read('as many labels as maps', decoder_options__background=-1, classes=count)
    why = 'the label of places that exceed no threshold, 0 or another; -1 if each has a map'
    return {f'{ASK}decoder_options.background': Guess('0', why)}


def _are_chances(maps: Maps) -> bool:
    return bool(maps.min() >= 0 and maps.max() <= 1)


def _add_up(maps: Maps) -> bool:
    return bool(np.abs(maps.sum(axis=0) - 1).max() < SUM_TOLERANCE)


def _labels(known: Draft) -> int:
    return len(known['labels'].value) if 'labels' in known else 0


def _fit() -> dict[str, Any]:
    why = 'shapes are kept, as most such networks are trained; or --fit'
    return assumed(why, input__fit='letterbox')
