"""Worker: a bare rclpy node that answers joint states by commands, with nothing in between.

It is the least that a node in Python can cost that hears a robot and tells it what to do.
"""

import argparse

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray

from robot_dl.cli.benches.control.topics import COMMANDS, JOINT_STATES
from robot_dl.cli.benches.worker import Orders, bench_node, qos


class Echo:
    """Commands each joint to where it is."""

    def __init__(self, node: Node, lane: str) -> None:
        """Announce the topics, and subscribe."""
        profile = qos('reliable', depth=1)
        self.output = node.create_publisher(Float64MultiArray, f'{lane}/{COMMANDS}', profile)
        self.answer = Float64MultiArray()
        node.create_subscription(JointState, f'{lane}/{JOINT_STATES}', self.on_state, profile)

    def on_state(self, msg: JointState) -> None:
        """Answer."""
        self.answer.data = msg.position
        self.output.publish(self.answer)


def main() -> None:
    """Answer until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--lane', required=True)
    args = parser.parse_args()
    orders = Orders()
    with bench_node('bench_echo') as node:
        Echo(node, args.lane)
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        while not orders.ended:
            executor.spin_once(timeout_sec=0.5)
            orders.next(timeout_s=0.0)


if __name__ == '__main__':
    main()
