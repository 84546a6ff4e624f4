"""Worker: a node that does nothing but answer each image with an empty Detection2DArray.

It is the least that a detection node in Python can cost.
"""

import argparse

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

from robot_dl.cli.benches.worker import Orders, bench_node
from robot_dl.ros.qos import NEWEST_IMAGE, RESULTS


def answer_images(node: Node, image_topic: str, result_topic: str) -> None:
    """Publish an empty result under the header of each image."""
    publisher = node.create_publisher(Detection2DArray, result_topic, RESULTS)

    def on_image(msg: Image) -> None:
        publisher.publish(Detection2DArray(header=msg.header))

    node.create_subscription(Image, image_topic, on_image, NEWEST_IMAGE)


def main() -> None:
    """Answer until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--image-topic', required=True)
    parser.add_argument('--result-topic', required=True)
    args = parser.parse_args()
    orders = Orders()
    with bench_node('bench_floor') as node:
        answer_images(node, args.image_topic, args.result_topic)
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        while not orders.ended:
            executor.spin_once(timeout_sec=0.5)
            orders.next(timeout_s=0.0)


if __name__ == '__main__':
    main()
