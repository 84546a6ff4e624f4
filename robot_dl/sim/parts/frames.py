"""Where the frames are, and the joints."""

from typing import Any

from builtin_interfaces.msg import Time
from rclpy.node import Node
from sensor_msgs.msg import JointState

from robot_dl.ros.frames import FrameBroadcaster
from robot_dl.ros.geometry import joint_state_msg
from robot_dl.ros.qos import RESULTS
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts.part import Part


class Frames(Part):
    """`tf` and `tf_static`; with `publish_map_frame` also where the odometry is in the map."""

    def __init__(self, node: Node, params: SimParams) -> None:
        self._broadcaster = FrameBroadcaster(node)
        self._with_map = params.publish_map_frame

    def on_scene(self, world: Any, stamp: Time) -> None:
        """Publish the frames that stay."""
        self._broadcaster.send_static(world.frames(), stamp)

    def on_state(self, world: Any, stamp: Time) -> None:
        """Publish the frames that move."""
        frames = world.frames()
        if self._with_map and hasattr(world, 'map_T_odom'):
            frames.append(('map', 'odom', world.map_T_odom(), False))
        self._broadcaster.send_moving(frames, stamp)


class Joints(Part):
    """`joint_states`."""

    def __init__(self, node: Node, params: SimParams) -> None:
        self._publisher = node.create_publisher(JointState, 'joint_states', RESULTS)

    def on_state(self, world: Any, stamp: Time) -> None:
        """Publish positions, velocities, and efforts where the world tells them."""
        positions, velocities = world.joint_positions(), world.joint_velocities()
        efforts = world.joint_efforts() if hasattr(world, 'joint_efforts') else None
        self._publisher.publish(joint_state_msg(positions, velocities, stamp, efforts))
