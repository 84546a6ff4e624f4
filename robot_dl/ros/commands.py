"""Commands as messages, on the topic that a controller listens to."""

import array
from collections.abc import Callable, Mapping
from typing import Any

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Twist, TwistStamped
from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from robot_dl.core.command_params import GateParams
from robot_dl.core.motion import Setpoint
from robot_dl.core.params import ParamError
from robot_dl.ros.qos import COMMANDS

Send = Callable[[Setpoint, float], None]
"""Publishes a setpoint, which shall be reached in so many seconds."""

SHADOW = '~/shadow/'
BASE_FRAME = 'base_link'

KINDS_OF: Mapping[str, tuple[str, ...]] = {
    'joint_trajectory': ('position',),
    'commands': ('position', 'velocity', 'effort'),
    'cmd_vel': ('twist',),
}
"""The kinds of commands that each output can carry."""
USUAL: Mapping[str, str] = {
    'position': 'joint_trajectory',
    'velocity': 'commands',
    'effort': 'commands',
    'twist': 'cmd_vel',
}
"""The output that `auto` means, for each kind of command."""


def output_for(kind: str, wish: str) -> str:
    """Return the topic for a kind of command.

    Raises:
        ParamError: The output wished for cannot carry it.
    """
    output = USUAL[kind] if wish == 'auto' else wish
    if kind not in KINDS_OF[output]:
        raise ParamError(
            f'output: {output} carries {" or ".join(KINDS_OF[output])}, but the model commands '
            f'{kind}; take {USUAL[kind]}, or auto'
        )
    return output


def open_output(node: LifecycleNode, kind: str, params: GateParams) -> tuple[str, Send]:
    """Return the name of the topic, and what publishes setpoints there.

    In a dry run that is a topic below `~/shadow/`, and the controller's own is not even
    announced.

    Raises:
        ParamError: The output wished for cannot carry this kind of command.
    """
    output = output_for(kind, params.output)
    topic = f'{SHADOW}{output}' if params.dry_run else output
    if output == 'cmd_vel':
        return topic, (_stamped_twists if params.stamped else _twists)(node, topic)
    return topic, _OF_JOINTS[output](node, topic)


def _trajectories(node: LifecycleNode, topic: str) -> Send:
    """Send trajectories of one point that start at once.

    A controller goes straight to the point, and stays there for good: after the last one nothing
    more moves, whatever becomes of this process.
    """
    publisher = node.create_lifecycle_publisher(JointTrajectory, topic, COMMANDS)
    point = JointTrajectoryPoint()
    msg = JointTrajectory(points=[point])

    def send(setpoint: Setpoint, step_s: float) -> None:
        msg.joint_names = setpoint.names
        point.positions = array.array('d', setpoint.values.tobytes())
        point.time_from_start = Duration(sec=int(step_s), nanosec=int(step_s % 1 * 1e9))
        publisher.publish(msg)

    return send


def _arrays(node: LifecycleNode, topic: str) -> Send:
    """Send one number for each joint, in the controller's own order."""
    publisher = node.create_lifecycle_publisher(Float64MultiArray, topic, COMMANDS)
    msg = Float64MultiArray()

    def send(setpoint: Setpoint, step_s: float) -> None:
        msg.data = array.array('d', setpoint.values.tobytes())
        publisher.publish(msg)

    return send


def _twists(node: LifecycleNode, topic: str) -> Send:
    publisher = node.create_lifecycle_publisher(Twist, topic, COMMANDS)
    msg = Twist()

    def send(setpoint: Setpoint, step_s: float) -> None:
        _fill(msg, setpoint)
        publisher.publish(msg)

    return send


def _stamped_twists(node: LifecycleNode, topic: str) -> Send:
    publisher = node.create_lifecycle_publisher(TwistStamped, topic, COMMANDS)
    msg = TwistStamped()
    msg.header.frame_id = BASE_FRAME

    def send(setpoint: Setpoint, step_s: float) -> None:
        msg.header.stamp = node.get_clock().now().to_msg()
        _fill(msg.twist, setpoint)
        publisher.publish(msg)

    return send


def _fill(twist: Any, setpoint: Setpoint) -> None:
    x, y, yaw = setpoint.values.tolist()
    twist.linear.x, twist.linear.y, twist.angular.z = x, y, yaw


_OF_JOINTS: Mapping[str, Callable[[LifecycleNode, str], Send]] = {
    'joint_trajectory': _trajectories,
    'commands': _arrays,
}
