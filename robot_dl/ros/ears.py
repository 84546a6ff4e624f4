"""Everything that a node listens to."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image

from robot_dl.ros.answering import Answering
from robot_dl.ros.clocks import stamp_complaint
from robot_dl.ros.compressed import rgb_from_compressed
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.inputs import Details, Input
from robot_dl.ros.latency import Arrival
from robot_dl.ros.qos import NEWEST_IMAGE
from robot_dl.ros.together import Due, Together, at_once

TRANSPORTS: dict[str, tuple[type, str, Callable[[Any], Rgb]]] = {
    'raw': (Image, '', rgb_from_msg),
    'compressed': (CompressedImage, '/compressed', rgb_from_compressed),
}
"""Message type, ending of the topic, and reader for each value of `transport`."""


class Ears:
    """The inputs of a node: made once, opened and closed together, asked why they are silent.

    Attributes:
        are_open: Whether they are subscribed.
    """

    def __init__(self, node: LifecycleNode, answering: Answering) -> None:
        self.are_open = False
        self._node, self._answering = node, answering
        self._inputs: list[Input] = []
        self._together: list[Together] = []

    def __len__(self) -> int:
        """Return the number of topics."""
        return len(self._inputs)

    def add(
        self,
        msg_type: type,
        topic: str,
        callback: Callable[[Any], None],
        qos: QoSProfile = NEWEST_IMAGE,
        ending: str | None = None,
    ) -> None:
        """Add a topic; arguments as for `Input`, but `callback` gets the message alone."""

        def deliver(msg: Any, arrival: Arrival, details: Details) -> None:
            self._answering.receive(source.topic, details)
            self._answering.answer(source.topic, arrival, lambda: callback(msg))

        source = Input(self._node, msg_type, topic, deliver, qos, ending)
        self._inputs.append(source)

    def add_images(self, transport: str, topic: str, callback: Callable[[Any, Any], None]) -> None:
        """Add a topic of images in one of `TRANSPORTS`; `callback` gets pixels and header."""
        msg_type, ending, rgb_of = TRANSPORTS[transport]

        def answer(msg: Any) -> None:
            callback(rgb_of(msg), msg.header)

        self.add(msg_type, topic, answer, NEWEST_IMAGE, ending)

    def add_together(
        self,
        topics: Mapping[str, type],
        slop_s: float,
        callback: Callable[..., None],
        is_due: Due = at_once,
    ) -> None:
        """Add topics whose messages are answered together; arguments as for `Together`."""
        together = Together(topics, slop_s, callback, self._answering, is_due)
        self._together.append(together)
        for topic, msg_type in topics.items():
            receiver = together.receiver(topic)
            self._inputs.append(Input(self._node, msg_type, topic, receiver, NEWEST_IMAGE))

    def open(self) -> None:
        """Subscribe, unless that is done."""
        if self.are_open:
            return
        self._answering.listening()
        for together in self._together:
            together.begin()
        for source in self._inputs:
            source.open()
        self.are_open = True

    def close(self) -> None:
        """Unsubscribe, and drop the messages that wait for others."""
        for source in self._inputs:
            source.close()
        for together in self._together:
            together.begin()
        self.are_open = False

    def look(self) -> None:
        """Answer what has waited for something else that may have come."""
        for together in self._together:
            together.look()

    def forget(self) -> None:
        """Unsubscribe for good."""
        self.close()
        self._inputs.clear()
        self._together.clear()

    def silence(self, timeout_s: float) -> str:
        """Say what gives nothing for how long, and why; empty if everything does.

        Args:
            timeout_s: Time after which an input is silent; 0 never.
        """
        now_s = time.monotonic()
        silent = [s for s in self._inputs if timeout_s and s.silent_s(now_s) > timeout_s]
        sentences = [
            f'no {s.name} for {s.silent_s(now_s):.0f} s: {s.why_silent()}' for s in silent
        ]
        return '; '.join(sentences)

    def refit(self) -> None:
        """Ask every publisher of an input that is silent for no more than it offers."""
        now_s = time.monotonic()
        for source in self._inputs:
            if source.silent_s(now_s) > 1.0:
                source.refit()

    def warning(self, timeout_s: float) -> str:
        """Say which stamps are of another clock, and what else keeps inputs from being used."""
        now_s = time.monotonic()
        stamps = [(s.topic, stamp_complaint(s.last)) for s in self._inputs if s.last]
        sentences = [f'{topic}: {complaint}' for topic, complaint in stamps if complaint]
        if timeout_s:
            sentences += [t.why_apart(now_s, timeout_s) for t in self._together]
            sentences += self._why_too_old(now_s, timeout_s) if not sentences else []
        return '; '.join(filter(None, sentences))

    def _why_too_old(self, now_s: float, timeout_s: float) -> list[str]:
        since_s = self._answering.too_old_since_s
        if since_s is None or now_s - since_s <= timeout_s:
            return []
        ages = ', '.join(f'{s.topic} {s.last.age_ns / 1e9:.2f} s' for s in self._inputs if s.last)
        return [f'for {now_s - since_s:.0f} s every image was older than max_age_s: {ages}']
