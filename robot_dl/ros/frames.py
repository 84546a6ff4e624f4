"""Publish coordinate frames as tf2 expects them."""

from collections.abc import Iterable

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from tf2_msgs.msg import TFMessage

from robot_dl.ros.geometry import transform_msg

Frame = tuple[str, str, NDArray[np.float64], bool]
"""Parent, child, parent_T_child [4, 4] in metres, and whether it never moves."""


class FrameBroadcaster:
    """Publishes `tf` and `tf_static`.

    The names are relative, unlike tf2's own, so that a namespace keeps two robots apart; in the
    root namespace they are the `/tf` and `/tf_static` that every listener reads.
    """

    def __init__(self, node: Node) -> None:
        """Announce both topics, with the quality of service that tf2 uses."""
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._moving = node.create_publisher(TFMessage, 'tf', 100)
        self._static = node.create_publisher(TFMessage, 'tf_static', latched)

    def send_moving(self, frames: Iterable[Frame], stamp: Time) -> None:
        """Publish where those frames that move are at `stamp`."""
        self._moving.publish(_message(frames, stamp, is_static=False))

    def send_static(self, frames: Iterable[Frame], stamp: Time) -> None:
        """Publish all frames that never move, in one message: late subscribers get the last."""
        self._static.publish(_message(frames, stamp, is_static=True))


def _message(frames: Iterable[Frame], stamp: Time, is_static: bool) -> TFMessage:
    chosen = [frame for frame in frames if frame[3] == is_static]
    return TFMessage(transforms=[transform_msg(a, b, a_T_b, stamp) for a, b, a_T_b, _ in chosen])
