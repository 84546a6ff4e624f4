"""Worker: a node that answers each image at once, with nothing in it that was computed.

It is the least that a node in Python can cost that takes the same images and gives answers of the
same size: pictures have as many bytes as the real ones, lists of objects are empty.
"""

import argparse
from typing import Any

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from robot_dl.cli.benches.results import Answer, Result, parse_answer
from robot_dl.cli.benches.worker import Orders, bench_node
from robot_dl.ros.images import message_bytes
from robot_dl.ros.qos import NEWEST_IMAGE, RESULTS


class Floor:
    """Publishes an answer under the header of each image."""

    def __init__(self, node: Node, image_topic: str, answer: Answer) -> None:
        """Announce the topics, and subscribe."""
        self.results = [
            (node.create_publisher(result.message_type, result.topic, RESULTS), result)
            for result in answer
        ]
        self.messages: list[Any] = []
        node.create_subscription(Image, image_topic, self.on_image, NEWEST_IMAGE)

    def on_image(self, msg: Image) -> None:
        """Publish the answer. All images of a benchmark are of one size."""
        self.messages = self.messages or [blank(result, msg) for _, result in self.results]
        for (publisher, _), message in zip(self.results, self.messages, strict=True):
            message.header = msg.header
            publisher.publish(message)


def blank(result: Result, image: Image) -> Any:
    """Return an answer to `image` without content, of the size that a real one has."""
    message = result.message_type()
    if result.encoding:
        import numpy as np

        from robot_dl.ros.encodings import ENCODINGS

        encoding = ENCODINGS[result.encoding]
        row_bytes = image.width * encoding.channels * np.dtype(encoding.element).itemsize
        message.height, message.width, message.step = image.height, image.width, row_bytes
        message.encoding = result.encoding
        message.data = message_bytes(np.zeros(image.height * row_bytes, np.uint8))
    return message


def main() -> None:
    """Answer until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--image-topic', required=True)
    parser.add_argument('--info-topic', help='listen to this, too, as the real node does')
    parser.add_argument('--answer', type=parse_answer, required=True)
    args = parser.parse_args()
    orders = Orders()
    with bench_node('bench_floor') as node:
        if args.info_topic:
            node.create_subscription(CameraInfo, args.info_topic, lambda _: None, NEWEST_IMAGE)
        Floor(node, args.image_topic, args.answer)
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        while not orders.ended:
            executor.spin_once(timeout_sec=0.5)
            orders.next(timeout_s=0.0)


if __name__ == '__main__':
    main()
