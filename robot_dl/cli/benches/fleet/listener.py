"""Worker: note the stamp and the arrival of every result, and what the nodes say of themselves.

Orders: `heard` answers whether every topic has had a result since the last report; `count` how
many came; `report` answers with stamp and arrival of each by topic, and begins anew; `health`
with the newest status on /diagnostics of each node.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from robot_dl.cli.benches.results import message_type
from robot_dl.cli.benches.worker import Orders, answer, bench_node, qos

# What is measured is the nodes: nothing that they publish may be lost here.
ROOMY = qos('reliable', depth=1000)

Stamps = dict[str, list[tuple[int, int]]]


class Listener:
    """Subscribes to results of any type that has a header."""

    def __init__(self, node: Node, topics: list[str]) -> None:
        """Subscribe to topics, each with its type behind an equals sign."""
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(node)
        types = dict(topic.split('=') for topic in topics)
        self.stamps: Stamps = {topic: [] for topic in types}
        self.newest: dict[str, dict[str, Any]] = {}
        for topic, type_name in types.items():
            callback = partial(self.on_result, topic)
            node.create_subscription(message_type(type_name), topic, callback, ROOMY)
        node.create_subscription(DiagnosticArray, '/diagnostics', self.on_diagnostics, ROOMY)

    def on_result(self, topic: str, msg: Any) -> None:
        """Note its stamp and when it came."""
        stamp = msg.header.stamp
        self.stamps[topic].append((stamp.sec * 10**9 + stamp.nanosec, time.time_ns()))

    def on_diagnostics(self, msg: DiagnosticArray) -> None:
        """Keep the newest status of each node."""
        for status in msg.status:
            values = {value.key: value.value for value in status.values}
            name = status.name.partition(':')[0]
            self.newest[name] = {**values, 'message': status.message, 'came_ns': time.time_ns()}

    def heard(self) -> bool:
        """Tell whether every topic has had a result."""
        return all(self.stamps.values())

    def count(self) -> int:
        """Return how many results the next report will have."""
        return sum(map(len, self.stamps.values()))

    def report(self) -> Stamps:
        """Return stamp and arrival of each result in nanoseconds, and begin anew."""
        stamps, self.stamps = self.stamps, {topic: [] for topic in self.stamps}
        return stamps

    def health(self) -> dict[str, dict[str, Any]]:
        """Return what each node has said last, and when."""
        return self.newest


def main() -> None:
    """Obey until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--topics', nargs='+', required=True, metavar='NAME=TYPE')
    args = parser.parse_args()
    orders = Orders()
    with bench_node('bench_listener') as node:
        listener = Listener(node, args.topics)
        verbs: dict[str, Callable[[], object]] = {
            'heard': listener.heard,
            'count': listener.count,
            'report': listener.report,
            'health': listener.health,
        }
        while not orders.ended:
            listener.executor.spin_once(timeout_sec=0.02)
            order = orders.next(timeout_s=0.0)
            if order is not None:
                answer(verbs[order]())


if __name__ == '__main__':
    main()
