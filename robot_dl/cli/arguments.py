"""Types of command-line arguments that several verbs have: what argparse says is ours."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path


def whole(low: int, high: int | None = None) -> Callable[[str], int]:
    """Return a type for whole numbers from `low` to `high`, both included."""
    span = f'from {low} to {high}' if high is not None else f'of {low} or more'
    wanted = f'a whole number {span}'

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise _unexpected(wanted, text) from None
        if value < low or (high is not None and value > high):
            raise _unexpected(wanted, text)
        return value

    return parse


def number(low: float, high: float = math.inf) -> Callable[[str], float]:
    """Return a type for finite numbers from `low` to `high`, both included."""
    wanted = f'{low:g} to {high:g}' if high < math.inf else f'{low:g} or more'
    return lambda text: _finite(text, wanted, lambda value: low <= value <= high)


def positive(text: str) -> float:
    """Return a finite number above zero.

    Raises:
        argparse.ArgumentTypeError: If `text` is something else.
    """
    return _finite(text, 'a number above zero', lambda value: value > 0)


def output_file(text: str) -> Path:
    """Return the path of a file to write, so that work of minutes is not lost at its end.

    Raises:
        argparse.ArgumentTypeError: If its folder does not exist, or it is a folder itself.
    """
    path = Path(text)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f'{text}: there is no folder {path.parent}')
    if path.is_dir():
        raise argparse.ArgumentTypeError(f'{text}: expected a file, this is a folder')
    return path


def _finite(text: str, wanted: str, is_right: Callable[[float], bool]) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or not is_right(value):
        raise _unexpected(wanted, text)
    return value


def _unexpected(wanted: str, text: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f'expected {wanted}, got {text!r}')
