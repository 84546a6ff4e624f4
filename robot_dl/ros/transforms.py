"""Listen to /tf. There is no tf2_ros among the wheels, and what is needed of it is small."""

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from geometry_msgs.msg import TransformStamped
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import DurabilityPolicy, QoSProfile
from tf2_msgs.msg import TFMessage

from robot_dl.core.transforms import Placed, TransformTree

TF, TF_STATIC = 'tf', 'tf_static'
# As tf2's own listeners ask.
MOVING = QoSProfile(depth=100)
STATIC = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
REPEAT_LOG_S = 30.0


class TransformListener:
    """Knows where frames were, while it is open.

    The topics are `tf` and `tf_static`, relative, as our simulation publishes them: a node in a
    namespace hears its own robot, unless they are remapped to `/tf` and `/tf_static`.

    Any thread may look frames up.

    Attributes:
        refused: Transforms that made no sense, since the start.
    """

    def __init__(self, node: LifecycleNode, changed: Callable[[], None]) -> None:
        """Begin closed.

        Args:
            node: The node that listens.
            changed: Called when more is known than before.
        """
        self.refused = 0
        self._node, self._changed = node, changed
        self._tree, self._lock = TransformTree(), threading.Lock()
        self._subscriptions: list[Any] = []
        self._said_s, self._opened_s = float('-inf'), float('inf')

    def open(self) -> None:
        """Begin to listen, unless that is done."""
        if not self._subscriptions:
            self._opened_s = time.monotonic()
            self._subscriptions = [
                self._node.create_subscription(TFMessage, TF, self._on_moving, MOVING),
                self._node.create_subscription(TFMessage, TF_STATIC, self._on_static, STATIC),
            ]

    def close(self) -> None:
        """Stop to listen, and forget: poses from before a pause do not join those after it."""
        while self._subscriptions:
            self._node.destroy_subscription(self._subscriptions.pop())
        self._opened_s = float('inf')
        with self._lock:
            self._tree.clear()

    def lookup(self, target: str, source: str, stamp_ns: int) -> NDArray[np.float64]:
        """Return the pose [4, 4] of frame `source` in frame `target` at a time, metres.

        Raises:
            NoTransformError: If it is not known for that time; the message says why.
        """
        with self._lock:
            return self._tree.lookup(target.lstrip('/'), source.lstrip('/'), stamp_ns)

    def silence(self, timeout_s: float) -> str:
        """Say why nothing has come for a while; empty if something has, or this is closed.

        Args:
            timeout_s: Time after which to say so; 0 never.
        """
        silent_s = time.monotonic() - self._opened_s
        if not timeout_s or silent_s <= timeout_s or self._tree.frames:
            return ''
        topic = self._node.resolve_topic_name(TF)
        start = f'no {TF} for {silent_s:.0f} s: {topic}'
        if self._node.count_publishers(topic):
            return f'{start} has a publisher, but nothing arrives'
        remaps = ' '.join(f'-r {name}:=/{name}' for name in (TF, TF_STATIC))
        return f'{start} has no publisher. Remap: --ros-args {remaps}'

    def _on_moving(self, msg: TFMessage) -> None:
        self._take(msg, is_static=False)

    def _on_static(self, msg: TFMessage) -> None:
        self._take(msg, is_static=True)

    def _take(self, msg: TFMessage, is_static: bool) -> None:
        for transform in msg.transforms:
            try:
                child = transform.child_frame_id.lstrip('/')
                with self._lock:
                    self._tree.add(child, placed_from_msg(transform), is_static)
            except ValueError as error:
                self._refuse(error)
        self._changed()

    def _refuse(self, error: ValueError) -> None:
        self.refused += 1
        now_s = time.monotonic()
        if now_s - self._said_s >= REPEAT_LOG_S:
            self._node.get_logger().warning(f'ignored a {error}')
            self._said_s = now_s


def placed_from_msg(msg: TransformStamped) -> Placed:
    """Return the pose that a message tells of its child frame."""
    stamp, t, q = msg.header.stamp, msg.transform.translation, msg.transform.rotation
    return Placed(
        stamp.sec * 10**9 + stamp.nanosec,
        msg.header.frame_id.lstrip('/'),
        np.array([t.x, t.y, t.z]),
        np.array([q.x, q.y, q.z, q.w]),
    )
