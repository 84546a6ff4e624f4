"""The node that writes down what a robot does and what it is told."""

from __future__ import annotations

import math
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from robot_dl.cli.demos.policy.notes import Notes, Told
from robot_dl.cli.rollouts.referee import timed
from robot_dl.cli.rollouts.trace import Row
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.qos import RESULTS

MOST_QUEUED = 200
TOPICS = {'commands': Float64MultiArray, 'joint_trajectory': JointTrajectory}
"""Where commands go, by the value of the parameter `output`."""


class Recorder(Node):  # type: ignore[misc]  # rclpy has no types
    """Writes down joints, commands and pictures, in simulated time since the last `clear`.

    Attributes:
        notes: What was seen.
        pictures: How many pictures have come, ever.
    """

    def __init__(self, output: str, joints: tuple[str, ...], **options: Any) -> None:
        """Listen.

        Args:
            output: Key of `TOPICS`.
            joints: What the numbers of a command without names are for.
            options: As for `Node`.
        """
        super().__init__('recorder', **options)
        self._joints, self._start_s = joints, math.nan
        self._now_s, self._state_ns, self.pictures = 0.0, 0, 0
        self._camera: Any = None
        self.notes = Notes()
        self.create_subscription(JointState, 'joint_states', timed(self._on_joints), MOST_QUEUED)
        take = timed(self._on_command)
        self.create_subscription(TOPICS[output], output, take, MOST_QUEUED)

    @property
    def is_looking(self) -> bool:
        """Whether pictures are taken."""
        return self._camera is not None

    def look(self, is_wanted: bool) -> None:
        """Take pictures from now on, or no more: the simulator draws while somebody looks."""
        if self._camera is not None:
            self.destroy_subscription(self._camera)
            self._camera = None
        if is_wanted:
            topic = 'camera/image_raw'
            self._camera = self.create_subscription(Image, topic, self._on_image, RESULTS)

    def clear(self) -> None:
        """Begin anew; the next state of the joints is the time zero."""
        self.notes, self._start_s = Notes(), math.nan

    @property
    def elapsed_s(self) -> float:
        """Simulated time since the first state of the joints, seconds."""
        return 0.0 if math.isnan(self._start_s) else self._now_s - self._start_s

    def on_gate(self, state: str, sent_ns: int) -> None:
        """Write down what the gate says, if it is another state than before."""
        states = self.notes.states
        if not states or states[-1][1] != state:
            states.append((sent_ns, state))
            self.notes.trace.states.append((self.elapsed_s, state))

    def _on_joints(self, msg: JointState, sent_ns: int) -> None:
        self._now_s = msg.header.stamp.sec + msg.header.stamp.nanosec * 1e-9
        if math.isnan(self._start_s):
            self._start_s = self._now_s
        self._state_ns = sent_ns
        row: Row = self.elapsed_s, dict(zip(msg.name, msg.position, strict=True))
        self.notes.trace.positions.append(row)

    def _on_command(self, msg: Any, sent_ns: int) -> None:
        row = row_of(msg, self._joints)
        notes = self.notes
        if (
            self._state_ns
            and sent_ns >= self._state_ns
            and (not notes.told or notes.told[-1].row != row)
        ):
            notes.ages_ms.append((sent_ns - self._state_ns) / 1e6)
        notes.told.append(Told(sent_ns, row))
        notes.trace.commands.append((self.elapsed_s, row))

    def _on_image(self, msg: Image) -> None:
        self.pictures += 1
        self.notes.trace.pictures.append((self.elapsed_s, rgb_from_msg(msg)))


def row_of(msg: Any, joints: tuple[str, ...]) -> dict[str, float]:
    """Return what a command says by joint; of a trajectory, its last point."""
    if isinstance(msg, JointTrajectory):
        values = msg.points[-1].positions if msg.points else []
        return dict(zip(msg.joint_names, values, strict=False))
    return dict(zip(joints, msg.data, strict=False))
