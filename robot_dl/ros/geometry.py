"""Cameras and frames as messages."""

from collections.abc import Mapping

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Quaternion, Transform, TransformStamped, Vector3
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, JointState
from std_msgs.msg import Header

from robot_dl.core.pinhole import Pinhole
from robot_dl.core.poses import matrix_from_quaternion_xyzw, quaternion_xyzw_from_matrix


def camera_info_msg(pinhole: Pinhole, header: Header) -> CameraInfo:
    """Return the calibration of a camera without distortion, under its image's header."""
    height, width = pinhole.size_hw
    msg = CameraInfo(header=header, height=height, width=width, distortion_model='plumb_bob')
    msg.d = [0.0] * 5
    msg.k = pinhole.matrix.ravel().tolist()
    msg.r = np.eye(3).ravel().tolist()
    msg.p = np.hstack([pinhole.matrix, np.zeros((3, 1))]).ravel().tolist()
    return msg


def transform_msg(
    parent: str, child: str, parent_T_child: NDArray[np.float64], stamp: Time
) -> TransformStamped:
    """Return the pose [4, 4] of frame `child` in frame `parent`, metres."""
    x, y, z = parent_T_child[:3, 3].tolist()
    qx, qy, qz, qw = quaternion_xyzw_from_matrix(parent_T_child[:3, :3]).tolist()
    transform = Transform(
        translation=Vector3(x=x, y=y, z=z), rotation=Quaternion(x=qx, y=qy, z=qz, w=qw)
    )
    header = Header(stamp=stamp, frame_id=parent)
    return TransformStamped(header=header, child_frame_id=child, transform=transform)


def matrix_from_transform(transform: Transform) -> NDArray[np.float64]:
    """Return the pose [4, 4], metres, that a transform message holds."""
    t, q = transform.translation, transform.rotation
    pose = np.eye(4)
    pose[:3, :3] = matrix_from_quaternion_xyzw(np.array([q.x, q.y, q.z, q.w]))
    pose[:3, 3] = t.x, t.y, t.z
    return pose


def joint_state_msg(
    positions: Mapping[str, float],
    velocities: Mapping[str, float],
    stamp: Time,
    efforts: Mapping[str, float] | None = None,
) -> JointState:
    """Return the joints' positions and velocities, in radians or metres and per second.

    Efforts, in newton metres or newtons, are told of all joints or of none.
    """
    names = list(positions)
    return JointState(
        header=Header(stamp=stamp),
        name=names,
        position=[float(positions[n]) for n in names],
        velocity=[float(velocities[n]) for n in names],
        effort=[float(efforts[n]) for n in names] if efforts else [],
    )
