"""Where a robot shall go, in the frames in which its policy wants to know it."""

import threading
from collections.abc import Mapping

import numpy as np
from geometry_msgs.msg import PoseStamped
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode

from robot_dl.core.transforms import NoTransformError
from robot_dl.policy.types import ReadingError
from robot_dl.ros.newest import Newest
from robot_dl.ros.qos import LATCHED
from robot_dl.ros.transforms import TransformListener
from robot_dl.ros.vectors import pose_from_msg

Matrix = NDArray[np.float64]

GOAL = 'goal'
NO_GOAL = 'goal: none has come yet'


class Goals:
    """Keeps the newest goal, and tells where it is in other frames at a time.

    A goal is fixed in the frame of its header, and that frame may move. Messages come in one
    thread, and another one may wait for the frames.
    """

    def __init__(self, node: LifecycleNode, frames: tuple[str, ...], timeout_s: float) -> None:
        """Hear nothing yet.

        Args:
            node: The node that listens.
            frames: Where the goal is wanted; without any, nothing is ever heard.
            timeout_s: Longest wait for the frames.
        """
        self._frames, self._timeout_s = frames, timeout_s
        self._changed = threading.Condition()
        self._listener = TransformListener(node, self._tell)
        self._newest = Newest(node, PoseStamped, GOAL, LATCHED)

    def open(self) -> None:
        """Begin to listen, if a goal is needed."""
        if self._frames:
            self._listener.open()
            self._newest.need(True)

    def close(self) -> None:
        """Stop to listen."""
        self._listener.close()
        self._newest.need(False)

    def at(self, stamp_ns: int) -> Mapping[str, Matrix]:
        """Return the pose [4, 4] of the goal in each frame at a time, metres.

        Waits until the frames are known for that time, for they are told by another message.

        Raises:
            ReadingError: If there is no goal, or it is not finite, no rotation, or in no frame.
            NoTransformError: If they are not known in time.
        """
        if not self._frames:
            return {}
        msg = self._newest.msg
        if msg is None:
            raise ReadingError(NO_GOAL)
        frame, pose = msg.header.frame_id.lstrip('/'), pose_from_msg(msg.pose, GOAL)
        if not frame:
            raise ReadingError('goal: expected a frame_id, got none')
        return {wanted: self._lookup(wanted, frame, stamp_ns) @ pose for wanted in self._frames}

    def problem(self) -> str:
        """Say that there is no goal; empty if there is, or none is needed."""
        return NO_GOAL if self._frames and self._newest.msg is None else ''

    def silence(self, timeout_s: float) -> str:
        """Say why no goal has come, or nothing is known of frames; empty if all is well."""
        missing = self._newest.complaint(timeout_s), self._listener.silence(timeout_s)
        return '; '.join(filter(None, missing))

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _lookup(self, wanted: str, frame: str, stamp_ns: int) -> Matrix:
        known: list[Matrix] = []
        why: list[NoTransformError] = []

        def is_settled() -> bool:
            try:
                known.append(self._listener.lookup(wanted, frame, stamp_ns))
            except NoTransformError as error:
                why.append(error)
                return not error.may_come
            return True

        with self._changed:
            self._changed.wait_for(is_settled, self._timeout_s)
        if not known:
            raise why[-1]
        return known[0]
