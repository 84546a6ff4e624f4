"""The benchmark's side of a worker: give an order, get the answer."""

import json
import select
import time
from typing import Any

from robot_dl.cli.processes import Process


def ask(worker: Process, order: str, patience_s: float = 30.0) -> Any:
    """Return what `worker` answers to `order`; errors as `answer_of`."""
    tell(worker, order)
    return answer_of(worker, order, patience_s)


def tell(worker: Process, order: str) -> None:
    """Give an order whose answer is read later."""
    assert worker.stdin is not None
    worker.stdin.write(order + '\n')
    worker.stdin.flush()


def answer_of(worker: Process, order: str, patience_s: float = 30.0) -> Any:
    """Return the worker's next answer.

    Raises:
        OSError: If the worker has ended.
        TimeoutError: If it does not answer within `patience_s`.
    """
    assert worker.stdout is not None
    if not select.select([worker.stdout], [], [], patience_s)[0]:
        raise TimeoutError(f'no answer to {order!r} within {patience_s:g} s')
    line = worker.stdout.readline()
    if not line:
        raise OSError(f'the process asked to {order!r} ended with code {worker.wait()}')
    return json.loads(line)


def wait_for_arrival(sink: Process, count: int, patience_s: float = 1.0) -> None:
    """Return when `sink` has `count` messages, or when nothing more has come for `patience_s`."""
    seen, changed_s = 0, time.monotonic()
    while seen < count and time.monotonic() < changed_s + patience_s:
        now_seen = ask(sink, 'count')
        if now_seen > seen:
            seen, changed_s = now_seen, time.monotonic()
