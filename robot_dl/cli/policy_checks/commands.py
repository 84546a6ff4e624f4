"""Send plans through the messages that command a robot, and read these as a controller does."""

from dataclasses import replace
from typing import Any

import numpy as np
from geometry_msgs.msg import TwistStamped
from numpy.typing import NDArray
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from robot_dl.cli.policy_checks.messages import sent
from robot_dl.core.command_params import GateParams
from robot_dl.core.motion import Plan, Setpoint
from robot_dl.ros.commands import open_output
from robot_dl.ros.joint_order import JointOrder

Values = NDArray[np.float64]


class Outputs:
    """Makes a message of each setpoint of a plan, and reads the values again.

    The controller has an order of joints of its own.
    """

    def __init__(self, kind: str, controller: tuple[str, ...], params: GateParams) -> None:
        """Open the output.

        Args:
            kind: Kind of the setpoints, one of `core.motion.KINDS`.
            controller: The joints in the controller's order, or the axes of a twist.
            params: Which output, and how.

        Raises:
            ParamError: If this output cannot carry such setpoints.
        """
        self._wire = _Wire()
        node: Any = self._wire
        self.topic, self._send = open_output(node, kind, params)
        self._controller, self._order = controller, JointOrder(controller)

    def through(self, plan: Plan) -> Plan:
        """Return what arrives of a plan: the same, with the values of the messages."""
        back = JointOrder(plan.names)
        rows = [back(self._controller, self._row(plan, row)) for row in plan.values]
        return replace(plan, values=np.stack(rows))

    def _row(self, plan: Plan, row: Values) -> Values:
        values = np.ascontiguousarray(self._order(plan.names, row), np.float64)
        self._send(Setpoint(plan.kind, self._controller, values), plan.period_ns / 1e9)
        return values_of(sent(self._wire.msg), self._controller)


class _Wire:
    """Where `ros.commands` publishes: it keeps the newest message."""

    msg: Any = None

    def create_lifecycle_publisher(self, msg_type: type, topic: str, qos: Any) -> '_Wire':
        """Return what publishes to a topic."""
        return self

    def publish(self, msg: Any) -> None:
        """Keep a message."""
        self.msg = msg

    def get_clock(self) -> '_Wire':
        """Return what tells the time."""
        return self

    def now(self) -> '_Wire':
        """Return the time."""
        return self

    def to_msg(self) -> Any:
        """Return it as a message."""
        return TwistStamped().header.stamp


def values_of(msg: Any, controller: tuple[str, ...]) -> Values:
    """Return the values that a command tells, in the controller's order."""
    if isinstance(msg, Float64MultiArray):
        return np.array(msg.data)
    if isinstance(msg, JointTrajectory):
        names, positions = tuple(msg.joint_names), np.array(msg.points[0].positions)
        arrived: Values = JointOrder(controller)(names, positions)
        return arrived
    twist = getattr(msg, 'twist', msg)
    return np.array([twist.linear.x, twist.linear.y, twist.angular.z])
