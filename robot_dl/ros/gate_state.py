"""What a command gate tells people: `~/gate_state`, and its part of /diagnostics."""

import time
from collections.abc import Mapping

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from rclpy.lifecycle import LifecycleNode

from robot_dl.ros.qos import LATCHED
from robot_dl.safety.config import GateReport

LEVELS: Mapping[str, bytes] = {
    'closed': DiagnosticStatus.OK,
    'blending': DiagnosticStatus.OK,
    'open': DiagnosticStatus.OK,
    'stopping': DiagnosticStatus.WARN,
    'fault': DiagnosticStatus.ERROR,
}
DISABLED = 'disabled by ~/enable'
"""The reason for which a gate may be closed without anybody having to look."""
# Counts may grow with every command; people do not read so fast.
COUNTS_PERIOD_S = 0.5


def level_of(report: GateReport) -> bytes:
    """Return how bad it is; a gate that something has closed is worth a look."""
    was_closed = report.state == 'closed' and report.reason not in ('', DISABLED)
    return DiagnosticStatus.WARN if was_closed else LEVELS[report.state]


def gate_details(report: GateReport) -> dict[str, str]:
    """Return how a gate is, as diagnostics tell it."""
    counts = {name: str(count) for name, count in sorted(report.counts.items())}
    return {
        'gate': report.state,
        'gate_reason': report.reason,
        **counts,
        'last_breach': report.last_breach,
    }


def gate_state_msg(name: str, report: GateReport) -> DiagnosticStatus:
    """Return how a gate is; `name` is the node's."""
    sentence = f'{report.state}: {report.reason}' if report.reason else report.state
    values = [KeyValue(key=key, value=value) for key, value in gate_details(report).items()]
    return DiagnosticStatus(
        level=level_of(report),
        name=f'{name}: gate',
        message=sentence,
        values=values,
    )


class GateState:
    """Publishes a gate's state on every change, latched; counts alone only now and then."""

    def __init__(self, node: LifecycleNode) -> None:
        """Announce `~/gate_state`."""
        self._publisher = node.create_publisher(DiagnosticStatus, '~/gate_state', LATCHED)
        self._name = node.get_fully_qualified_name().lstrip('/')
        self._told: GateReport | None = None
        self._told_s = float('-inf')

    def tell(self, report: GateReport) -> None:
        """Publish a report unless it tells nothing new."""
        now_s, told = time.monotonic(), self._told
        is_same_state = told and (told.state, told.reason) == (report.state, report.reason)
        if is_same_state and (now_s - self._told_s < COUNTS_PERIOD_S or told == report):
            return
        self._told, self._told_s = report, now_s
        self._publisher.publish(gate_state_msg(self._name, report))
