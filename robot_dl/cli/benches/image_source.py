"""Worker: publish an image when told to, each time under the stamp of its publication.

Orders: `wait` answers once every topic has a subscriber; `publish TOPICS COUNT RATE_HZ WARM_UP`
publishes on each of the TOPICS, between commas, WARM_UP images that do not count and then COUNT
that do, and answers with COUNT, or with how many it was until the order `stop` came; `film TOPIC
RATE_HZ START_NS` publishes from a system time on until the order `stop` comes, and answers with
the stamps. With `--calibrated`, each image follows its `camera_info`, on the topic of that name
beside that of the image.
"""

import argparse
import time
from pathlib import Path

from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import CameraInfo, Image

from robot_dl.cli.benches.picture import SIZE
from robot_dl.cli.benches.picture_msg import calibration_msg, info_topic, picture_msg
from robot_dl.cli.benches.worker import RELIABILITIES, Orders, bench_node, obey, qos
from robot_dl.ros.qos import LATCHED

WARM_UP_FRAME = 'warm_up'
MEASURED_FRAME = 'camera'


class ImageSource:
    """A camera on several topics."""

    def __init__(self, node: Node, orders: Orders, args: argparse.Namespace) -> None:
        """Announce the topics."""
        self.orders = orders
        self.image = picture_msg(args.size, args.image)
        profile = qos(args.reliability)
        self.publishers = {
            topic: node.create_publisher(Image, topic, profile) for topic in args.topics
        }
        self.calibration: CameraInfo | None = None
        self.infos: dict[str, Publisher] = {}
        if args.calibrated:
            self.calibration = calibration_msg(self.image)
            self.infos = {
                topic: node.create_publisher(CameraInfo, info_topic(topic), LATCHED)
                for topic in args.topics
            }

    def wait(self) -> bool:
        """Return True when every topic has a subscriber, False when the benchmark ended before."""
        while not all(p.get_subscription_count() for p in self.publishers.values()):
            self.orders.next(timeout_s=0.02)
            if self.orders.ended:
                return False
        return True

    def publish(self, topics: str, count: str, rate_hz: str, warm_up: str) -> int:
        """Publish evenly spaced images until the next order; return how many count."""
        period_s = 1.0 / float(rate_hz)
        due_s = time.monotonic()
        for index in range(-int(warm_up), int(count)):
            if self._is_stopped(due_s):
                return max(index, 0)
            for topic in topics.split(','):
                self._publish(topic, MEASURED_FRAME if index >= 0 else WARM_UP_FRAME)
            due_s += period_s
        return int(count)

    def film(self, topic: str, rate_hz: str, start_ns: str) -> list[int]:
        """Publish evenly spaced images until the next order; return their stamps in ns."""
        period_s = 1.0 / float(rate_hz)
        due_s = time.monotonic() + (int(start_ns) - time.time_ns()) / 1e9
        stamps_ns = []
        while not self._is_stopped(due_s):
            stamps_ns.append(self._publish(topic, MEASURED_FRAME))
            due_s += period_s
        return stamps_ns

    def _is_stopped(self, deadline_s: float) -> bool:
        """Wait until `deadline_s`, and say whether an order came meanwhile."""
        left_s = max(0.0, deadline_s - time.monotonic())
        return self.orders.next(left_s) is not None or self.orders.ended

    def _publish(self, topic: str, frame_id: str) -> int:
        header = self.image.header
        header.frame_id, now_ns = frame_id, time.time_ns()
        header.stamp.sec, header.stamp.nanosec = divmod(now_ns, 1_000_000_000)
        if self.calibration is not None:
            # Without a frame it belongs to images that count and to those that do not.
            self.calibration.header.stamp = header.stamp
            self.infos[topic].publish(self.calibration)
        self.publishers[topic].publish(self.image)
        return now_ns


def main() -> None:
    """Obey until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--topics', nargs='+', required=True)
    parser.add_argument('--size', default=SIZE)
    parser.add_argument('--image', type=Path)
    parser.add_argument('--reliability', choices=RELIABILITIES, required=True)
    parser.add_argument('--calibrated', action='store_true')
    args = parser.parse_args()
    orders = Orders()
    with bench_node('bench_source') as node:
        source = ImageSource(node, orders, args)
        obey(
            orders,
            {
                'wait': source.wait,
                'publish': source.publish,
                'film': source.film,
            },
        )


if __name__ == '__main__':
    main()
