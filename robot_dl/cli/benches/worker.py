"""What the processes of a benchmark share: a node, and orders from the benchmark by pipe.

A worker reads one order per line from its standard input, answers each with one line of JSON on
its standard output, and ends when its input ends.
"""

import json
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import rclpy
from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.signals import SignalHandlerOptions

from robot_dl.ros.memory import keep_freed_memory

RELIABILITIES = {
    'best_effort': ReliabilityPolicy.BEST_EFFORT,
    'reliable': ReliabilityPolicy.RELIABLE,
}


class Orders:
    """The lines that arrive on standard input."""

    def __init__(self) -> None:
        """Begin with what has not been read yet."""
        self._unread = b''
        self.ended = False

    def next(self, timeout_s: float) -> str | None:
        """Return the next order, or None when none came within `timeout_s`."""
        if b'\n' not in self._unread and select.select([0], [], [], timeout_s)[0]:
            chunk = os.read(0, 65536)
            self.ended = not chunk
            self._unread += chunk
        line, newline, rest = self._unread.partition(b'\n')
        if not newline:
            return None
        self._unread = rest
        return line.decode()

    def __iter__(self) -> Iterator[str]:
        """Yield the orders until there can be no more."""
        while not self.ended:
            order = self.next(timeout_s=1.0)
            if order is not None:
                yield order


@contextmanager
def bench_node(name: str) -> Iterator[Node]:
    """Yield a node that ends with the input of the process, never by a signal of the terminal.

    It uses memory as our nodes do: what it measures is not its own way to do so.
    """
    keep_freed_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    node = Node(name)
    try:
        yield node
    finally:
        node.destroy_node()
        rclpy.shutdown()


def qos(reliability: str, depth: int = 10) -> QoSProfile:
    """Return the quality of service of a camera topic with the given reliability."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=depth, reliability=RELIABILITIES[reliability]
    )


def obey(orders: Orders, verbs: Mapping[str, Callable[..., object]]) -> None:
    """Answer orders, each a verb and its words, until there can be no more."""
    for order in orders:
        verb, *words = order.split()
        answer(verbs[verb](*words))


def answer(value: Any) -> None:
    """Write one line of JSON for the benchmark to read."""
    sys.stdout.write(json.dumps(value) + '\n')
    sys.stdout.flush()
