"""Worker: publish noise images when told to, each stamped with the time of its publication.

Orders: `wait` answers once every topic has a subscriber; `publish TOPIC COUNT RATE_HZ WARM_UP`
publishes WARM_UP images that do not count and then COUNT that do, and answers with COUNT.
"""

import argparse
import array
import time
from collections.abc import Callable

import numpy as np
from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import Image

from robot_dl.cli.benches.worker import RELIABILITIES, Orders, answer, bench_node, qos

WARM_UP_FRAME = 'warm_up'
MEASURED_FRAME = 'camera'


class ImageSource:
    """A camera on several topics."""

    def __init__(self, node: Node, orders: Orders, args: argparse.Namespace) -> None:
        """Announce the topics."""
        self.orders = orders
        self.image = noise_image(args.size)
        profile = qos(args.reliability)
        self.publishers = {
            topic: node.create_publisher(Image, topic, profile) for topic in args.topics
        }

    def wait(self) -> bool:
        """Return True when every topic has a subscriber, False when the benchmark ended before."""
        while not all(p.get_subscription_count() for p in self.publishers.values()):
            self.orders.next(timeout_s=0.02)
            if self.orders.ended:
                return False
        return True

    def publish(self, topic: str, count: str, rate_hz: str, warm_up: str) -> int:
        """Publish the images, evenly spaced, and return how many count."""
        publisher, period_s = self.publishers[topic], 1.0 / float(rate_hz)
        due = time.monotonic()
        for index in range(-int(warm_up), int(count)):
            while not self.orders.ended and (early := due - time.monotonic()) > 0:
                self.orders.next(timeout_s=early)
            self._publish(publisher, MEASURED_FRAME if index >= 0 else WARM_UP_FRAME)
            due += period_s
        return int(count)

    def _publish(self, publisher: Publisher, frame_id: str) -> None:
        self.image.header.frame_id = frame_id
        stamp = self.image.header.stamp
        stamp.sec, stamp.nanosec = divmod(time.time_ns(), 1_000_000_000)
        publisher.publish(self.image)


def noise_image(size: str) -> Image:
    """Return an rgb8 message of `size`, e.g. '640x480', that no compression could make small."""
    width, height = map(int, size.split('x'))
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    data = array.array('B')
    data.frombytes(pixels.tobytes())
    return Image(height=height, width=width, encoding='rgb8', step=width * 3, data=data)


def main() -> None:
    """Obey until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--topics', nargs='+', required=True)
    parser.add_argument('--size', required=True)
    parser.add_argument('--reliability', choices=RELIABILITIES, required=True)
    args = parser.parse_args()
    orders = Orders()
    with bench_node('bench_source') as node:
        source = ImageSource(node, orders, args)
        verbs: dict[str, Callable[..., object]] = {'wait': source.wait, 'publish': source.publish}
        for order in orders:
            verb, *words = order.split()
            answer(verbs[verb](*words))


if __name__ == '__main__':
    main()
