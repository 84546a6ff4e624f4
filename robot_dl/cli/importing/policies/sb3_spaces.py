"""Spaces of gymnasium, from the readable copy that stable-baselines3 writes beside the pickle.

The attributes of a space stand there as JSON or as their `str`, so that the ends of a Box are
'[-2. -1.]' (numpy's way, cut short by dots above 1000 numbers).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.engine.card_checks import CardError

KIND = re.compile(r"<class '[\w.]*\.(\w+)'>")
NUMBER = re.compile(r'[-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|inf|nan)', re.IGNORECASE)


@dataclass(frozen=True)
class Space:
    """A space of observations or actions.

    Attributes:
        kind: Name of its class: Box, Discrete, Dict …; empty if the file does not say.
        shape: Of a Box; none if it is not readable.
        low: Lower end of each number [N] of a Box; none if it is not readable.
        high: Upper end.
        count: Number of choices of a Discrete.
        start: The first choice.
        text: What the file says of a Dict or of several choices, for people.
    """

    kind: str = ''
    shape: tuple[int, ...] | None = None
    low: NDArray[np.float32] | None = None
    high: NDArray[np.float32] | None = None
    count: int | None = None
    start: int = 0
    text: str = ''


def space_of(value: Any) -> Space:
    """Return the space that is written under 'action_space' or 'observation_space'.

    Raises:
        CardError: If what is readable contradicts itself.
    """
    if not isinstance(value, Mapping):
        return Space()
    found = KIND.fullmatch(str(value.get(':type:', '')))
    kind = found[1] if found else ''
    if kind == 'Discrete':
        return Space(kind, count=_whole(value.get('n')), start=_whole(value.get('start')) or 0)
    if kind != 'Box':
        return Space(
            kind, text=str(value.get('spaces', value.get('nvec', value.get('n', ''))))[:300]
        )
    shape = _shape(value.get('_shape'))
    ends = [_numbers(value.get(key), shape) for key in ('low', 'high')]
    if ends[0] is not None and ends[1] is not None and (ends[0] > ends[1]).any():
        raise CardError(
            f'its action or observation space has a low end above the high end: {ends}'
        )
    return Space(kind, shape, ends[0], ends[1])


def _whole(value: Any) -> int | None:
    text = str(value).strip()
    return int(text) if re.fullmatch(r'-?\d{1,9}', text) else None


def _shape(value: Any) -> tuple[int, ...] | None:
    if isinstance(value, list) and all(type(n) is int for n in value):
        return tuple(value)
    text = str(value)
    return (
        tuple(map(int, re.findall(r'\d+', text)))
        if re.fullmatch(r'[\[(][\d, ]*[\])]', text)
        else None
    )


def _numbers(value: Any, shape: tuple[int, ...] | None) -> NDArray[np.float32] | None:
    """Return the numbers of an array's `str`, flat; none if some are missing."""
    text = str(value)
    if value is None or '...' in text or shape is None:
        return None
    numbers = [float(n) for n in NUMBER.findall(text)]
    return np.array(numbers, np.float32) if len(numbers) == int(np.prod(shape)) else None
