"""Worker: receive stamped messages and tell how old each was when it came.

Orders: `wait` answers once every topic has a publisher; `next TOPIC` answers with the time, in
seconds since 1970, at which the next message came; `count` answers with the number of measured
messages since the last report; `report` answers {topic: [age_ms, …]} for them and forgets them.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from robot_dl.cli.benches.image_source import WARM_UP_FRAME
from robot_dl.cli.benches.worker import RELIABILITIES, Orders, answer, bench_node, qos

Ages = dict[str, list[float]]


class Sink:
    """Subscriptions that note the age of each message."""

    def __init__(self, node: Node, orders: Orders, args: argparse.Namespace) -> None:
        """Subscribe."""
        self.node, self.orders, self.topics = node, orders, args.topics
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(node)
        self.ages_ms: Ages = {topic: [] for topic in self.topics}
        self.came_s = dict.fromkeys(self.topics, 0.0)
        for topic in self.topics:
            callback = partial(self.on_message, topic)
            node.create_subscription(TYPES[args.type](), topic, callback, qos(args.reliability))

    def on_message(self, topic: str, msg: Any) -> None:
        """Note when it came and, unless it only warms up, how old it is."""
        now_ns = time.time_ns()
        self.came_s[topic] = now_ns / 1e9
        if msg.header.frame_id != WARM_UP_FRAME:
            stamp = msg.header.stamp
            age_ns = now_ns - (stamp.sec * 1_000_000_000 + stamp.nanosec)
            self.ages_ms[topic].append(age_ns / 1e6)

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

    def next(self, topic: str) -> float:
        """Return when the next message came, in seconds since 1970."""
        before = self.came_s[topic]
        while self.came_s[topic] == before and not self.orders.ended:
            self.next_order()
        return self.came_s[topic]

    def count(self) -> int:
        """Return how many measured messages the next report will have."""
        return sum(map(len, self.ages_ms.values()))

    def report(self) -> Ages:
        """Return the ages and begin anew."""
        ages_ms, self.ages_ms = self.ages_ms, {topic: [] for topic in self.topics}
        return ages_ms


def image_type() -> Any:
    """Return sensor_msgs/Image."""
    from sensor_msgs.msg import Image

    return Image


def detections_type() -> Any:
    """Return vision_msgs/Detection2DArray."""
    from vision_msgs.msg import Detection2DArray

    return Detection2DArray


TYPES = {'image': image_type, 'detections': detections_type}


def main() -> None:
    """Obey until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--topics', nargs='+', required=True)
    parser.add_argument('--type', choices=TYPES, required=True)
    parser.add_argument('--reliability', choices=RELIABILITIES, required=True)
    args = parser.parse_args()
    orders = Orders()
    with bench_node('bench_sink') as node:
        sink = Sink(node, orders, args)
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
