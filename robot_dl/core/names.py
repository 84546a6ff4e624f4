"""Choice by name, with an error that helps when the name is wrong."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

T = TypeVar('T')


def unknown_name(kind: str, name: str, available: Iterable[str]) -> str:
    """Say that `name` is not among `available`, and which one was probably meant.

    Args:
        kind: What was looked for, e.g. 'decoder'.
        name: What came.
        available: The names that exist.
    """
    names = sorted(available)
    hint = did_you_mean(name, names)
    return f'unknown {kind} {name!r}.{hint} Available: {", ".join(names) or "none"}'


def did_you_mean(name: str, available: Iterable[str]) -> str:
    """Return a question after the nearest name, to append to a sentence, or nothing."""
    near = get_close_matches(name, list(available), n=1)
    return f' Did you mean {near[0]!r}?' if near else ''


def choose(kind: str, name: str, table: Mapping[str, T]) -> T:
    """Return the entry of `table` called `name`.

    Raises:
        ValueError: If there is none; the message names the nearest one.
    """
    if name not in table:
        raise ValueError(unknown_name(kind, name, table))
    return table[name]
