"""`nav_msgs/Odometry` to arrays."""

from collections.abc import Callable, Mapping

import numpy as np
from nav_msgs.msg import Odometry
from numpy.typing import NDArray

from robot_dl.ros.vectors import pose_from_msg, vector_from_msg

FIELDS: dict[str, Callable[[Odometry], NDArray[np.float64]]] = {
    'base_linear_velocity': lambda msg: vector_from_msg(msg.twist.twist.linear, 'odom: linear'),
    'base_angular_velocity': lambda msg: vector_from_msg(msg.twist.twist.angular, 'odom: angular'),
    'base_pose': lambda msg: pose_from_msg(msg.pose.pose, 'odom: pose'),
}
"""What reads each of the readings. A twist is in the axes of the child frame: the base's own."""


def readings_from_odometry(
    msg: Odometry, wanted: tuple[str, ...]
) -> Mapping[str, NDArray[np.float64]]:
    """Return some of `FIELDS`.

    Raises:
        ReadingError: If one is not finite, or the orientation no unit quaternion.
    """
    return {name: FIELDS[name](msg) for name in wanted}
