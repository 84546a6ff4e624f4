"""How old an image is, and where the time went."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node

NAN = float('nan')
STAGES = ('capture', 'transport', 'wait', 'inference', 'rest')
"""What becomes of an image, in order; see `Arrival.stages_ms`."""


@dataclass(frozen=True)
class Arrival:
    """How a message came to the node that is about to answer it. Times in nanoseconds.

    Attributes:
        stamp_ns: Stamp in its header.
        now_ns: Time of the node's clock when it was taken up.
        is_simulated: Whether that clock follows /clock.
        sent_ns: System time at which it was published; 0 if the middleware does not tell.
        received_ns: System time at which it reached this process; 0 likewise.
        taken_ns: System time at which it was taken up.
    """

    stamp_ns: int
    now_ns: int
    is_simulated: bool
    sent_ns: int
    received_ns: int
    taken_ns: int

    @property
    def age_ns(self) -> int:
        """Age of the message when it was taken up."""
        return self.now_ns - self.stamp_ns

    def stages_ms(self, inference_ms: float, rest_ms: float) -> dict[str, float]:
        """Return how long each of `STAGES` took, in milliseconds; NaN where nobody knows.

        Capture lasts from the stamp until the driver has published, transport until the image
        is in this process, wait until the node has time for it. What is not inference
        afterwards (reading, decoding, publishing) is the rest. On the clock of one machine
        they add up to the age of the answer.

        Args:
            inference_ms: Time in the network.
            rest_ms: All other time since the message was taken up.
        """
        wait_ns = self.taken_ns - self.received_ns if self.received_ns else NAN
        transport_ns = self.received_ns - self.sent_ns if self._is_traced else NAN
        capture_ns = self.age_ns - (self.taken_ns - self.sent_ns) if self._is_traced else NAN
        if self.is_simulated:
            capture_ns = NAN  # between two clocks that do not run alike
        before = [ns / 1e6 for ns in (capture_ns, transport_ns, wait_ns)]
        return dict(zip(STAGES, [*before, inference_ms, rest_ms], strict=True))

    @property
    def _is_traced(self) -> bool:
        return self.sent_ns > 0 and self.received_ns > 0


def arrival_of(node: Node, msg: Any, details: Mapping[str, Any]) -> Arrival:
    """Return how a message came, as the middleware tells it in `details`.

    One without a header, such as a Twist, is of the time at which it was taken up.
    """
    now = node.get_clock().now().nanoseconds
    header = getattr(msg, 'header', None)
    return Arrival(
        stamp_ns=header.stamp.sec * 10**9 + header.stamp.nanosec if header else now,
        now_ns=now,
        is_simulated=node.get_clock().ros_time_is_active,
        sent_ns=int(details.get('source_timestamp') or 0),
        received_ns=int(details.get('received_timestamp') or 0),
        taken_ns=time.time_ns(),
    )
