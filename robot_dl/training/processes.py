"""Work shared among processes, any of which may die."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Item = TypeVar('Item')
Result = TypeVar('Result')

LIVES = 3
"""How often processes may die over one item: a crash is seldom the item's fault."""


def mapped(
    function: Callable[[Item], Result], items: Sequence[Item], processes: int, chunk: int = 1
) -> Iterator[Result]:
    """Yield what a function returns for each item, in order.

    A process that dies in native code, as in a renderer, takes no result with it.

    Args:
        function: Of a module's top level, or a `partial` of one: processes must find it.
        items: Its arguments.
        processes: How many work; each renderer uses one core.
        chunk: Items that a process is given at once.

    Raises:
        BrokenProcessPool: If processes keep dying over the same item.
    """
    # Mesa's software renderer would start a thread per core in each process.
    os.environ.setdefault('LP_NUM_THREADS', '1')
    done, lives = 0, LIVES
    while done < len(items):
        context = multiprocessing.get_context('spawn')
        pool = ProcessPoolExecutor(processes, mp_context=context)
        try:
            for result in pool.map(function, items[done:], chunksize=chunk):
                done, lives = done + 1, LIVES
                yield result
        except BrokenProcessPool:
            lives -= 1
            if not lives:
                raise
        finally:
            pool.shutdown(cancel_futures=True)
