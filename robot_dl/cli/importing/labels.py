"""The names of a model's classes, from what people have them in."""

import ast
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from robot_dl.core.names import did_you_mean
from robot_dl.engine.card_checks import CardError, short

MOST_BYTES = 4_000_000
MOST_LABELS = 100_000
"""Open Images has 19,958 and ImageNet-21k 21,841 classes; more is a mistake."""

COCO = (
    'person bicycle car motorcycle airplane bus train truck boat traffic_light fire_hydrant '
    'stop_sign parking_meter bench bird cat dog horse sheep cow elephant bear zebra giraffe '
    'backpack umbrella handbag tie suitcase frisbee skis snowboard sports_ball kite baseball_bat '
    'baseball_glove skateboard surfboard tennis_racket bottle wine_glass cup fork knife spoon '
    'bowl banana apple sandwich orange broccoli carrot hot_dog pizza donut cake chair couch '
    'potted_plant bed dining_table toilet tv laptop mouse remote keyboard cell_phone microwave '
    'oven toaster sink refrigerator book clock vase scissors teddy_bear hair_drier toothbrush'
)
# Categories that were in the plan of COCO and are in no annotation keep their ids (1 to 90).
COCO_UNUSED = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)


def coco80() -> list[str]:
    """Return the classes of COCO, one after the other."""
    return [name.replace('_', ' ') for name in COCO.split()]


def coco91() -> list[str]:
    """Return the categories of COCO by their id, 0 to 90; 'N/A (i)' where there is none."""
    names = iter(coco80())
    unused = (0, *COCO_UNUSED)
    return [f'N/A ({i})' if i in unused else next(names) for i in range(91)]


KNOWN = {'coco80': coco80, 'coco91': coco91}
"""Lists that `--labels` knows by name."""


def read_labels(place: str) -> list[str]:
    """Return the names in a file, or of a list that is known by name.

    Args:
        place: 'coco80', 'coco91', or a file: text with a name in each line; YAML with `names`, as
            the data.yaml of Ultralytics; JSON with a list, with names by number, or with
            `id2label`, as the config.json of Hugging Face.

    Raises:
        CardError: If it is none of those.
    """
    if place in KNOWN:
        return KNOWN[place]()
    path = Path(place).expanduser()
    if not path.is_file():
        hint = did_you_mean(place, KNOWN)
        raise CardError(f'--labels {place}: no such file, nor one of {", ".join(KNOWN)}.{hint}')
    if path.stat().st_size > MOST_BYTES:
        raise CardError(f'--labels {place}: expected at most {MOST_BYTES} bytes')
    try:
        return named(_content(path))
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise CardError(f'--labels {place}: {error}') from error


def named(content: Any) -> list[str]:
    """Return the names in a list, in a mapping by number, or in one of `names` and `id2label`.

    Raises:
        ValueError: If there are none, or if numbers are missing.
    """
    if isinstance(content, dict):
        for key in ('names', 'id2label', 'label_names'):
            if content.get(key):
                return named(content[key])
        content = _by_number(content)
    if not isinstance(content, (list, tuple)) or not 1 <= len(content) <= MOST_LABELS:
        raise ValueError(f'expected 1 to {MOST_LABELS} names of classes, got {short(content)}')
    names = [str(name).strip() for name in content]
    if not all(name and name.isprintable() for name in names):
        raise ValueError(f'expected names of classes, got {short(names)}')
    return names


def literal(text: Any) -> Any:
    """Return what a piece of metadata stands for: Python's or JSON's way to write it, or itself.

    Nothing is evaluated: Python's literals are read by `ast.literal_eval`.
    """
    if not isinstance(text, str) or len(text) > MOST_BYTES:
        return text
    for parse in (ast.literal_eval, json.loads):
        try:
            return parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return text


def distinct(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the names with a number behind those that were there before, and which these are."""
    seen: set[str] = set()
    result, changed = [], []
    for name in names:
        new, count = name, 1
        while new in seen:
            count += 1
            new = f'{name} ({count})'
        if new != name:
            changed.append(new)
        seen.add(new)
        result.append(new)
    return result, changed


def _content(path: Path) -> Any:
    text = path.read_text(encoding='utf-8-sig')
    if path.suffix.lower() == '.json':
        return json.loads(text)
    if path.suffix.lower() in ('.yaml', '.yml'):
        return yaml.safe_load(text)
    lines = text.splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    empty = next((i for i, line in enumerate(lines, 1) if not line.strip()), None)
    if empty:
        raise ValueError(f'line {empty} is empty; every line names a class, and its number counts')
    return lines


def _by_number(content: dict[Any, Any]) -> list[Any]:
    try:
        numbered = {int(key): name for key, name in content.items()}
    except (TypeError, ValueError):
        raise ValueError(
            f'expected names by number, got the keys {short(list(content))}'
        ) from None
    if sorted(numbered) != list(range(len(content))):
        raise ValueError(f'expected the numbers 0 to {len(content) - 1}, got {short(content)}')
    return [numbered[i] for i in range(len(numbered))]
