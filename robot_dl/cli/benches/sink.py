"""Worker: receive stamped messages and tell how old each answer was when it was complete.

An answer is complete when a message under its stamp has come on each of its topics; it is called
by the first of them. Orders: `wait` answers once every topic has a publisher; `next NAME` answers
with the time, in seconds since 1970, at which the next answer was complete; `count` answers with
the number of measured answers since the last report; `report` answers {name: [age_ms, …]} for them
and forgets them.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from robot_dl.cli.benches.image_source import WARM_UP_FRAME
from robot_dl.cli.benches.results import Answer, parse_answer
from robot_dl.cli.benches.worker import RELIABILITIES, Orders, answer, bench_node, qos
from robot_dl.cli.demos.pairing import Pairing

Ages = dict[str, list[float]]


class Sink:
    """Subscriptions that note the age of each answer."""

    def __init__(
        self, node: Node, orders: Orders, answers: list[Answer], reliability: str
    ) -> None:
        """Subscribe."""
        self.node, self.orders = node, orders
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(node)
        names = [results[0].topic for results in answers]
        self.topics = [result.topic for results in answers for result in results]
        self.ages_ms: Ages = {name: [] for name in names}
        self.came_s = dict.fromkeys(names, 0.0)
        for results in answers:
            pairing: Pairing[bool] = Pairing(tuple(result.topic for result in results))
            for result in results:
                on_part = partial(self.on_part, results[0].topic, pairing, result.topic)
                kind = result.message_type
                node.create_subscription(kind, result.topic, on_part, qos(reliability))

    def on_part(self, name: str, pairing: Pairing[bool], topic: str, msg: Any) -> None:
        """Note when an answer is complete and, unless it only warms up, how old it is."""
        now_ns, stamp = time.time_ns(), msg.header.stamp
        stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec
        if pairing.add(stamp_ns, topic, True) is None:
            return
        self.came_s[name] = now_ns / 1e9
        if msg.header.frame_id != WARM_UP_FRAME:
            self.ages_ms[name].append((now_ns - stamp_ns) / 1e6)

    def next_order(self) -> str | None:
        """Receive messages for at most 50 ms, and return the order that came meanwhile."""
        self.executor.spin_once(timeout_sec=0.05)
        return self.orders.next(timeout_s=0.0)

    def wait(self) -> bool:
        """Return True when every topic has a publisher, False when the benchmark ended before."""
        while not all(self.node.count_publishers(topic) for topic in self.topics):
            self.next_order()
            if self.orders.ended:
                return False
        return True

    def next(self, name: str) -> float:
        """Return when the next answer was complete, in seconds since 1970."""
        before = self.came_s[name]
        while self.came_s[name] == before and not self.orders.ended:
            self.next_order()
        return self.came_s[name]

    def count(self) -> int:
        """Return how many measured answers the next report will have."""
        return sum(map(len, self.ages_ms.values()))

    def report(self) -> Ages:
        """Return the ages and begin anew."""
        ages_ms, self.ages_ms = self.ages_ms, {name: [] for name in self.ages_ms}
        return ages_ms


def main() -> None:
    """Obey until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--answers', nargs='+', type=parse_answer, required=True)
    parser.add_argument('--reliability', choices=RELIABILITIES, required=True)
    args = parser.parse_args()
    orders = Orders()
    with bench_node('bench_sink') as node:
        sink = Sink(node, orders, args.answers, args.reliability)
        verbs: dict[str, Callable[..., object]] = {
            'wait': sink.wait,
            'next': sink.next,
            'count': sink.count,
            'report': sink.report,
        }
        while not orders.ended:
            order = sink.next_order()
            if order is not None:
                verb, *words = order.split()
                answer(verbs[verb](*words))


if __name__ == '__main__':
    main()
