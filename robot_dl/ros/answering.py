"""Answer messages one by one, count what becomes of each, and survive all of them."""

import time
import traceback
from collections.abc import Callable, Hashable
from typing import Any

from rclpy.lifecycle import LifecycleNode

from robot_dl.core.admission import TOO_OLD
from robot_dl.core.repeats import Repeats
from robot_dl.ros.encodings import ImageError
from robot_dl.ros.inputs import Details
from robot_dl.ros.latency import Arrival
from robot_dl.ros.statistics import FrameStatistics

LOG_PERIOD_S = 5.0
MOST_REPEATS = 10
"""The same exception so often in a row, and the node gives up."""


class Answering:
    """The one place through which messages reach what a derived node does with them.

    Attributes:
        frames: Where messages, answers and failures are counted.
        hopeless: What has failed `MOST_REPEATS` times in a row; empty if nothing has.
        too_old_since_s: Steady time since when every image has been too old; None if none is.
    """

    def __init__(self, node: LifecycleNode, admit: Callable[[Arrival], str]) -> None:
        """Begin to count.

        Args:
            node: The node whose clock and log are used.
            admit: Tells why an image is not to be answered; empty if it is.
        """
        self.frames = FrameStatistics(time.monotonic())
        self.hopeless = ''
        self.too_old_since_s: float | None = None
        self._node, self._admit = node, admit
        self._repeats = Repeats()
        self._logged_s: dict[Hashable, float] = {}

    def listening(self) -> None:
        """Note that images are expected from now on."""
        self.too_old_since_s = None
        self.frames.listening(time.monotonic())

    def receive(self, topic: str, details: Details) -> None:
        """Note that an image has come on `topic`, with what the middleware says of it."""
        publisher = (details.get('publisher_gid') or {}).get('data')
        number = details.get('publication_sequence_number')
        if publisher is None and self._publishers(topic) > 1:
            number = None  # whose number it is cannot be told
        self.frames.receive(publisher, number)

    def _publishers(self, topic: str) -> int:
        count: int = self._node.count_publishers(self._node.resolve_topic_name(topic))
        return count

    def answer(self, topic: str, arrival: Arrival, respond: Callable[[], None]) -> None:
        """Call `respond` if the message that came so is admitted, whatever may happen there."""
        if self.hopeless:
            return
        refusal = self._admit(arrival)
        since_s = self.too_old_since_s or time.monotonic()
        self.too_old_since_s = since_s if refusal == TOO_OLD else None
        if refusal:
            self.frames.refuse(refusal)
            return
        try:
            respond()
        except Exception as error:  # whatever it is, the next message must be answered
            self.report(topic, error)
        else:
            self._repeats.clear(topic)
            self._note(arrival)

    def report(self, source: str, error: Exception) -> None:
        """Log, count and remember an exception.

        Args:
            source: The topic whose message raised it, or what else did.
            error: The exception. An ImageError says that the message is wrong; everything else
                is a mistake of ours, and the same one again and again makes the node give up.
        """
        if not self._node.context.ok():
            return  # the process is ending, and publishing fails because of that
        reason = f'{type(error).__name__}: {error}'
        self.frames.fail(time.monotonic(), f'{source}: {reason}')
        is_bad_input, kind = isinstance(error, ImageError), _kind(error)
        text = reason if is_bad_input else ''.join(traceback.format_exception(error))
        self._log((source, kind), f'cannot answer {source}: {text}')
        if is_bad_input:
            return
        count = self._repeats.note(source, kind)
        if count >= MOST_REPEATS and not self.hopeless:
            self.hopeless = f'{source}: {reason} ({count} times in a row)'

    def forgive(self, source: str) -> None:
        """Forget the failures in a row of one source."""
        self._repeats.clear(source)

    def begin_anew(self) -> None:
        """Forget the failures in a row."""
        self.hopeless = ''
        self._repeats.clear_all()

    def _note(self, arrival: Arrival) -> None:
        now_ns = self._node.get_clock().now().nanoseconds
        busy_ms = (time.time_ns() - arrival.taken_ns) / 1e6
        frames = self.frames
        network_ms = max(0.0, frames.inference_ms)  # NaN, where no network was used, counts as 0
        stages_ms = arrival.stages_ms(frames.inference_ms, busy_ms - network_ms)
        frames.answer(time.monotonic(), (now_ns - arrival.stamp_ns) / 1e6, stages_ms)

    def _log(self, what: Hashable, text: str) -> None:
        """Log an error, unless the same has just been logged; another one is never held back."""
        now_s = time.monotonic()
        if now_s - self._logged_s.get(what, float('-inf')) >= LOG_PERIOD_S:
            self._logged_s[what] = now_s
            self._node.get_logger().error(text)


def _kind(error: Exception) -> tuple[Any, ...]:
    """Return what makes two exceptions the same: their type and the place that raised them."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return type(error), last.filename, last.lineno
