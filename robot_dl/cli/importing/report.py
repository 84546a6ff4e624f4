"""What was found out about a file, for people and for programs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from robot_dl.cli.importing.draft import ASK, ASSUMED, CLASSES, Guess
from robot_dl.cli.importing.facts import Facts
from robot_dl.cli.importing.filling import ORDER

WIDEST = 34
NODES = {
    'classification': 'classification_node',
    'depth': 'depth_node',
    'detection': 'detection_node',
    'instance_segmentation': 'instance_segmentation_node',
    'segmentation': 'segmentation_node',
}


def report(facts: Facts, known: Mapping[str, Guess]) -> str:
    """Return a line for each value of the card: what, where from, and why."""
    keys = [key for key in known if key != CLASSES and key[0] != ASK]
    keys.sort(key=lambda key: ORDER.index(key if key in ORDER else key.partition('.')[0]))
    lines = lines_of(keys, known)
    doubts = [key for key in keys if known[key].kind == ASSUMED]
    if doubts:
        lines.append(f'\nAssumed, so look twice: {", ".join(doubts)}. An option overrides each.')
    return '\n'.join([*lines, *(f'Note: {note}' for note in facts.notes)])


def lines_of(keys: Sequence[str], known: Mapping[str, Guess]) -> list[str]:
    """Return a line for each of these values, in this order."""
    width = max(map(len, keys))
    lines, last = [], ''
    for key in keys:
        guess = known[key]
        reason = 'likewise' if guess.reason == last else guess.reason
        shown = shown_value(guess.value)
        lines.append(f'{key:{width}}  {shown:{WIDEST}}  {guess.kind:7}  {reason}')
        last = guess.reason
    return lines


def shown_value(value: Any) -> str:
    """Return a value in a few characters."""
    if isinstance(value, list) and len(value) > 4:
        text = f'{len(value)}: {", ".join(map(str, value))}'
    elif isinstance(value, list) and any(isinstance(v, str) for v in value):
        text = ', '.join(map(str, value))
    else:
        text = str(value)
    return text if len(text) <= WIDEST else f'{text[: WIDEST - 1]}…'


def how_to_run(known: Mapping[str, Guess], model: str) -> str:
    """Return the command that runs a model in its node."""
    node = NODES.get(known['task'].value, 'its node')
    return f'{node} --ros-args -p model:={model} -r image:=camera/image_raw'


def as_json(folder: Path, known: Mapping[str, Guess]) -> dict[str, Any]:
    """Return the same for programs."""
    guesses = {
        key: {'value': g.value, 'kind': g.kind, 'reason': g.reason} for key, g in known.items()
    }
    return {'folder': str(folder), 'card': guesses}
