"""A subscription that can be opened and closed, and knows why it is silent."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription

from robot_dl.ros.latency import Arrival, arrival_of
from robot_dl.ros.qos import fitted
from robot_dl.ros.silence import Wanted, why_silent

# Humble's rclpy gives callbacks the message only, so there nobody counts what was dropped.
GIVES_MESSAGE_INFO = hasattr(Subscription, 'CallbackType')

Details = Mapping[str, Any]
Deliver = Callable[[Any, Arrival, Details], None]


class Input:
    """One topic of a node, subscribed between `open` and `close`.

    Attributes:
        name: Name of the topic in the node, which can be remapped.
        last: How the last message came; None before the first.
    """

    def __init__(
        self,
        node: LifecycleNode,
        msg_type: type,
        name: str,
        deliver: Deliver,
        qos: QoSProfile,
        ending: str | None = None,
    ) -> None:
        """Remember what to do; nothing is subscribed yet.

        Args:
            node: The node that listens.
            msg_type: Type of the messages.
            name: Name of the topic.
            deliver: Called with each message, how it came, and what the middleware says of it.
            qos: What to ask for; less where a publisher offers less.
            ending: What the parameter `transport` appends to the name; None if it does not
                choose the topic.
        """
        self.name, self.last = name, None
        self._node, self._msg_type, self._deliver = node, msg_type, deliver
        self._wish, self._ending = qos, ending
        self._subscription: Any = None
        self._heard_s = time.monotonic()

    @property
    def topic(self) -> str:
        """Full name of the topic, remapped."""
        return str(self._node.resolve_topic_name(self._asked))

    @property
    def _asked(self) -> str:
        """What is asked for, and remapped only then: a name that was remapped is not again."""
        if not self._ending:
            return self.name
        return f'{self._node.resolve_topic_name(self.name)}{self._ending}'

    def open(self) -> None:
        """Subscribe, unless that is done."""
        if self._subscription is None:
            self._heard_s = time.monotonic()
            self._subscribe()

    def close(self) -> None:
        """Unsubscribe."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
        self._subscription = self.last = None

    def refit(self) -> None:
        """Ask for what the publishers offer by now, if that is something else."""
        if self._subscription is not None and self._fitted() != self._subscription.qos_profile:
            self.close()
            self._subscribe()

    def silent_s(self, now_s: float) -> float:
        """Return for how long nothing has come although this is open; 0 while it is closed."""
        return 0.0 if self._subscription is None else now_s - self._heard_s

    def why_silent(self) -> str:
        """Return the likely reason why nothing arrives, and what to do about it."""
        package, name = self._msg_type.__module__.partition('.')[0], self._msg_type.__name__
        type_name, qos = f'{package}/msg/{name}', self._subscription.qos_profile
        has_transport = self._ending is not None
        wanted = Wanted(self.name, self.topic, type_name, qos, has_transport)
        return why_silent(self._node, wanted)

    def _subscribe(self) -> None:
        receive = self._on_described if GIVES_MESSAGE_INFO else self._on_message
        self._subscription = self._node.create_subscription(
            self._msg_type, self._asked, receive, self._fitted()
        )

    def _fitted(self) -> QoSProfile:
        infos = self._node.get_publishers_info_by_topic(self.topic)
        return fitted(self._wish, [info.qos_profile for info in infos])

    def _on_message(self, msg: Any) -> None:
        self._on_described(msg, {})

    def _on_described(self, msg: Any, details: Details) -> None:
        self._heard_s = time.monotonic()
        self.last = arrival_of(self._node, msg, details)
        self._deliver(msg, self.last, details)
