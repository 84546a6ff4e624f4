"""Tell on /diagnostics, and on the log, how a node is."""

import time
from collections.abc import Callable

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from robot_dl.ros.diagnostics import Condition, diagnostics_msg
from robot_dl.ros.qos import RESULTS
from robot_dl.ros.statistics import FrameStatistics

PERIOD_S = 1.0
REPEAT_LOG_S = 30.0


class Reporter:
    """Publishes once a second; logs each complaint at once, but only every half minute."""

    def __init__(
        self, node: Node, frames: FrameStatistics, condition: Callable[[], Condition]
    ) -> None:
        """Begin to report.

        Args:
            node: The node.
            frames: What happened to its images.
            condition: Tells what else it knows of itself.
        """
        self._node, self._frames, self._condition = node, frames, condition
        self._said_s: dict[str, float] = {}
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', RESULTS)
        # The simulation's clock may stand still, and that too must be reported.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        node.create_timer(PERIOD_S, self._report, clock=steady)

    def _report(self) -> None:
        condition = self._condition()
        self._log('; '.join(filter(None, (condition.silence, condition.warning))))
        name = self._node.get_fully_qualified_name().lstrip('/')
        stamp = self._node.get_clock().now().to_msg()
        summary = self._frames.summary(time.monotonic())
        self._publisher.publish(diagnostics_msg(name, condition, summary, stamp))

    def _log(self, complaint: str) -> None:
        now_s = time.monotonic()
        self._said_s = {w: s for w, s in self._said_s.items() if now_s - s < REPEAT_LOG_S}
        if complaint and _words(complaint) not in self._said_s:
            self._node.get_logger().warning(complaint)
            self._said_s[_words(complaint)] = now_s


def _words(sentence: str) -> str:
    """Return the sentence without its numbers, which change every second."""
    return ''.join(c for c in sentence if not c.isdigit())
