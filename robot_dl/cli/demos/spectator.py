"""The node of the demo: it sees what the camera, the detector and the simulator publish."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from sensor_msgs.msg import Image
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2DArray

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.pairing import Pairing
from robot_dl.cli.demos.record import Record
from robot_dl.core.detections import Detections
from robot_dl.ros.detections import detections_from_msg
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.qos import LATCHED

TOPICS = {
    'image': (Image, 'camera/image_raw'),
    'found': (Detection2DArray, 'detections'),
    'truth': (Detection2DArray, 'truth/detections'),
}
"""What every frame consists of."""


@dataclass(frozen=True)
class Answer:
    """Detections, and when they came."""

    found: Detections
    received_ns: int


class Spectator(Node):  # type: ignore[misc]  # rclpy has no types
    """Puts together what was published under one stamp, and records it.

    Attributes:
        record: The frames so far.
        seen: How many messages of each topic have come.
        status: What the detection node says of itself.
    """

    def __init__(self, record: Record) -> None:
        """Subscribe everything; frames go into `record`."""
        super().__init__('demo')
        self.record = record
        self.seen = dict.fromkeys(TOPICS, 0)
        self.status: dict[str, str] = {}
        self._pairing: Pairing[Any] = Pairing(tuple(TOPICS))
        self._image_stamps_ns: set[int] = set()
        self._scene_stamps_ns: list[int] = []
        self._first_ns: int | None = None
        self._last_ns: int | None = None
        for part, (kind, topic) in TOPICS.items():
            self.create_subscription(kind, topic, getattr(self, f'on_{part}'), 10)
        self.create_subscription(TFMessage, 'tf_static', self.on_scene, LATCHED)
        self.create_subscription(DiagnosticArray, '/diagnostics', self.on_diagnostics, 10)

    def stop_after_now(self) -> None:
        """Take no more images; answers to those that were taken are still waited for."""
        self._last_ns = self.get_clock().now().nanoseconds

    @property
    def images(self) -> int:
        """Images since the first that was answered: those that should be answered."""
        return sum(self._is_due(stamp_ns) for stamp_ns in self._image_stamps_ns)

    def on_image(self, msg: Image) -> None:
        """Note an image."""
        self._image_stamps_ns.add(_stamp_ns(msg.header.stamp))
        self._take('image', msg.header.stamp, msg)

    def on_found(self, msg: Detection2DArray) -> None:
        """Note what was found in an image, and when that is known."""
        received_ns = self.get_clock().now().nanoseconds
        found = detections_from_msg(msg, self.record.labels)
        self._take('found', msg.header.stamp, Answer(found, received_ns))

    def on_truth(self, msg: Detection2DArray) -> None:
        """Note what is in an image."""
        truth = detections_from_msg(msg, self.record.labels)
        self._take('truth', msg.header.stamp, truth)

    def on_scene(self, msg: TFMessage) -> None:
        """Note the begin of a scene: the camera's mount is published anew with its first image."""
        self._scene_stamps_ns.append(max(_stamp_ns(t.header.stamp) for t in msg.transforms))

    def on_diagnostics(self, msg: DiagnosticArray) -> None:
        """Keep what the detection node said last."""
        for status in msg.status:
            if status.name.startswith('detection_node'):
                self.status = {item.key: item.value for item in status.values}

    def _take(self, part: str, stamp: Time, value: Any) -> None:
        self.seen[part] += 1
        stamp_ns = _stamp_ns(stamp)
        if self._last_ns is not None and stamp_ns > self._last_ns:
            return
        parts = self._pairing.add(stamp_ns, part, value)
        if parts is not None:
            self._record(stamp_ns, parts['image'], parts['found'], parts['truth'])

    def _record(self, stamp_ns: int, image: Image, answer: Answer, truth: Detections) -> None:
        if self._first_ns is None:
            self._first_ns = stamp_ns
        scene = bisect_right(self._scene_stamps_ns, stamp_ns)
        at_s = (stamp_ns - self._first_ns) / 1e9
        latency_ms = (answer.received_ns - stamp_ns) / 1e6
        rgb = rgb_from_msg(image)
        self.record.add(Frame.judge(scene, at_s, latency_ms, rgb, answer.found, truth))

    def _is_due(self, stamp_ns: int) -> bool:
        if self._first_ns is None or stamp_ns < self._first_ns:
            return False
        return self._last_ns is None or stamp_ns <= self._last_ns


def _stamp_ns(stamp: Time) -> int:
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)
