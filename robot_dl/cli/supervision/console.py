"""One log for many processes: a coloured name before every line."""

import sys
from collections.abc import Iterable
from typing import TextIO

COLORS = (36, 33, 35, 32, 34, 96, 93, 95)
"""ANSI foreground colours, one a node in turn."""


class Console:
    """Prints lines of several nodes so that one can tell them apart."""

    def __init__(
        self, names: Iterable[str], colored: bool | None = None, stream: TextIO = sys.stdout
    ) -> None:
        """Prepare a prefix for each name.

        Args:
            names: Full names of the nodes.
            colored: Whether to use ANSI colours; None asks the stream whether it is a terminal.
            stream: Where to print.
        """
        names = list(names)
        width = max(map(len, names), default=0)
        self._stream = stream
        colored = stream.isatty() if colored is None else colored
        self._prefixes = {
            name: _painted(f'{name:<{width}}', COLORS[i % len(COLORS)], colored)
            for i, name in enumerate(names)
        }

    def line(self, name: str, text: str) -> None:
        """Print one line of a node."""
        print(f'{self._prefixes[name]} | {text}', file=self._stream, flush=True)

    def say(self, text: str) -> None:
        """Print a line of the supervisor itself."""
        print(f'robot_dl up: {text}', file=self._stream, flush=True)


def _painted(text: str, color: int, colored: bool) -> str:
    return f'\x1b[{color}m{text}\x1b[0m' if colored else text
