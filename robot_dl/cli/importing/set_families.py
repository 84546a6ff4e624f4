"""Detectors that give a set of objects: transformers, SSD, Faster R-CNN, CenterNet."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.draft import ASK, Draft, Guess, assumed, read
from robot_dl.cli.importing.facts import Facts

SOFTMAX_TYPES = ('detr', 'yolos', 'table-transformer')
SIGMOID_TYPES = (
    'rt_detr',
    'rt_detr_v2',
    'd_fine',
    'deformable_detr',
    'conditional_detr',
    'dab-detr',
    'deta',
    'rf_detr',
)
"""How the model types of `transformers` make scores, from their post-processing."""

TENSORFLOW_BOXES = 'detection_boxes'
PARTS = 2.0
"""Edges that are parts of the input do not reach so far; those in pixels do."""

HEATMAPS = ('hm', 'heatmap', 'center_heatmap_pred', 'heat')

BACKGROUNDS = ('n/a (0)', '__background__', 'background', 'n/a')


def recognise_detr(facts: Facts, known: Draft) -> Draft | None:
    """Recognise DETR and its kin: logits [1, Q, C] and boxes [1, Q, 4] as parts of the input."""
    pair = _logits_and_boxes(facts.seen)
    if pair is None:
        return None
    logits, boxes = pair
    reason = f'{logits} {list(facts.seen[logits].shape)} and {boxes} of as many queries'
    stretch = 'boxes are parts of the whole input, and transformers resize to it'
    draft = read(reason, decoder='detr') | assumed(stretch, input__fit='stretch')
    return draft | _activation(facts, known, facts.seen[logits].shape[2])


def recognise_boxes_labels_scores(facts: Facts, known: Draft) -> Draft | None:
    """Recognise graphs that end with their answer: boxes, labels and scores of K objects."""
    boxes = _answer(facts)
    # With masks it finds more than boxes; as a detector it runs if the user says so.
    if boxes is None or (masks_of(facts) and not {'task', 'decoder'} & known.keys()):
        return None
    reason = f'it returns {facts.shapes()}: the answer itself'
    draft = read(reason, decoder='boxes_labels_scores')
    if facts.seen[boxes].ndim == 2:
        why = "torchvision's detectors scale images themselves, and keep their shape"
        draft |= assumed(why, input__fit='letterbox')
    else:
        draft |= assumed('usual for such graphs', input__fit='stretch')
    if boxes == TENSORFLOW_BOXES:
        draft |= assumed("TensorFlow's detectors take RGB", input__color='rgb')
    return draft | _unit(facts, boxes) | _first_label(facts, known, boxes)


def recognise_centernet(facts: Facts, known: Draft) -> Draft | None:
    """Recognise CenterNet: heat map [1, C, h, w], size and offset [1, 2, h, w]."""
    maps = {n: a for n, a in facts.seen.items() if a.ndim == 4 and a.shape[0] == 1}
    if len(maps) != 3 or len(facts.seen) != 3 or len({a.shape[2:] for a in maps.values()}) != 1:
        return None
    wide = [name for name, array in maps.items() if array.shape[1] != 2]
    heats = [name for name in maps if name.lower() in HEATMAPS] or wide
    if len(heats) != 1 or len([a for a in maps.values() if a.shape[1] == 2]) < 2:
        return None
    heat = np.asarray(maps[heats[0]], np.float64)
    reason = f'a heat map of {heat.shape[1]} classes ({heats[0]}) and two maps of pairs'
    is_score = heat.min() >= 0 and heat.max() <= 1
    values = f'the heat map reaches from {heat.min():.3g} to {heat.max():.3g}'
    why = 'CenterNet keeps the shape of the image, in the middle of its input'
    return {
        **read(reason, decoder='centernet', classes=heat.shape[1]),
        **read(values, decoder_options__activation='none' if is_score else 'sigmoid'),
        **assumed(why, input__fit='letterbox'),
    }


def masks_of(facts: Facts) -> str:
    """Return the output with a mask for each of the boxes, if there is one."""
    boxes = _answer(facts)
    if boxes is None:
        return ''
    count = facts.seen[boxes].shape[-2]
    shapes = {n: [k for k in a.shape[:-2] if k != 1] for n, a in facts.seen.items()}
    several = [n for n, a in facts.seen.items() if a.ndim >= 3 and n != boxes]
    return next((n for n in several if shapes[n] in ([count], [] if count == 1 else None)), '')


def _logits_and_boxes(seen: Mapping[str, NDArray[Any]]) -> tuple[str, str] | None:
    tables = {n: a for n, a in seen.items() if a.ndim == 3 and a.shape[0] == 1}
    if 'logits' in tables and 'pred_boxes' in tables:
        return 'logits', 'pred_boxes'
    boxes = [n for n, a in tables.items() if a.shape[2] == 4]
    if len(tables) != 2 or len(seen) != 2 or len(boxes) != 1:
        return None
    logits = next(n for n in tables if n != boxes[0])
    same = tables[logits].shape[1] == tables[boxes[0]].shape[1]
    return (logits, boxes[0]) if same else None


def _activation(facts: Facts, known: Draft, count: int) -> dict[str, Guess]:
    """Return how logits become scores: from the type of model, or from the number of labels."""
    kind = facts.beside.get('config.json', {}).get('model_type')
    labels = len(known['labels'].value) if 'labels' in known else 0
    given = known.get('decoder_options.activation')
    if kind in SOFTMAX_TYPES or (given and given.value == 'softmax'):
        return _softmax(f'config.json: {kind}' if kind else '--option', count)
    if kind in SIGMOID_TYPES or (given and given.value == 'sigmoid'):
        return _sigmoid(f'config.json: {kind}' if kind else '--option', count)
    if labels == count - 1:
        return _softmax(
            f'{labels} labels, {count} logits: the last means that nothing is there', count
        )
    if labels == count:
        return _sigmoid(
            f'as many labels as logits, {count}: none means that nothing is there', count
        )
    why = (
        f'whether its {count} logits become scores by a softmax whose last one means that nothing '
        'is there (DETR, YOLOS), or each by itself (sigmoid: RT-DETR, D-FINE, Deformable DETR, '
        'RF-DETR); the number of labels would tell, too'
    )
    return {f'{ASK}decoder_options.activation': Guess('sigmoid', why)}


def _softmax(reason: str, count: int) -> dict[str, Guess]:
    return read(reason, decoder_options__activation='softmax', classes=count - 1)


def _sigmoid(reason: str, count: int) -> dict[str, Guess]:
    return read(reason, decoder_options__activation='sigmoid', classes=count)


def _answer(facts: Facts) -> str | None:
    """Return the output with boxes if the others are what belongs to them, else None."""
    seen = facts.seen
    boxes = [n for n, a in seen.items() if a.ndim in (2, 3) and a.shape[-1] in (4, 5)]
    if len(boxes) != 1 or seen[boxes[0]].shape[:-2] not in ((), (1,)):
        return None
    shape = seen[boxes[0]].shape
    rows = [a for a in seen.values() if a.shape == shape[:-1]]
    # Boxes of five numbers bring their score along.
    return boxes[0] if len(rows) == 6 - shape[-1] and len(seen) - len(rows) <= 2 else None


def _unit(facts: Facts, boxes: str) -> dict[str, Guess]:
    """Return the order of a box's edges, and whether they are pixels or parts of the input."""
    if _takes_sizes(facts):
        reason = 'boxes are scaled to orig_target_sizes, which is the size of the input'
        return read(reason, decoder_options__normalised=False)
    if boxes == TENSORFLOW_BOXES:
        reason = f'{boxes}, as TensorFlow calls them: y, x, y, x, from 0 to 1'
        return read(reason, decoder_options__order='yxyx', decoder_options__normalised=True)
    values = np.abs(np.asarray(facts.seen[boxes], np.float64)[..., :4])
    greatest = float(values.max()) if values.size else 0.0
    if greatest > 0:
        unit = 'pixels' if greatest > PARTS else 'parts of the input'
        reason = f'in the first run boxes reach {greatest:.4g}: {unit}'
        return read(reason, decoder_options__normalised=greatest <= PARTS)
    why = 'whether boxes are parts of the input (0 to 1, true) or pixels: in noise it found none'
    return {f'{ASK}decoder_options.normalised': Guess('false', why)}


def _first_label(facts: Facts, known: Draft, boxes: str) -> dict[str, Guess]:
    """Return which number the first label has: some count the background as 0."""
    labels = known['labels'].value if 'labels' in known else []
    if labels and labels[0].lower() in BACKGROUNDS:
        reason = f'the first label is {labels[0]!r}, and has the number 0'
        return read(reason, decoder_options__first_label=0)
    if _takes_sizes(facts):
        reason = 'RT-DETR and D-FINE have no class for the background'
        return read(reason, decoder_options__first_label=0)
    if boxes == TENSORFLOW_BOXES:
        reason = "TensorFlow's detectors count the background as 0"
        return read(reason, decoder_options__first_label=1)
    why = (
        'the number that it gives to the first label: 1 if 0 is the background (SSD, Faster R-CNN '
        'and all of torchvision), else 0'
    )
    return {f'{ASK}decoder_options.first_label': Guess('1', why)}


def _takes_sizes(facts: Facts) -> bool:
    return any(spec.name == 'orig_target_sizes' for spec in facts.others)
