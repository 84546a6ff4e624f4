"""The messages of all inputs of a policy to its readings."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
from sensor_msgs.msg import Imu, JointState

from robot_dl.policy.params import ZERO, PolicyParams
from robot_dl.policy.types import INPUT_OF, ReadingError, Readings
from robot_dl.ros.ears import TRANSPORTS
from robot_dl.ros.encodings import ImageError
from robot_dl.ros.imu import readings_from_imu
from robot_dl.ros.joints import JointReader
from robot_dl.ros.odometry import readings_from_odometry
from robot_dl.ros.velocity_commands import command_from_msg

Values = Mapping[str, Any]

COMMAND, IMAGE = 'command', 'image'
MSG_TYPES = {'joint_states': JointState, 'imu': Imu, 'odom': Odometry}


class Sensing:
    """Reads what a policy needs, each input by itself, and keeps the newest of each.

    Each input may be read in a thread of its own.

    Attributes:
        problems: Why the newest message of an input cannot be used, by the input's name.
    """

    def __init__(
        self, joints: tuple[str, ...], needs: tuple[str, ...], params: PolicyParams
    ) -> None:
        """Begin with nothing.

        Args:
            joints: Joints of the policy, in its own order.
            needs: Which of `Readings` it needs.
            params: How they come.
        """
        self.problems: dict[str, str] = {}
        self._params = params
        wanted = {
            topic: tuple(name for name in needs if INPUT_OF[name] == topic)
            for topic in INPUT_OF.values()
        }
        self._read: dict[str, Callable[[Any], Values]] = {
            # The gate begins where the robot is, and as fast as it is, if that is told.
            'joint_states': JointReader(joints, wanted['joint_states'], ('joint_velocities',)),
            'imu': partial(readings_from_imu, wanted=wanted['imu']),
            'odom': partial(readings_from_odometry, wanted=wanted['odom']),
            COMMAND: lambda msg: {'command': command_from_msg(msg)},
            IMAGE: self._image,
        }
        self._values: dict[str, Values] = {}
        self._commanded_s = float('-inf')

    def msg_type(self, topic: str) -> type:
        """Return the type of the messages of an input."""
        if topic == COMMAND:
            return TwistStamped if self._params.stamped_command else Twist
        return TRANSPORTS[self._params.transport][0] if topic == IMAGE else MSG_TYPES[topic]

    def ending(self, topic: str) -> str | None:
        """Return what `transport` appends to the name of an input; None if it does not."""
        return TRANSPORTS[self._params.transport][1] if topic == IMAGE else None

    def take(self, topic: str, msg: Any) -> Values:
        """Read a message, and keep what it tells.

        Raises:
            ReadingError: If it does not tell what the policy needs.
        """
        try:
            values = self._values[topic] = self._read[topic](msg)
        except (ReadingError, ImageError) as error:
            self.problems[topic] = str(error)
            raise ReadingError(str(error)) from error
        if topic == COMMAND:
            self._commanded_s = time.monotonic()
        if self.problems:
            self.problems.pop(topic, None)
        return values

    def readings(self, stamp_ns: int, goals: Values) -> Readings:
        """Return the newest of everything, under the stamp of the leading input."""
        values: dict[str, Any] = {}
        for part in tuple(self._values.values()):
            values.update(part)
        if self._params.stale_command == ZERO and self._is_command_stale():
            values['command'] = np.zeros(3)
        return Readings(stamp_ns, goals=goals, **values)

    def _is_command_stale(self) -> bool:
        return time.monotonic() - self._commanded_s > self._params.input_timeout_s

    def _image(self, msg: Any) -> Values:
        return {'image': TRANSPORTS[self._params.transport][2](msg)}


def stamp_of(msg: Any) -> int | None:
    """Return the stamp of a message in nanoseconds; None if it has no header."""
    header = getattr(msg, 'header', None)
    if header is None:
        return None
    return int(header.stamp.sec * 1_000_000_000 + header.stamp.nanosec)
