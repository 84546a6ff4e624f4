"""One log for many processes: a coloured name before every line."""

import io
import os
import sys
from collections.abc import Callable, Iterable
from typing import TextIO

COLORS = (36, 33, 35, 32, 34, 96, 93, 95)
"""ANSI foreground colours, one a node in turn."""


class Console:
    """Prints lines of several nodes so that one can tell them apart."""

    def __init__(
        self,
        names: Iterable[str],
        colored: bool | None = None,
        stream: TextIO = sys.stdout,
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare a prefix for each name.

        Args:
            names: Full names of the nodes.
            colored: Whether to use ANSI colours; None asks the stream whether it is a terminal.
            stream: Where to print.
            lost: Called when nobody can read the stream any more.
        """
        names = list(names)
        width = max(map(len, names), default=0)
        self._stream, self._lost = stream, lost
        if isinstance(stream, io.TextIOWrapper):
            # What a node says may have characters that the terminal does not know.
            stream.reconfigure(errors='backslashreplace')
        colored = stream.isatty() if colored is None else colored
        self._prefixes = {
            name: _painted(f'{name:<{width}}', COLORS[i % len(COLORS)], colored)
            for i, name in enumerate(names)
        }

    def line(self, name: str, text: str) -> None:
        """Print one line of a node."""
        self._print(f'{self._prefixes[name]} | {text}')

    def say(self, text: str) -> None:
        """Print a line of the supervisor itself."""
        self._print(f'robot_dl up: {text}')

    def _print(self, text: str) -> None:
        try:
            print(text, file=self._stream, flush=True)
        except OSError:  # A pipe or a terminal that has been closed; what follows goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            self._lost()


def _painted(text: str, color: int, colored: bool) -> str:
    return f'\x1b[{color}m{text}\x1b[0m' if colored else text
