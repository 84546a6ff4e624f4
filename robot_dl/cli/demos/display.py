"""Tell a person how it goes: one line that changes, or lines now and then where none can."""

import shutil
import time
from typing import TextIO

CLEAR_TO_END = '\x1b[K'
PLAIN_PERIOD_S = 5.0


class Display:
    """Writes to a terminal or to a file."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`, in place if it is a terminal."""
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._is_open = False
        self._shown_s = -PLAIN_PERIOD_S

    def live(self, text: str) -> None:
        """Show the state of affairs, in place of what was shown before."""
        if self._is_terminal:
            # A line that wraps could not be taken back.
            columns = shutil.get_terminal_size().columns - 1
            self._stream.write(f'\r{text[:columns]}{CLEAR_TO_END}')
            self._is_open = True
        elif time.monotonic() >= self._shown_s + PLAIN_PERIOD_S:
            self._stream.write(f'{text}\n')
            self._shown_s = time.monotonic()
        self._stream.flush()

    def say(self, text: str) -> None:
        """Write a line that stays."""
        self.finish()
        self._stream.write(f'{text}\n')
        self._stream.flush()

    def finish(self) -> None:
        """End the line that changes, if there is one."""
        if self._is_open:
            self._stream.write('\n')
            self._is_open = False
