"""Checks of a model card's values; each error names the key, what was expected and what came."""

import math
import reprlib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

import numpy as np

from robot_dl.core.names import unknown_name

MOST_CONSTANTS = 256
MOST_ELEMENTS = 1 << 24
"""A tensor with more numbers than these is a mistake in the card."""


class CardError(ValueError):
    """A model card is missing, malformed, or does not fit its weights."""


def mapping(key: str, value: object) -> Mapping[str, Any]:
    """Return `value`, a mapping with text for keys."""
    if not isinstance(value, dict) or not all(isinstance(k, str) for k in value):
        raise CardError(f'{key}: expected "key: value" lines, got {short(value)}')
    return value


def text(key: str, value: object) -> None:
    """Refuse what is not one line of text."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise CardError(f'{key}: expected text, got {short(value)}')


def one_of(key: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse what is not among `choices`."""
    if value not in choices:
        raise CardError(f'{key}: expected one of {", ".join(choices)}, got {short(value)}')


def numbers(key: str, value: object, count: int, low: float = -1e6) -> tuple[float, ...]:
    """Return `count` numbers, each at least `low`."""
    items = tuple(value) if isinstance(value, (list, tuple)) else ()
    fine = all(type(n) in (int, float) and low <= n <= 1e6 for n in items)
    if len(items) != count or not fine:
        raise CardError(f'{key}: expected {count} numbers ≥ {low:g}, got {short(value)}')
    return tuple(float(n) for n in items)


def labels(value: object) -> tuple[str, ...]:
    """Return the names of the classes, all different."""
    names = tuple(value) if isinstance(value, (list, tuple)) else ()
    if not names or not all(isinstance(n, str) and n for n in names):
        raise CardError(f'labels: expected a list of class names, got {short(value)}')
    if len(set(names)) != len(names):
        raise CardError(f'labels: expected different names, got {short(value)}')
    return names


def palette(value: object, names: tuple[str, ...]) -> None:
    """Refuse what does not give labels among `names` a colour: three whole numbers, 0-255."""
    for label, rgb in mapping('palette', value).items():
        if label not in names:
            raise CardError(f'palette: {unknown_name("label", label, names)}')
        if any(n > 255 or n != int(n) for n in numbers(f'palette.{label}', rgb, 3, 0)):
            raise CardError(
                f'palette.{label}: expected red, green, blue as 0-255, got {short(rgb)}'
            )


def shape(name: str, value: object) -> tuple[int, ...]:
    """Return the shape of an input that is no image: whole numbers, at least 1."""
    extents = tuple(value) if isinstance(value, (list, tuple)) else ()
    whole = all(type(n) is int and n >= 1 for n in extents)
    if not extents or len(extents) > 8 or not whole or math.prod(extents) > MOST_ELEMENTS:
        raise CardError(
            f'tensors.{name}: expected a shape such as [1, 48] with at most {MOST_ELEMENTS} '
            f'numbers in all, got {short(value)}'
        )
    return extents


def short(value: object) -> str:
    """Return a value as text that fits into a message."""
    # Not repr: a few nested anchors would make it longer than the memory.
    return reprlib.repr(value)


def constant(key: str, value: object) -> None:
    """Refuse what is not a number, or a small array of numbers as nested lists."""
    count = _count(value, MOST_CONSTANTS)
    if not 1 <= count <= MOST_CONSTANTS:
        raise CardError(f'{key}: expected 1 to {MOST_CONSTANTS} numbers, got {short(value)}')
    try:
        np.asarray(value, np.float64)
    except ValueError as error:
        raise CardError(f'{key}: expected lists of equal length, got {short(value)}') from error


def built(kind: Any, values: Mapping[str, Any], prefix: str, **given: Any) -> Any:
    """Return a dataclass whose fields are the keys of a part of a card.

    Args:
        kind: The dataclass; it checks its values itself.
        values: The keys and what they say.
        prefix: Where the part stands in the card, with a dot at its end; empty for all of it.
        given: Fields that no card tells.

    Raises:
        CardError: If a key is unknown or missing.
    """
    known = [f.name for f in fields(kind) if f.name not in given]
    for key in values:
        if key not in known:
            raise CardError(unknown_name('key', f'{prefix}{key}', [prefix + k for k in known]))
    for f in fields(kind):
        needed = f.default is MISSING and f.default_factory is MISSING
        if needed and f.name not in {**values, **given}:
            raise CardError(f'{prefix}{f.name}: missing')
    return kind(**values, **given)


def _count(value: object, most: int, depth: int = 0) -> int:
    """Return how many numbers there are, or something above `most`: never count on and on."""
    if type(value) in (int, float, bool):
        return 1
    if not isinstance(value, (list, tuple)) or depth > 4:
        return most + 1
    count = 0
    for item in value:
        count += _count(item, most, depth + 1)
        if count > most:
            break
    return count
