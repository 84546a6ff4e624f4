"""Names of joints by pattern, as Isaac Lab writes them: `.*_hip_joint: 0.1`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from robot_dl.engine.card_checks import CardError, short

LONGEST = 200
REPEATED_GROUP = re.compile(r'\)\s*[*+{?]')
"""What makes a pattern take for ever on a name that it almost fits."""


def matching(patterns: Sequence[str], names: Sequence[str], preserve_order: bool) -> list[str]:
    """Return the names that fit a pattern: in their own order, or in that of the patterns.

    Raises:
        CardError: If a pattern fits no name, or is none.
    """
    compiled = [_compiled(p) for p in patterns]
    for pattern in compiled:
        if not any(pattern.fullmatch(n) for n in names):
            raise CardError(
                f'no joint is called {pattern.pattern!r}; the joints are {", ".join(names)}'
            )
    if not preserve_order:
        return [n for n in names if any(p.fullmatch(n) for p in compiled)]
    return [n for p in compiled for n in names if p.fullmatch(n)]


def spread(key: str, values: Any, names: Sequence[str], default: float) -> list[float]:
    """Return a number for each name, from one number, a list, or numbers by pattern.

    Raises:
        CardError: If that is none of these, or the length of a list is another.
    """
    if isinstance(values, (int, float)) and not isinstance(values, bool):
        return [float(values)] * len(names)
    if isinstance(values, list):
        if len(values) != len(names) or not all(isinstance(v, (int, float)) for v in values):
            raise CardError(f'{key}: expected {len(names)} numbers, got {short(values)}')
        return [float(v) for v in values]
    if not isinstance(values, Mapping):
        raise CardError(f'{key}: expected numbers, or numbers by pattern, got {short(values)}')
    table = [(_compiled(str(pattern)), value) for pattern, value in values.items()]
    return [_of(key, name, table, default) for name in names]


def _of(key: str, name: str, table: list[tuple[re.Pattern[str], Any]], default: float) -> float:
    found = [value for pattern, value in table if pattern.fullmatch(name)]
    if len(found) > 1:
        raise CardError(f'{key}: more than one pattern fits {name}')
    if found and not isinstance(found[0], (int, float)):
        raise CardError(f'{key}: {name}: expected a number, got {short(found[0])}')
    return float(found[0]) if found else default


def _compiled(text: str) -> re.Pattern[str]:
    if len(text) > LONGEST or REPEATED_GROUP.search(text):
        raise CardError(f'expected a plain pattern of a name, got {short(text)}')
    try:
        return re.compile(text)
    except re.error as error:
        raise CardError(f'{text!r} is no pattern: {error}') from error
