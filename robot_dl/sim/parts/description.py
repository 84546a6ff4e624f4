"""What the robot is made of."""

from typing import Any

from builtin_interfaces.msg import Time
from rclpy.node import Node
from std_msgs.msg import String

from robot_dl.ros.qos import LATCHED
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts.part import Part


class Description(Part):
    """`robot_description`, as robot_state_publisher tells it."""

    needs = ('urdf',)

    def __init__(self, node: Node, params: SimParams) -> None:
        self._publisher = node.create_publisher(String, 'robot_description', LATCHED)

    def on_scene(self, world: Any, stamp: Time) -> None:
        """Publish it."""
        self._publisher.publish(String(data=world.urdf()))
