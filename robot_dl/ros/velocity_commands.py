"""What is asked of a base, as `geometry_msgs/Twist` or `TwistStamped`, to an array."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.ros.vectors import vector_from_msg


def command_from_msg(msg: Any) -> NDArray[np.float64]:
    """Return forward and left in m/s, and turning left in rad/s: [3].

    Raises:
        ReadingError: If one of them is not finite.
    """
    twist = getattr(msg, 'twist', msg)
    linear = vector_from_msg(twist.linear, 'command: linear')
    angular = vector_from_msg(twist.angular, 'command: angular')
    return np.array([linear[0], linear[1], angular[2]])
