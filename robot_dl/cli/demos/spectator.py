"""The node of the demo: it sees what the camera, the nodes and the simulator publish."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from tf2_msgs.msg import TFMessage

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.pairing import Pairing
from robot_dl.cli.demos.parts.part import IMAGE
from robot_dl.cli.demos.role import Moments, Role
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.inputs import GIVES_MESSAGE_INFO, Details
from robot_dl.ros.latency import arrival_of
from robot_dl.ros.qos import LATCHED

MOST_QUEUED = 30
"""Comparing takes a while, and meanwhile nothing may be lost."""


class Spectator(Node):  # type: ignore[misc]  # rclpy has no types
    """Puts together what was published under one stamp, and has it compared.

    Attributes:
        roles: The parts of the demo, with what they have done since `begin`.
        ready: Names of the parts of which an answer has been compared, ever.
        seen: How many messages of each topic have come.
        statuses: What the nodes say of themselves, by part.
        moments: The best image that all parts have answered.
    """

    def __init__(self, roles: Mapping[str, Role]) -> None:
        """Subscribe everything that the parts compare."""
        super().__init__('demo')
        self.roles = roles
        self.ready: set[str] = set()
        self.statuses: dict[str, dict[str, str]] = {name: {} for name in roles}
        self.moments = Moments(roles)
        self._pairings: dict[str, Pairing[Any]] = {
            name: Pairing(tuple(role.part.topics)) for name, role in roles.items()
        }
        self._answered_ns: dict[str, dict[int, int]] = {name: {} for name in roles}
        self._image_stamps_ns: set[int] = set()
        self._scene_stamps_ns: list[int] = []
        self._first_ns: int | None = None
        self._last_ns: int | None = None
        kinds = {
            topic: kind for role in roles.values() for topic, kind in role.part.topics.items()
        }
        self.seen = dict.fromkeys(kinds, 0)
        for topic, kind in kinds.items():
            self.create_subscription(kind, topic, self._receiver(topic), MOST_QUEUED)
        self.create_subscription(TFMessage, 'tf_static', self.on_scene, LATCHED)
        self.create_subscription(DiagnosticArray, '/diagnostics', self.on_diagnostics, 10)

    def begin(self) -> None:
        """Count from now on."""
        self._first_ns = self._now_ns()

    def stop_after_now(self) -> None:
        """Take no more images; answers to those that were taken are still waited for."""
        self._last_ns = self._now_ns()

    @property
    def images(self) -> int:
        """Images since the beginning: those that every node should answer."""
        return sum(map(self._counts, self._image_stamps_ns))

    def on_scene(self, msg: TFMessage) -> None:
        """Note the begin of a scene: the camera's mount is published anew with its first image."""
        self._scene_stamps_ns.append(max(_stamp_ns(t.header.stamp) for t in msg.transforms))

    def on_diagnostics(self, msg: DiagnosticArray) -> None:
        """Keep what each node said last."""
        for status in msg.status:
            for name, role in self.roles.items():
                if status.name.startswith(role.part.executable):
                    self.statuses[name] = {item.key: item.value for item in status.values}

    def _receiver(self, topic: str) -> Callable[..., None]:
        """Return what takes the messages of a topic, with what the middleware tells of them."""

        def on_described(msg: Any, details: Details) -> None:
            arrival = arrival_of(self, msg, details)
            # When it came, not when there was time for it.
            self._take(topic, arrival.stamp_ns, arrival.received_ns or arrival.now_ns, msg)

        def on_message(msg: Any) -> None:
            on_described(msg, {})

        return on_described if GIVES_MESSAGE_INFO else on_message

    def _take(self, topic: str, stamp_ns: int, received_ns: int, msg: Any) -> None:
        self.seen[topic] += 1
        if topic == IMAGE:
            self._image_stamps_ns.add(stamp_ns)
        if self._last_ns is not None and stamp_ns > self._last_ns:
            return
        for name, role in self._interested(topic):
            if topic == role.part.answer:
                self._answered_ns[name][stamp_ns] = received_ns
            messages = self._pairings[name].add(stamp_ns, topic, msg)
            if messages is not None:
                self._compare(name, stamp_ns, messages)

    def _interested(self, topic: str) -> Iterator[tuple[str, Role]]:
        return ((n, role) for n, role in self.roles.items() if topic in role.part.topics)

    def _compare(self, name: str, stamp_ns: int, messages: Mapping[str, Any]) -> None:
        received_ns = self._answered_ns[name].pop(stamp_ns)
        self.ready.add(name)
        if not self._counts(stamp_ns):
            return
        role = self.roles[name]
        frame: Frame[Any] = Frame(
            scene=bisect_right(self._scene_stamps_ns, stamp_ns),
            at_s=(stamp_ns - (self._first_ns or 0)) / 1e9,
            latency_ms=(received_ns - stamp_ns) / 1e6,
            image=rgb_from_msg(messages[IMAGE]),
            verdict=role.part.judge(messages),
        )
        role.record.add(frame)
        self.moments.add(stamp_ns, name, frame)

    def _counts(self, stamp_ns: int) -> bool:
        if self._first_ns is None or stamp_ns < self._first_ns:
            return False
        return self._last_ns is None or stamp_ns <= self._last_ns

    def _now_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)


def _stamp_ns(stamp: Any) -> int:
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)
