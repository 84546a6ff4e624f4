"""A subscription that must not miss anything, whoever publishes."""

from collections.abc import Callable
from typing import Any

from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile

from robot_dl.ros.qos import ANY_PUBLISHER, LATCHED, fitted


class Alert:
    """Hears every publisher of a topic, and what those have latched who latch.

    A subscription that asks for more than one publisher offers does not hear that one at all,
    and of an emergency stop that would be noticed too late. So this asks for nothing while
    nobody is known, and then for what all of them offer.
    """

    def __init__(
        self,
        node: LifecycleNode,
        msg_type: type,
        topic: str,
        callback: Callable[[Any], None],
        most: QoSProfile = LATCHED,
    ) -> None:
        """Subscribe; `most` is what to ask for where everybody offers it."""
        self._node, self._msg_type, self._topic = node, msg_type, topic
        self._callback, self._most = callback, most
        self._subscription: Any = None
        self.refit()

    def refit(self) -> None:
        """Ask for what the publishers offer by now. Call it every now and then."""
        topic = self._node.resolve_topic_name(self._topic)
        offers = [info.qos_profile for info in self._node.get_publishers_info_by_topic(topic)]
        wish = fitted(self._most, offers) if offers else ANY_PUBLISHER
        if self._subscription is not None and self._subscription.qos_profile == wish:
            return
        before = self._subscription
        self._subscription = self._node.create_subscription(
            self._msg_type, self._topic, self._callback, wish
        )
        if before is not None:
            self._node.destroy_subscription(before)

    def close(self) -> None:
        """Unsubscribe."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
        self._subscription = None
