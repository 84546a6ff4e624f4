"""`sensor_msgs/Imu` to arrays."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Imu

from robot_dl.policy.types import ReadingError
from robot_dl.ros.vectors import quaternion_from_msg, vector_from_msg

FIELDS: dict[str, tuple[str, Callable[[Any, str], NDArray[np.float64]]]] = {
    'orientation_xyzw': ('orientation', quaternion_from_msg),
    'angular_velocity': ('angular_velocity', vector_from_msg),
    'linear_acceleration': ('linear_acceleration', vector_from_msg),
}
"""Which field of the message holds each of the readings, and what reads it."""


def readings_from_imu(msg: Imu, wanted: tuple[str, ...]) -> Mapping[str, NDArray[np.float64]]:
    """Return some of `FIELDS`.

    Raises:
        ReadingError: If one is not finite, no unit quaternion, or not measured by this sensor,
            which says so by a first covariance of -1 (sensor_msgs/Imu).
    """
    readings = {}
    for name in wanted:
        field, read = FIELDS[name]
        if getattr(msg, f'{field}_covariance')[0] == -1:
            raise ReadingError(f'imu: expected its {field}, which this sensor does not measure')
        readings[name] = read(getattr(msg, field), f'imu: {field}')
    return readings
