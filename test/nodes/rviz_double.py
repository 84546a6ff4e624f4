"""Does what RViz does with names: subscribes what a file says, and tells what has come.

It ends when everything has, like an RViz that is closed.
"""

import sys
from pathlib import Path

import rclpy
import yaml
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo, Image
from tf2_msgs.msg import TFMessage

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
RELIABLE = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)


def topics_in(path: str) -> dict[str, type]:
    """Return the topics of an .rviz file, with the message each carries."""
    found = {}
    for display in yaml.safe_load(Path(path).read_text())['Visualization Manager']['Displays']:
        for key, value in display.items():
            if key.endswith('Topic'):
                name = value['Value'] if isinstance(value, dict) else value
                found[name] = CameraInfo if key == 'CameraInfo Topic' else Image
    return found


class Double(Node):
    """A node with the subscriptions of RViz."""

    def __init__(self, path: str) -> None:
        super().__init__('rviz')
        self.waiting = set()
        for name, kind in topics_in(path).items():
            self.expect(kind, name, RELIABLE)
        if 'rviz_default_plugins/TF' in Path(path).read_text().split('Tools')[0]:
            self.expect(TFMessage, '/tf', QoSProfile(depth=100))
            self.expect(TFMessage, '/tf_static', LATCHED)
        clock = self.get_parameter('use_sim_time').value
        print(f'rviz: file {path}, use_sim_time {clock}', flush=True)

    def expect(self, kind: type, name: str, qos: QoSProfile) -> None:
        self.waiting.add(name)
        topic = self.resolve_topic_name(name)
        self.create_subscription(kind, name, lambda _: self.came(name, topic), qos)

    def came(self, name: str, topic: str) -> None:
        if name in self.waiting:
            print(f'rviz: {topic} has come', flush=True)
            self.waiting.discard(name)


def main() -> None:
    """Run until everything has come."""
    rclpy.init()
    node = Double(sys.argv[sys.argv.index('-d') + 1])
    while node.waiting:
        rclpy.spin_once(node)


if __name__ == '__main__':
    main()
