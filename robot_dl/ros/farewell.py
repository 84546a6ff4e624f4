"""Let a node speak before a signal ends its process."""

import os
import signal
import threading
from collections.abc import Callable

import rclpy
from rclpy.signals import SignalHandlerOptions

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Farewell:
    """Answers SIGINT and SIGTERM in rclpy's place.

    rclpy shuts its context down at once, and then nothing can be published: no stop. Here a
    thread of its own answers, so that it works even while all others are busy; it lets the node
    speak, and shuts the context down only then. The interpreter tells it through a pipe, at once
    and whichever thread the signal has hit: to block signals would not do, because libraries have
    started threads before anybody could.
    """

    handlers = SignalHandlerOptions.NO

    def __init__(self) -> None:
        """Take the signals; call it in the main thread, and before rclpy is initialised."""
        self.speak: Callable[[], None] = _say_nothing
        self._heard, tell = os.pipe()
        os.set_blocking(tell, False)
        signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, _leave_it)

    def begin(self) -> None:
        """Wait for a signal from now on; call it when rclpy is initialised."""
        threading.Thread(target=self._wait, name='signals', daemon=True).start()

    def _wait(self) -> None:
        os.read(self._heard, 1)
        try:
            self.speak()
        finally:
            rclpy.try_shutdown()


def _say_nothing() -> None:
    """Say nothing: there is no node yet."""


def _leave_it(number: int, frame: object) -> None:
    """Leave it to the thread that reads the pipe."""
