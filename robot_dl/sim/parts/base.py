"""The drive of a robot: commands in, odometry and the truth about it out."""

from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
from numpy.typing import NDArray
from rclpy.node import Node
from std_msgs.msg import Bool, Header

from robot_dl.core.poses import quaternion_xyzw_from_matrix
from robot_dl.ros.qos import RESULTS
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts.part import Part
from robot_dl.sim.rooms.odometry import Motion

ON_THE_FLOOR = 1e6
"""Variance of what a planar robot does not measure: the robot_localization convention."""
TWIST_COVARIANCE = np.diag([0.01, 0.01, 0.03]) ** 2
"""Of speed ahead and sideways in m/s and of turning in rad/s: twice what wheels of the wrong size
(see `sim.rooms.odometry`) make of the greatest speeds.
"""


class Base(Part):
    """`cmd_vel` (Twist, or TwistStamped with `stamped`), `odom`, and the truth."""

    needs = ('command', 'odometry', 'true_motion', 'has_touched')

    def __init__(self, node: Node, params: SimParams) -> None:
        self._log, self._world = node.get_logger(), None
        kind, take = (TwistStamped, self.on_stamped) if params.stamped else (Twist, self.on_twist)
        node.create_subscription(kind, 'cmd_vel', take, RESULTS)
        self._odom = node.create_publisher(Odometry, 'odom', RESULTS)
        self._truth = node.create_publisher(Odometry, 'truth/odom', RESULTS)
        self._touched = node.create_publisher(Bool, 'truth/collision', RESULTS)

    def on_scene(self, world: Any, stamp: Time) -> None:
        """Know which robot to drive."""
        self._world = world

    def on_stamped(self, msg: TwistStamped) -> None:
        """Drive as the message says. It counts from when it comes; its clock may be another."""
        self.on_twist(msg.twist)

    def on_twist(self, msg: Twist) -> None:
        """Drive ahead and turn as the message says; what else it holds no such robot can do."""
        if self._world is None:
            return
        try:
            self._world.command(msg.linear.x, msg.angular.z)
        except ValueError as error:
            self._log.warning(str(error), throttle_duration_sec=5.0)

    def on_state(self, world: Any, stamp: Time) -> None:
        """Publish where the robot believes to be, where it is, and whether it has bumped."""
        self._odom.publish(odometry_msg(world.odometry(), 'odom', stamp))
        self._truth.publish(odometry_msg(world.true_motion(), 'map', stamp))
        self._touched.publish(Bool(data=world.has_touched))


def odometry_msg(motion: Motion, frame: str, stamp: Time) -> Odometry:
    """Return a motion as a message: the pose in `frame`, the velocities in `base_link`."""
    msg = Odometry(header=Header(stamp=stamp, frame_id=frame), child_frame_id='base_link')
    matrix, at = motion.pose.matrix, msg.pose.pose
    at.position.x, at.position.y = motion.pose.x, motion.pose.y
    x, y, z, w = quaternion_xyzw_from_matrix(matrix[:3, :3]).tolist()
    at.orientation.x, at.orientation.y, at.orientation.z, at.orientation.w = x, y, z, w
    msg.pose.covariance = _on_the_floor(motion.covariance)
    msg.twist.covariance = _on_the_floor(TWIST_COVARIANCE)
    msg.twist.twist.linear.x = motion.speed_mps
    msg.twist.twist.linear.y = motion.sideways_mps
    msg.twist.twist.angular.z = motion.turn_radps
    return msg


def _on_the_floor(covariance: NDArray[np.float64]) -> list[float]:
    """Return the 36 numbers of a pose's covariance, given that of x, y, yaw [3, 3]."""
    whole = ON_THE_FLOOR * np.eye(6)
    planar = [0, 1, 5]
    whole[np.ix_(planar, planar)] = covariance
    return whole.ravel().tolist()
