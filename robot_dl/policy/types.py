"""What a robot senses at one moment, as a policy sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

INPUT_OF = {
    'joint_positions': 'joint_states',
    'joint_velocities': 'joint_states',
    'joint_efforts': 'joint_states',
    'base_linear_velocity': 'odom',
    'base_angular_velocity': 'odom',
    'base_pose': 'odom',
    'orientation_xyzw': 'imu',
    'angular_velocity': 'imu',
    'linear_acceleration': 'imu',
    'image': 'image',
    'command': 'command',
    'goals': 'goal',
}
"""The input, by its topic, that tells each of the readings; those that can lead come first."""

LEADS = ('joint_states', 'odom', 'imu', 'image')
"""The inputs that come all the time, of which the first that a policy needs sets its pace."""


class ReadingError(ValueError):
    """A reading that a policy needs is missing, of the wrong size, or not finite.

    The message names it, and the joint where there is one. It is no mistake of ours: the robot is
    stopped, and goes on when it is enabled again and the sensor tells what is needed.
    """


@dataclass(frozen=True)
class Readings:
    """What the sensors said last. What a policy does not need may be None.

    Attributes:
        stamp_ns: When the leading input was measured, in the clock of the stamps.
        joint_positions: [J] in the order of the policy's joints, rad or m.
        joint_velocities: [J] in the same order, rad/s or m/s.
        joint_efforts: [J] in the same order, Nm or N.
        orientation_xyzw: Unit quaternion [4] of the IMU in a level frame.
        angular_velocity: [3] of the IMU, in its own axes, rad/s.
        linear_acceleration: [3] of the IMU, in its own axes, gravity included, m/s².
        base_linear_velocity: [3] of the base, in its own axes, m/s.
        base_angular_velocity: [3] of the base, in its own axes, rad/s.
        base_pose: [4, 4] of the base in the frame of the odometry, metres.
        command: [3] what a person or a planner asks of the base: forward and left in m/s, turning
            left in rad/s.
        goals: Pose [4, 4] of the goal in each frame that a term names, metres.
        image: RGB [H, W, 3] uint8.
    """

    stamp_ns: int
    joint_positions: Vector | None = None
    joint_velocities: Vector | None = None
    joint_efforts: Vector | None = None
    orientation_xyzw: Vector | None = None
    angular_velocity: Vector | None = None
    linear_acceleration: Vector | None = None
    base_linear_velocity: Vector | None = None
    base_angular_velocity: Vector | None = None
    base_pose: Vector | None = None
    command: Vector | None = None
    goals: Mapping[str, Vector] = field(default_factory=dict)
    image: NDArray[np.uint8] | None = None

    def get(self, name: str) -> Any:
        """Return a reading by its name.

        Raises:
            ReadingError: If there is none.
        """
        value = getattr(self, name)
        if value is None:
            raise ReadingError(f'{name}: expected a reading of {INPUT_OF[name]!r}, got none')
        return value
