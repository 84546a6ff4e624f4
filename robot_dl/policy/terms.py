"""The terms of which observations consist. A new one is one function and one line of `TERMS`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.names import unknown_name
from robot_dl.core.poses import quaternion_xyzw_from_matrix
from robot_dl.policy.term_spec import TermSpec
from robot_dl.policy.types import ReadingError, Readings, Vector

Places = NDArray[np.intp] | slice


@dataclass(frozen=True)
class Scope:
    """What a term knows beside the readings, worked out once.

    Attributes:
        spec: What the card says of the term.
        joints: Names [n] of the joints that it is about.
        places: Where these are among the policy's joints.
        defaults: Their default positions [n].
        action_size: How many numbers an action has.
    """

    spec: TermSpec
    joints: tuple[str, ...]
    places: Places
    defaults: Vector
    action_size: int


@dataclass
class Memory:
    """What a policy remembers between two observations.

    Attributes:
        last_action: [A] the last action, as the network has learned to see it: squashed and
            clipped, and not scaled.
        began_ns: Stamp of the first observation; None before it.
    """

    last_action: Vector
    began_ns: int | None = None


Value = Callable[[Readings, Scope, Memory], Vector]


@dataclass(frozen=True)
class Term:
    """An entry of the table.

    Attributes:
        value: Returns the numbers.
        size: Tells how many there are.
        needs: Which of `Readings` it looks at.
        of_joints: Whether it is about joints, so that a card can choose some.
        needs_default: Whether the card must tell the default positions of the joints.
        needs_frame: Whether the card must name a frame.
        needs_period: Whether the card must tell a period.
    """

    value: Value
    size: Callable[[Scope], int]
    needs: tuple[str, ...] = ()
    of_joints: bool = False
    needs_default: bool = False
    needs_frame: bool = False
    needs_period: bool = False


def joint_position(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return positions of joints relative to their defaults."""
    return np.asarray(readings.get('joint_positions')[scope.places] - scope.defaults)


def of_joints(name: str) -> Value:
    """Return a term that is a reading of joints as it is."""

    def value(readings: Readings, scope: Scope, memory: Memory) -> Vector:
        return np.asarray(readings.get(name)[scope.places])

    return value


def of_reading(name: str) -> Value:
    """Return a term that is a reading as it is."""

    def value(readings: Readings, scope: Scope, memory: Memory) -> Vector:
        return np.asarray(readings.get(name))

    return value


def projected_gravity(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return where down is, [3] a unit vector in the axes of the IMU: [0, 0, -1] when level.

    It is minus the third row of the rotation matrix of the quaternion.
    """
    x, y, z, w = readings.get('orientation_xyzw').tolist()
    return np.array([2 * (w * y - x * z), -2 * (y * z + w * x), 2 * (x * x + y * y) - 1])


def base_projected_gravity(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return the same by the odometry's orientation of the base."""
    return -np.asarray(readings.get('base_pose')[2, :3])


def base_height(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return the height of the base [1] in the frame of the odometry."""
    return np.asarray(readings.get('base_pose')[2, 3:])


def last_action(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return the last action; zeros before the first."""
    return memory.last_action


def phase(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return sine and cosine [2] of where in its cycle a gait is; it begins with the policy."""
    began_ns = readings.stamp_ns if memory.began_ns is None else memory.began_ns
    angle = 2 * np.pi * (readings.stamp_ns - began_ns) / (scope.spec.period_s * 1e9)
    return np.array([np.sin(angle), np.cos(angle)])


def goal_position(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return the goal's position [3] in the frame of the term."""
    return goal_of(readings, scope)[:3, 3]


def goal_orientation(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return the goal's orientation as a unit quaternion [4] whose scalar is not negative."""
    quaternion = quaternion_xyzw_from_matrix(goal_of(readings, scope)[:3, :3])
    return quaternion if scope.spec.quaternion == 'xyzw' else np.roll(quaternion, 1)


def goal_rotation_6d(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return the first two columns [6] of the goal's rotation matrix, one after the other.

    Zhou et al., "On the continuity of rotation representations in neural networks", 2019.
    """
    return np.asarray(goal_of(readings, scope)[:3, :2].T.ravel())


def goal_pose(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return the goal's position and then its orientation [7]."""
    position = goal_position(readings, scope, memory)
    return np.concatenate([position, goal_orientation(readings, scope, memory)])


def goal_of(readings: Readings, scope: Scope) -> Vector:
    """Return the pose [4, 4] of the goal in the frame of a term."""
    if scope.spec.frame not in readings.goals:
        raise ReadingError(unknown_name('frame of the goal', scope.spec.frame, readings.goals))
    return readings.goals[scope.spec.frame]


def image(readings: Readings, scope: Scope, memory: Memory) -> Vector:
    """Return nothing: an image is an input of the graph of its own, as the card's `input` says."""
    return np.empty(0)


def so_many(count: int) -> Callable[[Scope], int]:
    """Return the size of a term that has the same number of elements in every policy."""
    return lambda scope: count


def one_a_joint(scope: Scope) -> int:
    """Return the size of a term with one number for each joint."""
    return len(scope.joints)


def one_an_action(scope: Scope) -> int:
    """Return the size of a term with one number for each number of an action."""
    return scope.action_size


def joints_term(value: Value, needs: str, needs_default: bool = False) -> Term:
    """Return an entry about joints."""
    return Term(value, one_a_joint, (needs,), of_joints=True, needs_default=needs_default)


def goal_term(value: Value, size: int) -> Term:
    """Return an entry about the goal."""
    return Term(value, so_many(size), ('goals',), needs_frame=True)


def reading_term(name: str, size: int = 3) -> Term:
    """Return an entry that is a reading as it is."""
    return Term(of_reading(name), so_many(size), (name,))


TERMS = {
    'joint_position': joints_term(joint_position, 'joint_positions', needs_default=True),
    'joint_position_absolute': joints_term(of_joints('joint_positions'), 'joint_positions'),
    'joint_velocity': joints_term(of_joints('joint_velocities'), 'joint_velocities'),
    'joint_effort': joints_term(of_joints('joint_efforts'), 'joint_efforts'),
    'base_linear_velocity': reading_term('base_linear_velocity'),
    'base_angular_velocity': reading_term('base_angular_velocity'),
    'base_projected_gravity': Term(base_projected_gravity, so_many(3), ('base_pose',)),
    'base_height': Term(base_height, so_many(1), ('base_pose',)),
    'imu_angular_velocity': reading_term('angular_velocity'),
    'imu_linear_acceleration': reading_term('linear_acceleration'),
    'projected_gravity': Term(projected_gravity, so_many(3), ('orientation_xyzw',)),
    'command': reading_term('command'),
    'goal_position': goal_term(goal_position, 3),
    'goal_orientation': goal_term(goal_orientation, 4),
    'goal_rotation_6d': goal_term(goal_rotation_6d, 6),
    'goal_pose': goal_term(goal_pose, 7),
    'last_action': Term(last_action, one_an_action),
    'phase': Term(phase, so_many(2), needs_period=True),
    'image': Term(image, so_many(0), ('image',)),
}
"""Every term that a card may name."""
