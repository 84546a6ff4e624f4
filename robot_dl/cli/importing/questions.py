"""What cannot be known from a file, and how to ask for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from robot_dl.cli.importing.draft import ASK, CLASSES, Guess
from robot_dl.cli.importing.facts import Facts
from robot_dl.cli.importing.presets import PRESETS
from robot_dl.cli.importing.ultralytics import is_ultralytics
from robot_dl.engine.card import UNLABELLED
from robot_dl.engine.card_checks import CardError

Known = Mapping[str, Guess]


@dataclass(frozen=True)
class Question:
    """Something to ask for.

    Attributes:
        keys: The keys of the card that it fills.
        option: What to give.
        example: A value for it.
        why: Returns the reason why it has to be asked for.
    """

    keys: tuple[str, ...]
    option: str
    example: str
    why: Callable[[Facts, Known], str]


def _labels(facts: Facts, known: Known) -> str:
    if CLASSES not in known:
        return 'the names of its classes: a file, or coco80 or coco91 if it was trained on COCO'
    count = known[CLASSES].value
    coco = {80: ', or coco80 if it was trained on COCO', 91: ', or coco91 likewise'}
    return f'the names of its {count} classes, which the file does not hold{coco.get(count, "")}'


def _license(facts: Facts, known: Known) -> str:
    why = 'the licence of the weights (SPDX), which the file does not hold'
    if is_ultralytics(facts.metadata):
        return f"{why}; that of Ultralytics' own is AGPL-3.0, unless you have bought another"
    return why


def _numbers(facts: Facts, known: Known) -> str:
    presets = '\n'.join(f'      {name:12} {preset.users}' for name, preset in PRESETS.items())
    return (
        'what it was trained to take for pixels; a graph does not tell, and a wrong guess gives '
        f'bad answers without an error. One of\n{presets}\n      or --color, --mean and --std'
    )


QUESTIONS = (
    Question(
        ('input.size_hw',),
        '--input-size',
        'HxW',
        lambda facts, known: f'the graph takes any size: {facts.image.name} {facts.image}',
    ),
    Question(('input.color', 'input.mean', 'input.std'), '--preset', 'imagenet', _numbers),
    Question(
        ('input.fit',),
        '--fit',
        'stretch',
        lambda facts, known: 'how images of another shape were brought to its size in training',
    ),
    Question(('labels',), '--labels', 'names.txt', _labels),
    Question(
        ('license',),
        '--license',
        '…',
        _license,
    ),
)
"""Everything that a card needs and that a file may not tell."""


def missing(known: Known) -> list[Question]:
    """Return what has to be asked for, for every card and for this family."""
    wanted = [q for q in _questions(known) if any(key not in known for key in q.keys)]
    asked = {k.removeprefix(ASK): guess for k, guess in known.items() if k.startswith(ASK)}
    return wanted + [_of_family(key, guess) for key, guess in asked.items() if key not in known]


def _questions(known: Known) -> list[Question]:
    """Return what has to be known of a model of this task."""
    has_labels = 'task' not in known or known['task'].value not in UNLABELLED
    return [q for q in QUESTIONS if has_labels or q.keys != ('labels',)]


def _of_family(key: str, guess: Guess) -> Question:
    option = f'--option {key.rpartition(".")[2]}'
    return Question((key,), option, str(guess.value), lambda facts, known: guess.reason)


def refuse_gaps(facts: Facts, known: Known) -> None:
    """Check that nothing has to be asked for.

    Raises:
        CardError: If something has; the message says what, why, and what to type.
    """
    asked = missing(known)
    if not asked:
        return
    lines = [f'  {q.option}: {q.why(facts, known)}' for q in asked]
    answers = ' '.join(
        f'{q.option}{"=" if q.option.startswith("--option ") else " "}{q.example}' for q in asked
    )
    family = f'{known["decoder"].value}: {known["decoder"].reason}'
    raise CardError(
        f'recognised as {family}.\nThe file does not tell everything; please give\n'
        + '\n'.join(lines)
        + f'\nAdd to the command: {answers}'
    )


def refuse_wrong_count(known: Known) -> None:
    """Check that there are as many labels as the outputs have classes.

    Raises:
        CardError: If not.
    """
    if CLASSES not in known or len(known['labels'].value) == known[CLASSES].value:
        return
    raise CardError(
        f'{len(known["labels"].value)} labels ({known["labels"].reason}), but '
        f'{known[CLASSES].value} classes: {known[CLASSES].reason}'
    )
