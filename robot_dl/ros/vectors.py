"""Vectors, quaternions and poses of messages to arrays, checked for being finite."""

import math
from typing import Any

import numpy as np
from geometry_msgs.msg import Pose, Quaternion
from numpy.typing import NDArray

from robot_dl.core.poses import matrix_from_quaternion_xyzw
from robot_dl.policy.types import ReadingError

Vector = NDArray[np.float64]

LEAST_NORM, GREATEST_NORM = 0.99, 1.01
"""What rounding leaves of the norm of a unit quaternion."""


def vector_from_msg(msg: Any, what: str) -> Vector:
    """Return x, y, z [3] of a vector or point.

    Args:
        msg: The vector or point.
        what: What it is, for the message.

    Raises:
        ReadingError: If one of them is not finite.
    """
    values = msg.x, msg.y, msg.z
    if not all(map(math.isfinite, values)):
        raise ReadingError(f'{what}: expected finite numbers, got {list(values)}')
    return np.array(values)


def quaternion_from_msg(msg: Quaternion, what: str) -> Vector:
    """Return a unit quaternion [4] (x, y, z, w); arguments as above.

    Raises:
        ReadingError: If it is not finite, or not of unit length: zeros mean that nobody wrote it.
    """
    values = msg.x, msg.y, msg.z, msg.w
    norm = math.hypot(*values)
    if not LEAST_NORM < norm < GREATEST_NORM:
        raise ReadingError(f'{what}: expected a unit quaternion, got {list(values)}')
    return np.array(values) / norm


def pose_from_msg(msg: Pose, what: str) -> Vector:
    """Return a pose [4, 4], metres; arguments and errors as above."""
    pose = np.eye(4)
    pose[:3, :3] = matrix_from_quaternion_xyzw(quaternion_from_msg(msg.orientation, what))
    pose[:3, 3] = vector_from_msg(msg.position, what)
    return pose
