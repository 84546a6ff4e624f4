"""A subscription that answers the newest message and survives every failure to do so."""

import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from rclpy.lifecycle import LifecycleNode
from rclpy.subscription import Subscription

from robot_dl.ros.encodings import ImageError
from robot_dl.ros.qos import NEWEST_IMAGE
from robot_dl.ros.silence import why_silent
from robot_dl.ros.statistics import FrameStatistics

LOG_PERIOD_S = 5.0

# Humble's rclpy gives callbacks the message only, so there nobody counts what was dropped.
GIVES_MESSAGE_INFO = hasattr(Subscription, 'CallbackType')


class Input:
    """One topic of a node, subscribed between `open` and `close`."""

    def __init__(
        self,
        node: LifecycleNode,
        msg_type: type,
        topic: str,
        callback: Callable[[Any], None],
        frames: FrameStatistics,
    ) -> None:
        """Remember what to do; nothing is subscribed yet.

        Args:
            node: The node that listens.
            msg_type: Type of the messages; they have a header.
            topic: Name of the topic.
            callback: Answers a message, and may raise.
            frames: Where messages, answers and failures are counted.
        """
        self._node, self._msg_type, self._topic = node, msg_type, topic
        self._callback, self._frames = callback, frames
        self._subscription: Any = None

    def open(self) -> None:
        """Subscribe, unless that is done."""
        if self._subscription is None:
            receive = self._on_numbered if GIVES_MESSAGE_INFO else self._on_message
            self._frames.listening(time.monotonic())
            self._subscription = self._node.create_subscription(
                self._msg_type, self._topic, receive, NEWEST_IMAGE
            )

    def close(self) -> None:
        """Unsubscribe."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
        self._subscription = None

    def why_silent(self) -> str:
        """Return the likely reason why nothing arrives."""
        topic = self._node.resolve_topic_name(self._topic)
        package, name = self._msg_type.__module__.partition('.')[0], self._msg_type.__name__
        return why_silent(self._node, topic, f'{package}/msg/{name}')

    def _on_numbered(self, msg: Any, details: Mapping[str, Any]) -> None:
        publisher = (details.get('publisher_gid') or {}).get('data')
        number = details.get('publication_sequence_number')
        if publisher is None and self._count_publishers() > 1:
            number = None  # whose number it is cannot be told
        self._frames.receive(time.monotonic(), publisher, number)
        self._answer(msg)

    def _count_publishers(self) -> int:
        return self._node.count_publishers(self._node.resolve_topic_name(self._topic))

    def _on_message(self, msg: Any) -> None:
        self._frames.receive(time.monotonic())
        self._answer(msg)

    def _answer(self, msg: Any) -> None:
        try:
            self._callback(msg)
        except Exception as error:  # whatever it is, the next message must be answered
            self._report(error)
        else:
            self._frames.answer(time.monotonic(), self._age_ms(msg))

    def _age_ms(self, msg: Any) -> float:
        stamp = msg.header.stamp
        age_ns = self._node.get_clock().now().nanoseconds - stamp.sec * 10**9 - stamp.nanosec
        return age_ns / 1e6

    def _report(self, error: Exception) -> None:
        if not self._node.context.ok():
            return  # the process is ending, and publishing fails because of that
        reason = f'{type(error).__name__}: {error}'
        self._frames.fail(time.monotonic(), f'{self._topic}: {reason}')
        # A bad message is explained by its error; only for our own mistakes the place matters.
        text = reason if isinstance(error, ImageError) else traceback.format_exc()
        self._node.get_logger().error(
            f'cannot answer a message on {self._topic}: {text}',
            throttle_duration_sec=LOG_PERIOD_S,
        )
