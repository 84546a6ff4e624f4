"""Look at the running ROS graph: rates, ages, qualities of service, and what nodes say."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSCompatibility, qos_check_compatible
from sensor_msgs.msg import CompressedImage, Image

from robot_dl.cli.checks.finding import Finding, broken, fine, note
from robot_dl.ros.environment import prepare
from robot_dl.ros.qos import NEWEST_IMAGE, RESULTS
from robot_dl.ros.spinning import spin_for

IMAGE_TYPES = {'sensor_msgs/msg/Image': Image, 'sensor_msgs/msg/CompressedImage': CompressedImage}
STRANGE_AGE_S = 10.0
OLD_AGE_S = 0.5
LOOK_PERIOD_S = 0.25


def examine_graph(seconds: float) -> list[Finding]:
    """Listen to the graph for some seconds and return what there is to say about it."""
    prepare()
    rclpy.init()
    try:
        node = Node('robot_dl_doctor')
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        try:
            return list(_findings(node, executor, seconds))
        finally:
            executor.shutdown()
            node.destroy_node()
    finally:
        rclpy.try_shutdown()


@dataclass
class Watched:
    """An image topic: how old its images were, and when they came, in seconds."""

    topic: str
    ages_s: list[float] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)

    @property
    def rate_hz(self) -> float:
        """Images a second, between the first and the last."""
        passed_s = self.times_s[-1] - self.times_s[0]
        return (len(self.times_s) - 1) / passed_s if passed_s else 0.0

    def forget(self) -> None:
        """Forget the images so far."""
        self.ages_s.clear()
        self.times_s.clear()


def _findings(node: Node, executor: SingleThreadedExecutor, seconds: float) -> Iterator[Finding]:
    health: dict[str, DiagnosticStatus] = {}
    node.create_subscription(
        DiagnosticArray,
        '/diagnostics',
        lambda msg: health.update({status.name: status for status in msg.status}),
        RESULTS,
    )
    watched = _watch_all(node, executor, seconds)
    yield _nodes_finding(node)
    yield from _mismatches(node)
    yield from map(_image_finding, watched)
    yield from (_health_finding(status) for _, status in sorted(health.items()))


def _nodes_finding(node: Node) -> Finding:
    """Tell who is there, by full names; commands to one of two namesakes reach either."""
    found = node.get_node_names_and_namespaces()
    names = Counter(f'{namespace.rstrip("/")}/{name}' for name, namespace in found)
    names -= Counter([node.get_fully_qualified_name()])
    twice = [name for name, count in sorted(names.items()) if count > 1]
    if twice:
        remedy = 'give each a name or a namespace: --ros-args -r __node:=NAME -r __ns:=/NAMESPACE'
        return note('nodes', f'several of the same name: {", ".join(twice)}', remedy)
    return fine('nodes', ', '.join(sorted(names)) or 'none running')


def _watch_all(node: Node, executor: SingleThreadedExecutor, seconds: float) -> list[Watched]:
    """Listen to every image topic, also to those that are discovered only meanwhile."""
    watched: dict[str, Watched] = {}
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        if node.count_publishers('/clock') and not node.get_clock().ros_time_is_active:
            # In a simulation the stamps are of its clock, and those of another one are strange.
            node.set_parameters([Parameter('use_sim_time', value=True)])
            for before in watched.values():
                before.forget()
        for topic, type_name in _image_topics(node):
            if topic not in watched:
                watched[topic] = _watch(node, topic, type_name)
        spin_for(executor, LOOK_PERIOD_S)
    return list(watched.values())


def _image_topics(node: Node) -> Iterator[tuple[str, str]]:
    for topic, types in node.get_topic_names_and_types():
        known = [name for name in types if name in IMAGE_TYPES]
        if known and node.count_publishers(topic):
            yield topic, known[0]


def _watch(node: Node, topic: str, type_name: str) -> Watched:
    watched = Watched(topic)

    def on_image(msg: Any) -> None:
        stamp_ns = msg.header.stamp.sec * 10**9 + msg.header.stamp.nanosec
        now_ns = node.get_clock().now().nanoseconds
        if now_ns:  # else /clock has not come yet
            watched.ages_s.append((now_ns - stamp_ns) / 1e9)
            watched.times_s.append(time.monotonic())

    node.create_subscription(IMAGE_TYPES[type_name], topic, on_image, NEWEST_IMAGE)
    return watched


def _image_finding(watched: Watched) -> Finding:
    if not watched.ages_s:
        remedy = 'restart it, or subscribe: some cameras publish on demand'
        return note(watched.topic, 'a publisher, but no image came', remedy)
    age_s = float(np.median(watched.ages_s))
    text = f'{watched.rate_hz:.1f} images/s, {age_s * 1e3:.0f} ms old'
    if abs(age_s) > STRANGE_AGE_S:
        return broken(watched.topic, text, 'set use_sim_time alike everywhere; compare clocks')
    if age_s > OLD_AGE_S:
        return note(watched.topic, text, 'lower the resolution or rate; look for a full network')
    return fine(watched.topic, text)


def _mismatches(node: Node) -> Iterator[Finding]:
    """Yield every pair of a publisher and a subscription that will never meet, and why."""
    for topic, types in node.get_topic_names_and_types():
        if len(types) > 1:
            listed = ', '.join(sorted(types))
            yield broken(topic, f'has several types: {listed}', 'remap one of them away')
        for sender in node.get_publishers_info_by_topic(topic):
            for receiver in node.get_subscriptions_info_by_topic(topic):
                verdict, reason = qos_check_compatible(sender.qos_profile, receiver.qos_profile)
                if verdict == QoSCompatibility.ERROR:
                    pair = f'{sender.node_name} cannot reach {receiver.node_name}: {reason}'
                    yield broken(topic, pair, 'give both the same reliability and durability')


def _health_finding(status: DiagnosticStatus) -> Finding:
    text = status.message or 'no message'
    if status.level == DiagnosticStatus.OK:
        return fine(status.name, text)
    make = note if status.level == DiagnosticStatus.WARN else broken
    return make(status.name, text, 'read its log; the message says what to do')
