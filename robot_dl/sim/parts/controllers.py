"""The controllers of a world's joints: commands in, and how often they asked for too much out."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.subscription import Subscription
from rclpy.time import Time as Moment
from std_msgs.msg import Float64MultiArray, UInt32
from trajectory_msgs.msg import JointTrajectory

from robot_dl.ros.qos import LATCHED, RESULTS
from robot_dl.sim.controllers.group import JITTER_S, JointGroup
from robot_dl.sim.controllers.trajectory import Trajectory
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts.part import Part

# Humble does not tell when a message was sent; when it came must do, which is less exact.
TELLS_WHEN_SENT = hasattr(Subscription, 'CallbackType')
UNKNOWN_JITTER_S = 0.05
# Who lives in simulated time knows it to a step, and learns of it late on a busy machine.
CLOCK_JITTER_S = 0.03


class Controllers(Part):
    """`commands` and `joint_trajectory` of each group of joints; `truth/limit_breaches`."""

    # Of a control world; its groups are only known when it has been built.
    needs = ('command', 'has_begun')

    def __init__(self, node: Node, params: SimParams) -> None:
        self._node, self._log, self._speed = node, node.get_logger(), params.speed
        known_s = CLOCK_JITTER_S if params.publish_clock else JITTER_S
        self._jitter_s = params.speed * max(known_s, 0.0 if TELLS_WHEN_SENT else UNKNOWN_JITTER_S)
        self._world: Any = None
        self._of_worlds_before, self._told = 0, -1
        self._breaches = node.create_publisher(UInt32, 'truth/limit_breaches', LATCHED)

    def on_scene(self, world: Any, stamp: Time) -> None:
        """Know which joints to control; listen where it is the first world."""
        if self._world is None:
            for prefix, group in world.groups.items():
                self._listen(prefix, group)
        else:
            self._of_worlds_before += self._of_this_world()
        self._world = world
        for group in world.groups.values():
            group.breaches.jitter_s = self._jitter_s

    def _listen(self, prefix: str, group: JointGroup) -> None:
        """Subscribe to what a group of joints takes."""
        takes: dict[str, tuple[type, Callable[..., None]]] = {
            'commands': (Float64MultiArray, self.on_commands)
        }
        if group.takes_trajectories:
            takes['joint_trajectory'] = JointTrajectory, self.on_trajectory
        for name, (kind, take) in takes.items():
            topic = f'{prefix}/{name}' if prefix else name
            self._node.create_subscription(kind, topic, self._timed(prefix, take), RESULTS)

    def _timed(self, prefix: str, take: Callable[..., None]) -> Callable[..., None]:
        """Return a callback that tells for which group a message is, and when it was sent."""

        def with_info(msg: Any, info: Any) -> None:
            self._try(take, prefix, msg, info['source_timestamp'] * 1e-9)

        def without_info(msg: Any) -> None:
            self._try(take, prefix, msg, time.monotonic())

        return with_info if TELLS_WHEN_SENT else without_info

    def _try(self, take: Callable[..., None], prefix: str, msg: Any, sent_s: float) -> None:
        try:
            take(self._world.groups[prefix], msg, sent_s * self._speed)
        except ValueError as error:
            self._log.warning(f'refused: {error}', throttle_duration_sec=5.0)

    def on_commands(self, group: JointGroup, msg: Float64MultiArray, sent_s: float) -> None:
        """Take one number for each joint, in the controller's order."""
        group.command(np.array(msg.data), self._world.time_s, sent_s)

    def on_trajectory(self, group: JointGroup, msg: JointTrajectory, sent_s: float) -> None:
        """Take a trajectory for all joints of a group."""
        stamp, start_s = Moment.from_msg(msg.header.stamp).nanoseconds, None
        if stamp:
            start_s = self._world.time_s + (stamp - self._node.now().nanoseconds) * 1e-9
        group.follow(trajectory_from_msg(msg, start_s), self._world.time_s, sent_s)

    def _of_this_world(self) -> int:
        return sum(group.breaches.count for group in self._world.groups.values())

    def on_state(self, world: Any, stamp: Time) -> None:
        """Tell how many commands broke a limit since the start of the node, if that changed."""
        count = self._of_worlds_before + self._of_this_world()
        if count == self._told:
            return
        if count > self._told >= 0:
            what = ', '.join(g.breaches.last for g in world.groups.values() if g.breaches.last)
            self._log.warning(f'a command broke a limit: {what}', throttle_duration_sec=1.0)
        self._told = count
        self._breaches.publish(UInt32(data=count))


def trajectory_from_msg(msg: JointTrajectory, start_s: float | None) -> Trajectory:
    """Return a message's trajectory.

    Args:
        msg: The message; efforts are no part of it.
        start_s: When it starts, None for at once.

    Raises:
        ValueError: A point has a field with more or fewer numbers than there are joints.
    """
    times = [p.time_from_start.sec + p.time_from_start.nanosec * 1e-9 for p in msg.points]
    positions = _rows(msg, 'positions')
    if positions is None and msg.points:
        raise ValueError('joint_trajectory: the points have no positions')
    return Trajectory(
        tuple(msg.joint_names),
        np.array(times),
        np.zeros((0, len(msg.joint_names))) if positions is None else positions,
        _rows(msg, 'velocities'),
        _rows(msg, 'accelerations'),
        start_s,
    )


def _rows(msg: JointTrajectory, field: str) -> NDArray[np.float64] | None:
    """Return one field of all points [T, N]; None where no point has it."""
    rows = [list(getattr(point, field)) for point in msg.points]
    if not any(rows):
        return None
    for number, row in enumerate(rows):
        if len(row) != len(msg.joint_names):
            raise ValueError(
                f'joint_trajectory: expected {len(msg.joint_names)} {field} in point {number}, '
                f'got {len(row)}'
            )
    return np.array(rows, np.float64)
