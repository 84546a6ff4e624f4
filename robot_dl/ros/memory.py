"""Give memory back to the system."""

import ctypes
import gc

TIDY_PERIOD_S = 1.0


class Tidying:
    """Gives back what failures have left behind, at most once in `TIDY_PERIOD_S`.

    One damaged file that claims to be a large picture, and glibc keeps as much memory for ever:
    the block that it got was freed into the heap, and it takes that as the usual size from then
    on. Images that are well need no such care.
    """

    def __init__(self) -> None:
        self._failures, self._due_s = 0, float('-inf')

    def look(self, failures: int, now_s: float) -> None:
        """Release memory if there have been failures since it was released last.

        Args:
            failures: How many there have been since the start.
            now_s: Time of a steady clock.
        """
        if failures != self._failures and now_s >= self._due_s:
            self._failures, self._due_s = failures, now_s + TIDY_PERIOD_S
            trim_heap()


def release_memory() -> None:
    """Collect garbage, and return it to the system."""
    gc.collect()
    trim_heap()


def trim_heap() -> None:
    """Return what has been freed to the system, where the C library would keep it for later.

    A runtime frees its buffers into the heap; glibc keeps them unless asked. Elsewhere, this
    does nothing.
    """
    trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)
    if trim is not None:
        trim(0)
