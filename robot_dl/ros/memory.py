"""Keep the memory that every image needs again, and give other memory back to the system."""

import ctypes
import gc
import os

TIDY_PERIOD_S = 1.0

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
KEPT_BYTES = 2**26
"""So much at the end of the heap is kept when it is freed."""
SINGLE_BYTES = 2**25
"""Blocks from this size on go back at once; glibc allows no more."""
CHOICES = ('MALLOC_TRIM_THRESHOLD_', 'MALLOC_MMAP_THRESHOLD_', 'GLIBC_TUNABLES')
"""Environment variables by which users choose otherwise."""


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


def keep_freed_memory() -> None:
    """Let the C library keep what is freed, for the next image; call it when a process begins.

    As it comes, glibc returns blocks of the size of images, and gets them again for the next one:
    page by page, each of which the kernel clears first. That takes longer than all the copying
    (docs/performance.md). Does nothing where users chose otherwise, and with other C libraries.
    """
    tune = getattr(ctypes.CDLL(None), 'mallopt', None)
    if tune is not None and not any(name in os.environ for name in CHOICES):
        tune(M_TRIM_THRESHOLD, KEPT_BYTES)
        tune(M_MMAP_THRESHOLD, SINGLE_BYTES)


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
