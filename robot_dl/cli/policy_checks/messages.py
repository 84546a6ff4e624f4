"""Send readings through real messages, as they come from a robot."""

from collections.abc import Callable
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion, Twist, Vector3
from nav_msgs.msg import Odometry
from numpy.typing import NDArray
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Imu, JointState
from std_msgs.msg import Header

from robot_dl.core.poses import quaternion_xyzw_from_matrix
from robot_dl.policy.params import PolicyParams
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import Readings
from robot_dl.ros.goals import GOAL
from robot_dl.ros.images import image_to_msg
from robot_dl.ros.joints import FIELDS
from robot_dl.ros.sensing import Sensing, stamp_of
from robot_dl.ros.vectors import pose_from_msg

Vector = NDArray[np.float64]

STRANGERS = ('a_joint_of_another_robot', 'gripper_joint')
"""Joints that a policy does not know, and that are in joint_states all the same."""


class Inputs:
    """Makes messages of readings, and reads them again as the node does.

    The joints come in another order each time, among others that the policy does not know.
    """

    def __init__(self, spec: PolicySpec) -> None:
        """Remember what to send.

        Args:
            spec: What the policy needs.
        """
        self._spec = spec
        self._rng = np.random.default_rng(0)
        self._sensing = Sensing(spec.joints, spec.needs, PolicyParams())
        self._make: dict[str, Callable[[Readings, Header], Any]] = {
            'joint_states': self._joint_state,
            'imu': _imu,
            'odom': _odometry,
            'command': _twist,
            'image': lambda readings, header: image_to_msg(readings.get('image'), header),
        }

    def through(self, readings: Readings) -> Readings:
        """Return what arrives of readings.

        Raises:
            ReadingError: If a message cannot be used.
            ValueError: If a reading that the policy needs is missing.
        """
        header = Header(stamp=_time(readings.stamp_ns))
        stamp_ns = readings.stamp_ns
        for topic in self._spec.inputs:
            if topic != GOAL:
                msg = sent(self._make[topic](readings, header))
                self._sensing.take(topic, msg)
                stamp_ns = stamp_of(msg) or stamp_ns
        goals = {frame: _goal(readings.goals[frame], frame) for frame in self._spec.frames}
        arrived: Readings = self._sensing.readings(stamp_ns, goals)
        return arrived

    def _joint_state(self, readings: Readings, header: Header) -> JointState:
        names = [*self._spec.joints, *STRANGERS]
        order = self._rng.permutation(len(names))
        msg = JointState(header=header, name=[names[i] for i in order])
        for reading, field in FIELDS.items():
            if reading in self._spec.needs:
                values = np.append(readings.get(reading), self._rng.normal(size=len(STRANGERS)))
                setattr(msg, field, values[order].tolist())
        return msg


def sent(msg: Any) -> Any:
    """Return a message as it arrives: serialised, and read again."""
    return deserialize_message(serialize_message(msg), type(msg))


def _time(stamp_ns: int) -> Time:
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    return Time(sec=sec, nanosec=nanosec)


def _imu(readings: Readings, header: Header) -> Imu:
    msg = Imu(header=header)
    for name, field, kind in (
        ('orientation_xyzw', 'orientation', _quaternion),
        ('angular_velocity', 'angular_velocity', _vector),
        ('linear_acceleration', 'linear_acceleration', _vector),
    ):
        values = getattr(readings, name)
        if values is None:
            getattr(msg, f'{field}_covariance')[0] = -1.0
        else:
            setattr(msg, field, kind(values))
    return msg


def _odometry(readings: Readings, header: Header) -> Odometry:
    msg = Odometry(header=header)
    if readings.base_linear_velocity is not None:
        msg.twist.twist.linear = _vector(readings.base_linear_velocity)
    if readings.base_angular_velocity is not None:
        msg.twist.twist.angular = _vector(readings.base_angular_velocity)
    if readings.base_pose is not None:
        msg.pose.pose = _pose(readings.base_pose)
    return msg


def _twist(readings: Readings, header: Header) -> Twist:
    x, y, yaw = np.asarray(readings.get('command'), np.float64).tolist()
    return Twist(linear=Vector3(x=x, y=y), angular=Vector3(z=yaw))


def _goal(pose: Vector, frame: str) -> Vector:
    header = Header(frame_id=frame)
    arrived: Vector = pose_from_msg(sent(PoseStamped(header=header, pose=_pose(pose))).pose, GOAL)
    return arrived


def _vector(values: Vector) -> Vector3:
    x, y, z = np.asarray(values, np.float64).tolist()
    return Vector3(x=x, y=y, z=z)


def _quaternion(values: Vector) -> Quaternion:
    x, y, z, w = np.asarray(values, np.float64).tolist()
    return Quaternion(x=x, y=y, z=z, w=w)


def _pose(pose: Vector) -> Pose:
    x, y, z = np.asarray(pose[:3, 3], np.float64).tolist()
    return Pose(
        position=Point(x=x, y=y, z=z),
        orientation=_quaternion(quaternion_xyzw_from_matrix(np.asarray(pose[:3, :3]))),
    )
