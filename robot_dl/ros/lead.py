"""The input that sets the pace of a node, answered in a thread of its own."""

import time
from collections.abc import Callable
from typing import Any

from rclpy.lifecycle import LifecycleNode

from robot_dl.ros.qos import NEWEST_IMAGE
from robot_dl.ros.silence import Wanted, why_silent
from robot_dl.ros.worker import HotInput


class Lead:
    """A `HotInput` with one topic, which knows why that is silent."""

    def __init__(
        self,
        node: LifecycleNode,
        msg_type: type,
        name: str,
        ending: str | None,
        callback: Callable[[Any], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Subscribe; nothing is answered before `start`.

        Args:
            node: The node that listens.
            msg_type: Type of the messages.
            name: Name of the topic.
            ending: What the parameter `transport` appends to it; None if it does not choose.
            callback: Answers a message, in the thread.
            on_error: Told, in the thread, what it raises.
        """
        topic = f'{node.resolve_topic_name(name)}{ending or ""}'
        package, kind = msg_type.__module__.partition('.')[0], msg_type.__name__
        self._wanted = Wanted(
            name, topic, f'{package}/msg/{kind}', NEWEST_IMAGE, ending is not None
        )
        self._node, self._callback = node, callback
        self._heard_s = time.monotonic()
        self._hot = HotInput(node, on_error)
        self._hot.listen(msg_type, topic, self._answer)
        self._is_open = False

    def start(self) -> None:
        """Begin to answer."""
        self._heard_s, self._is_open = time.monotonic(), True
        self._hot.start()

    def stop(self) -> None:
        """Answer no more."""
        self._is_open = False
        self._hot.stop()

    def close(self) -> None:
        """Answer no more, for good."""
        self._is_open = False
        self._hot.close()

    def silence(self, timeout_s: float) -> str:
        """Say that nothing has come for a while, and why; empty if something has.

        Args:
            timeout_s: Time after which to say so.
        """
        silent_s = time.monotonic() - self._heard_s
        if not self._is_open or silent_s <= timeout_s:
            return ''
        why = why_silent(self._node, self._wanted)
        return f'no {self._wanted.name} for {silent_s:.1f} s: {why}'

    def _answer(self, msg: Any) -> None:
        self._heard_s = time.monotonic()
        self._callback(msg)
