"""Give memory back to the system."""

import ctypes
import gc


def release_memory() -> None:
    """Return what has been freed to the system, where the C library would keep it for later.

    A runtime frees its buffers into the heap; glibc keeps them unless asked. Elsewhere, this
    collects garbage only.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)
    if trim is not None:
        trim(0)
