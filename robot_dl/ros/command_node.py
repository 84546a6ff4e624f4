"""The lifecycle node that every node that commands motion is derived from."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

from diagnostic_msgs.msg import DiagnosticStatus
from std_msgs.msg import Bool, Empty

from robot_dl.core.command_params import CommandParams
from robot_dl.ros.alert import Alert
from robot_dl.ros.commands import open_output
from robot_dl.ros.diagnostics import Condition
from robot_dl.ros.gate_state import DISABLED, GateState, gate_details, level_of
from robot_dl.ros.latency import Arrival
from robot_dl.ros.model_node import ModelNode
from robot_dl.ros.motion import Motion
from robot_dl.ros.qos import ANY_PUBLISHER
from robot_dl.safety.params import gate_config


class CommandNode(ModelNode):
    """A `ModelNode` whose answers move a robot: they go through a command gate, or nowhere.

    It starts with the gate closed. `~/enable` opens and closes the gate; the model stays in
    memory, and inputs are heard all the time the node is active, so that it is known where the
    robot is. The robot is stopped on `~/enable false`, when the node is deactivated, cleaned up
    or gives up, and on SIGINT and SIGTERM.

    A derived class calls `command` in `load`, gives what it hears and decides to `motion`, and
    has no publisher of commands of its own.

    Attributes:
        motion: The gate; None before `command`.
        is_pressed: Whether the emergency stop is, as far as has been heard. A gate that is made
            anew must know, too.
    """

    Params: ClassVar[type[Any]] = CommandParams

    motion: Motion | None = None
    is_pressed = False
    says_farewell = True
    # Each turn of rclpy's executor takes a millisecond of Python, in which nothing is decided.
    tending_period_s = 0.5

    def command(self, kind: str, names: tuple[str, ...], inputs: Iterable[str]) -> None:
        """Make the gate, and the output that it has. For `load`.

        Args:
            kind: One of `core.motion.KINDS`.
            names: The joints that the model commands, or `core.motion.TWIST_AXES`.
            inputs: Names under which `motion.saw` is told of the inputs that must stay fresh.

        Raises:
            ParamError: The parameters do not fit the model or each other.
        """
        config = gate_config(self.params, kind, names, inputs)
        self.command_topic, send = open_output(self, kind, self.params)
        clock = self.get_clock()
        self.motion = Motion(
            config,
            send,
            GateState(self),
            lambda: int(clock.now().nanoseconds),
            self.on_open,
            self.report_exception,
        )
        self._emergency = Alert(self, Bool, 'emergency_stop', self._on_emergency_stop)
        self._alerts = [self._emergency]
        if self.params.heartbeat_timeout_s:
            self._alerts.append(Alert(self, Empty, 'heartbeat', self._on_beat, ANY_PUBLISHER))
        self.motion.emergency_stop(self.is_pressed)

    def on_open(self) -> None:
        """Forget what was before. Called when the gate has opened, before the first decision."""

    @property
    def is_lazy(self) -> bool:
        """A robot moves whether anybody looks or not."""
        return False

    def enable(self) -> tuple[bool, str]:
        """Open the gate; return whether that worked, and why not."""
        if self.has_given_up and not self.revive():
            return False, self.failure
        if self.motion is None or self.state != 'active':
            return False, f'the node is {self.state}; activate it first'
        obstacle = self.motion.enable()
        return not obstacle, obstacle or f'enabled: commands go to {self._resolved_topic}'

    def disable(self) -> tuple[bool, str]:
        """Close the gate."""
        if self.motion is not None:
            self.motion.disable(DISABLED)
        return True, 'disabled'

    def wake(self) -> None:
        """Start to listen, and to watch. Called on activate."""
        super().wake()
        if self.motion is not None:
            self.motion.start()

    def rest(self) -> None:
        """Stop the robot, and to listen. Called on deactivate."""
        self._end_motion('the node was deactivated')
        super().rest()

    def unequip(self) -> None:
        """Stop the robot, and drop the model."""
        self._end_motion('the node was cleaned up')
        for alert in vars(self).get('_alerts', []):
            alert.close()
        super().unequip()

    def farewell(self) -> None:
        """Stop the robot, because the process is about to end."""
        self._end_motion('the process was told to end')

    def destroy_node(self) -> None:
        """Stop the robot before nobody can any more."""
        self._end_motion('the node was destroyed')
        super().destroy_node()

    def report_exception(self, error: Exception) -> None:
        """Stop the robot: something in the node is broken, whatever it is."""
        try:
            if self.motion is not None:
                self.motion.fault(f'{type(error).__name__}: {error}')
        finally:
            super().report_exception(error)

    def _end_motion(self, reason: str) -> None:
        if self.motion is not None:
            self.motion.end(reason)

    @property
    def _resolved_topic(self) -> str:
        return str(self.resolve_topic_name(self.command_topic))

    def _refusal(self, arrival: Arrival) -> str:
        """Old inputs are the gate's business."""
        return ''

    def _condition(self) -> Condition:
        """Return how the node and its gate are."""
        condition = super()._condition()
        if self.motion is None:
            return condition
        for alert in self._alerts:
            alert.refit()
        report = self.motion.report()
        sentence = f'gate {report.state}' + (f': {report.reason}' if report.reason else '')
        level = level_of(report)
        is_broken = level == DiagnosticStatus.ERROR
        odd = sentence if level == DiagnosticStatus.WARN else ''
        return replace(
            condition,
            details={**gate_details(report), **condition.details},
            work=sentence,
            fault=sentence if is_broken else '',
            warning='; '.join(filter(None, (odd, condition.warning))),
        )

    def _on_emergency_stop(self, msg: Bool) -> None:
        self.is_pressed = bool(msg.data)
        if self.motion is not None:
            self.motion.emergency_stop(msg.data)

    def _on_beat(self, msg: Empty) -> None:
        if self.motion is not None:
            self.motion.beat()
