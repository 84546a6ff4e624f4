"""Let a node speak before a signal ends its process."""

import signal
import threading
from collections.abc import Callable

import rclpy
from rclpy.signals import SignalHandlerOptions

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Farewell:
    """Answers SIGINT and SIGTERM in rclpy's place.

    rclpy shuts its context down at once, and then nothing can be published: no stop. Here a
    thread waits for the signal, which works even while all others are busy; it lets the node
    speak, and shuts the context down only then.
    """

    handlers = SignalHandlerOptions.NO

    def __init__(self) -> None:
        """Keep the signals from every thread that is started from now on."""
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        self.speak: Callable[[], None] = _say_nothing

    def begin(self) -> None:
        """Wait for a signal from now on; call it when rclpy is initialised."""
        threading.Thread(target=self._wait, name='signals', daemon=True).start()

    def _wait(self) -> None:
        signal.sigwait(SIGNALS)
        try:
            self.speak()
        finally:
            rclpy.try_shutdown()


def _say_nothing() -> None:
    """Say nothing: there is no node yet."""
