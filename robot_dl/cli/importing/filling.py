"""From what is known of a file to a complete card."""

from collections.abc import Mapping
from typing import Any

from robot_dl.cli.importing.constants import constant_draft
from robot_dl.cli.importing.draft import ASK, CLASSES, Guess, merged, read
from robot_dl.cli.importing.facts import Facts
from robot_dl.cli.importing.families import recognised
from robot_dl.cli.importing.hugging_face import hugging_face_draft, size_of
from robot_dl.cli.importing.labels import distinct
from robot_dl.cli.importing.normalisation import normalisation_draft
from robot_dl.cli.importing.ultralytics import imgsz, ultralytics_draft
from robot_dl.engine.card_checks import CardError

KEYS = (
    'name task weights sha256 input.name input.size_hw input.layout input.color input.mean '
    'input.std input.fit input.crop_fraction input.resampling input.dtype constants decoder '
    'decoder_options labels license description'
)
ORDER = KEYS.split()
"""The keys of a card in the order in which people read them."""


def filled(facts: Facts, given: Mapping[str, Guess]) -> dict[str, Guess]:
    """Return everything that can be said of a file, by key of the card.

    Raises:
        CardError: If it is of no family, or what is given contradicts it.
    """
    _refuse_other_size(facts, given)
    sources = [
        given,
        _input(facts),
        constant_draft(facts),
        normalisation_draft(facts),
        ultralytics_draft(facts.metadata),
        hugging_face_draft(facts.beside),
    ]
    known = merged(sources)
    return _distinct_labels(_without_crop(merged([known, recognised(facts, known)])))


def card_values(known: Mapping[str, Guess]) -> dict[str, Any]:
    """Return the content of model.yaml: the guesses under their keys, in the usual order."""
    values: dict[str, Any] = {}
    for key in sorted((k for k in known if k != CLASSES and k[0] != ASK), key=_place):
        *parents, last = key.split('.', maxsplit=1)
        place = values
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = known[key].value
    return values


def _place(key: str) -> int:
    return ORDER.index(key if key in ORDER else key.partition('.')[0])


def _refuse_other_size(facts: Facts, given: Mapping[str, Guess]) -> None:
    size = given.get('input.size_hw')
    if size and facts.fixed_hw and tuple(size.value) != facts.fixed_hw:
        height, width = facts.fixed_hw
        raise CardError(
            f'--input-size {size.value[0]}x{size.value[1]}, but the graph takes {height}x{width} '
            'only; leave the option away, or export it anew'
        )


def _input(facts: Facts) -> dict[str, Guess]:
    """Return what the graph itself says of its input."""
    image = facts.image
    draft = read(
        f'the graph takes {image.name} {image}',
        input__name=image.name,
        input__layout=facts.layout,
        input__dtype=image.dtype,
    )
    if facts.fixed_hw:
        return draft | read(draft['input.name'].reason, input__size_hw=list(facts.fixed_hw))
    for size, source in (
        (imgsz(facts.metadata), 'metadata of the exporter: imgsz'),
        (size_of(facts.beside), 'the files beside it'),
    ):
        if size:
            reason = f'{source}; the graph takes other sizes too'
            return draft | read(reason, input__size_hw=list(size))
    return draft


def _without_crop(known: dict[str, Guess]) -> dict[str, Guess]:
    """Leave out how much of an image a crop keeps if there is no crop."""
    fit = known.get('input.fit')
    if fit is None or fit.value == 'center_crop':
        return known
    return {key: guess for key, guess in known.items() if key != 'input.crop_fraction'}


def _distinct_labels(known: dict[str, Guess]) -> dict[str, Guess]:
    if 'labels' not in known:
        return known
    guess = known['labels']
    names, changed = distinct(guess.value)
    reason = guess.reason
    if changed:
        reason += f'; some stood there twice, now {", ".join(changed[:5])}'
    return {**known, 'labels': Guess(names, reason, guess.kind)}
