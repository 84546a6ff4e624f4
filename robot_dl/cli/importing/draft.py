"""A card that is being filled in: values with the reasons for them, from several sources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GIVEN, READ, ASSUMED = 'given', 'read', 'assumed'


@dataclass(frozen=True)
class Guess:
    """A value of a card, and where it comes from.

    Attributes:
        value: As the card holds it.
        reason: Why it should be that, for people.
        kind: 'given' by the user, 'read' in a file, or 'assumed' because it is usual.
    """

    value: Any
    reason: str
    kind: str = READ


Draft = Mapping[str, Guess]
"""Guesses by the key of the card, such as 'input.mean'."""

CLASSES = 'classes'
"""Not a key of a card: how many classes the outputs have, to compare the labels with."""

ASK = '?'
"""Stands before a key that a family has to ask for: the value is an example, the reason why."""


def merged(sources: Iterable[Draft]) -> dict[str, Guess]:
    """Return the guesses of several sources; the first one that knows a value wins."""
    whole: dict[str, Guess] = {}
    for source in sources:
        for key, guess in source.items():
            whole.setdefault(key, guess)
    return whole


def assumed(reason: str, **values: Any) -> dict[str, Guess]:
    """Return guesses at values that are usual; '__' in a name stands for the dot of the key."""
    return {key.replace('__', '.'): Guess(v, reason, ASSUMED) for key, v in values.items()}


def read(reason: str, **values: Any) -> dict[str, Guess]:
    """Return values that stand in a file; '__' in a name stands for the dot of the key."""
    return {key.replace('__', '.'): Guess(v, reason, READ) for key, v in values.items()}
