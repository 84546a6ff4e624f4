"""The node of whoever lets policies act over topics: it opens and closes the gate, and listens."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rcl_interfaces.srv import GetParameters
from rclpy.node import Node
from std_msgs.msg import Bool, UInt32
from std_srvs.srv import SetBool, Trigger

from robot_dl.cli.rollouts.stand import POLICY, SIMULATOR
from robot_dl.ros.inputs import GIVES_MESSAGE_INFO, Details
from robot_dl.ros.qos import LATCHED, RESULTS


class Referee(Node):  # type: ignore[misc]  # rclpy has no types
    """Asks the policy's node to begin and to end, the simulator for another world, and listens.

    Attributes:
        gate: State of the command gate, as it said last.
        gate_values: What else it said, by name.
        world: Name and seed of the world, as it said last.
        outcome: How it says that the episode stands.
        why: Why the episode is over; empty while it is not.
        facts: What it has measured.
        breaches: How many commands have broken a limit since the simulator's start.
        status: What the policy's node said of itself last, on /diagnostics.
        on_gate: Is called with each state that the gate tells, and when that was sent.
    """

    def __init__(self, **options: Any) -> None:
        """Listen; arguments as for `Node`."""
        super().__init__('referee', **options)
        self.gate, self.breaches = '', 0
        self.world, self.outcome, self.why = '', '', ''
        self.gate_values: Mapping[str, str] = {}
        self.facts: Mapping[str, str] = {}
        self.status: Mapping[str, str] = {}
        self.on_gate: Callable[[str, int], None] = lambda state, sent_ns: None
        self._enable = self.create_client(SetBool, f'{POLICY}/enable')
        self._next = self.create_client(Trigger, f'{SIMULATOR}/next_scene')
        self._read = self.create_client(GetParameters, f'{SIMULATOR}/get_parameters')
        self._stop = self.create_publisher(Bool, 'emergency_stop', RESULTS)
        listened: tuple[tuple[type, str, Callable[..., None], Any], ...] = (
            (DiagnosticStatus, f'{POLICY}/gate_state', timed(self._on_gate_state), LATCHED),
            (DiagnosticStatus, 'truth/outcome', self._on_outcome, LATCHED),
            (UInt32, 'truth/limit_breaches', self._on_breaches, LATCHED),
            (DiagnosticArray, '/diagnostics', self._on_diagnostics, RESULTS),
        )
        for kind, topic, take, qos in listened:
            self.create_subscription(kind, topic, take, qos)

    def missing(self) -> list[str]:
        """Return what does not answer yet."""
        there = {
            self._enable.srv_name: self._enable.service_is_ready(),
            self._next.srv_name: self._next.service_is_ready(),
            self._read.srv_name: self._read.service_is_ready(),
            self._stop.topic_name: self._stop.get_subscription_count() > 0,
            f'{POLICY}/gate_state': bool(self.gate),
            'truth/outcome': bool(self.outcome),
        }
        return [name for name, is_there in there.items() if not is_there]

    def ask_gate(self, opens: bool) -> Any:
        """Ask the gate to open or to close; return the future of the answer."""
        return self._enable.call_async(SetBool.Request(data=opens))

    def ask_next(self) -> Any:
        """Ask for the world of the next seed; return the future of the answer."""
        return self._next.call_async(Trigger.Request())

    def ask_simulator(self) -> Any:
        """Ask the simulator for nothing; its answer means that it has gone through its inputs."""
        return self._read.call_async(GetParameters.Request())

    def press(self, is_pressed: bool) -> None:
        """Press or release the emergency stop."""
        self._stop.publish(Bool(data=is_pressed))

    def _on_gate_state(self, msg: DiagnosticStatus, sent_ns: int) -> None:
        self.gate_values = values_of(msg)
        self.gate = self.gate_values['gate']
        self.on_gate(self.gate, sent_ns)

    def _on_outcome(self, msg: DiagnosticStatus) -> None:
        self.world, self.outcome, self.why = msg.name, msg.message, msg.hardware_id
        self.facts = values_of(msg)

    def _on_breaches(self, msg: UInt32) -> None:
        self.breaches = int(msg.data)

    def _on_diagnostics(self, msg: DiagnosticArray) -> None:
        for status in msg.status:
            if status.name.startswith(POLICY):
                self.status = values_of(status)


def values_of(status: DiagnosticStatus) -> dict[str, str]:
    """Return the values of a status by their names."""
    return {item.key: item.value for item in status.values}


def timed(take: Callable[[Any, int], None]) -> Callable[..., None]:
    """Return a callback that takes a message and when it was sent, by the system's clock in ns.

    Where the middleware does not tell that, it is when the message was taken up.
    """

    def with_details(msg: Any, details: Details) -> None:
        take(msg, int(details.get('source_timestamp') or time.time_ns()))

    def without(msg: Any) -> None:
        take(msg, time.time_ns())

    return with_details if GIVES_MESSAGE_INFO else without
