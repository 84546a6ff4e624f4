"""Worker: publish images that mean harm.

Orders: `good COUNT RATE_HZ` publishes images that are right, `attack RATE_HZ` hostile ones until
the order `stop` comes. Both answer with their number.
"""

import argparse
import random
import time

import cv2
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from robot_dl.cli.benches.fleet.hostile_images import COMPRESSED, RAW, garbled, good_image
from robot_dl.cli.benches.worker import Orders, bench_node, obey, qos
from robot_dl.ros.images import image_to_msg, message_bytes

KINDS = {'raw': (Image, RAW), 'compressed': (CompressedImage, COMPRESSED)}
GARBLED = 0.1
"""Share of the messages whose bytes are damaged on top of that."""


class Attacker:
    """A camera gone mad."""

    def __init__(self, node: Node, orders: Orders, args: argparse.Namespace) -> None:
        """Announce the topic."""
        self.orders, self.rng = orders, random.Random(args.seed)
        msg_type, self.kinds = KINDS[args.transport]
        self.publisher = node.create_publisher(msg_type, args.topic, qos('reliable'))
        self.right = raw_message() if msg_type is Image else compressed_message()

    def good(self, count: str, rate_hz: str) -> int:
        """Publish images that are right, each under the time of its publication."""
        for index in range(int(count)):
            if self._is_stopped(1.0 / float(rate_hz)):
                return index
            stamp = self.right.header.stamp
            stamp.sec, stamp.nanosec = divmod(time.time_ns(), 1_000_000_000)
            self.publisher.publish(self.right)
        return int(count)

    def attack(self, rate_hz: str) -> int:
        """Publish hostile images until the next order."""
        period_s, due_s, count = 1.0 / float(rate_hz), time.monotonic(), 0
        while not self._is_stopped(due_s - time.monotonic()):
            msg = self.rng.choice(self.kinds)(self.rng)
            is_garbled = self.rng.random() < GARBLED
            self.publisher.publish(garbled(msg, self.rng) if is_garbled else msg)
            count, due_s = count + 1, max(due_s + period_s, time.monotonic() - 1.0)
        return count

    def _is_stopped(self, wait_s: float) -> bool:
        return self.orders.next(max(0.0, wait_s)) is not None or self.orders.ended


def raw_message() -> Image:
    """Return an image that is right."""
    return image_to_msg(good_image(), Header(frame_id='camera'))


def compressed_message() -> CompressedImage:
    """Return an image that is right, as PNG."""
    data = message_bytes(cv2.imencode('.png', good_image())[1])
    return CompressedImage(header=Header(frame_id='camera'), format='png', data=data)


def main() -> None:
    """Obey until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--topic', required=True)
    parser.add_argument('--transport', choices=KINDS, required=True)
    parser.add_argument('--seed', type=int, default=7)
    args = parser.parse_args()
    orders = Orders()
    with bench_node('bench_attacker') as node:
        attacker = Attacker(node, orders, args)
        obey(
            orders,
            {
                'good': attacker.good,
                'attack': attacker.attack,
            },
        )


if __name__ == '__main__':
    main()
