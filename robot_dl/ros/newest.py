"""The newest message of a topic that goes along with another one, such as a calibration."""

import time
from typing import Any

from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile

from robot_dl.ros.inputs import Details, Input
from robot_dl.ros.latency import Arrival
from robot_dl.ros.qos import NEWEST_IMAGE

# A publisher that offers less than was asked for may have come since then.
REFIT_AFTER_S = 1.0


class Newest:
    """Subscribes a topic while its newest message is needed.

    Nothing is answered when a message comes, and diagnostics do not count it.

    Attributes:
        msg: The newest message; None before the first, and while it is not needed.
    """

    def __init__(
        self, node: LifecycleNode, msg_type: type, topic: str, qos: QoSProfile = NEWEST_IMAGE
    ) -> None:
        """Remember what to listen to; nothing is subscribed yet. Arguments as for `Input`."""
        self.msg: Any = None
        self._input = Input(node, msg_type, topic, self._keep, qos)

    def need(self, is_needed: bool) -> None:
        """Listen from now on, or no more."""
        if is_needed:
            self._input.open()
        else:
            self._input.close()
            self.msg = None

    def complaint(self, timeout_s: float) -> str:
        """Say why no message has come for a while; empty if one has, or none is needed.

        Args:
            timeout_s: Time after which a topic is silent; 0 never.
        """
        silent_s = self._input.silent_s(time.monotonic())
        if self.msg is not None:
            return ''
        if silent_s > REFIT_AFTER_S:
            self._input.refit()
        if not timeout_s or silent_s <= timeout_s:
            return ''
        return f'no {self._input.name} for {silent_s:.0f} s: {self._input.why_silent()}'

    def _keep(self, msg: Any, arrival: Arrival, details: Details) -> None:
        self.msg = msg
