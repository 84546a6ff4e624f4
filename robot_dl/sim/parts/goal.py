"""Where the robot shall go."""

from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseStamped
from rclpy.node import Node
from std_msgs.msg import Header

from robot_dl.core.poses import quaternion_xyzw_from_matrix
from robot_dl.ros.qos import LATCHED
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts.part import Part


class Goal(Part):
    """`goal`, again with each scene."""

    needs = ('goal',)

    def __init__(self, node: Node, params: SimParams) -> None:
        self._node = node
        self._publisher: Any = None

    def on_scene(self, world: Any, stamp: Time) -> None:
        """Publish the goal of this scene, if it has one."""
        goal = world.goal()
        if goal is None:
            return
        if self._publisher is None:
            self._publisher = self._node.create_publisher(PoseStamped, 'goal', LATCHED)
        frame, matrix = goal
        msg = PoseStamped(header=Header(stamp=stamp, frame_id=frame))
        at, turned = msg.pose.position, msg.pose.orientation
        at.x, at.y, at.z = matrix[:3, 3].tolist()
        turned.x, turned.y, turned.z, turned.w = quaternion_xyzw_from_matrix(
            matrix[:3, :3]
        ).tolist()
        self._publisher.publish(msg)
