"""Say why nothing arrives on a topic."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible
from rclpy.topic_endpoint_info import TopicEndpointInfo

from robot_dl.ros.qos import qos_in_words

COMPRESSED = '/compressed'
TRANSPORT_TYPES = {
    'sensor_msgs/msg/Image': ('raw', ''),
    'sensor_msgs/msg/CompressedImage': ('compressed', COMPRESSED),
}
"""Value of `transport` and ending of the topic for each type that carries images."""


@dataclass(frozen=True)
class Wanted:
    """What a node listens for.

    Attributes:
        name: Name of the topic in the node, which can be remapped: 'image'.
        topic: Full name of the topic that is subscribed.
        type_name: Its type, e.g. 'sensor_msgs/msg/Image'.
        qos: What the subscription asks for.
        has_transport: Whether the parameter `transport` chooses the topic.
    """

    name: str
    topic: str
    type_name: str
    qos: QoSProfile
    has_transport: bool = False


def why_silent(node: Node, wanted: Wanted) -> str:
    """Return the likely reason, and what to do about it."""
    publishers = node.get_publishers_info_by_topic(wanted.topic)
    for reason in (_other_type, _other_qos):
        if sentence := reason(wanted, publishers):
            return sentence
    if publishers:
        return f'{wanted.topic} has a publisher, but nothing arrives: is it paused or unreachable?'
    return _no_publisher(node, wanted)


def _other_type(wanted: Wanted, publishers: list[TopicEndpointInfo]) -> str:
    types = {info.topic_type for info in publishers}
    if not types or wanted.type_name in types:
        return ''
    return f'{wanted.topic} carries {", ".join(sorted(types))}; expected {wanted.type_name}'


def _other_qos(wanted: Wanted, publishers: list[TopicEndpointInfo]) -> str:
    for info in publishers:
        result, why = qos_check_compatible(info.qos_profile, wanted.qos)
        if result == QoSCompatibility.ERROR:
            return (
                f'{wanted.topic}: the publisher {info.node_name} offers '
                f'{qos_in_words(info.qos_profile)}; this node asks for '
                f'{qos_in_words(wanted.qos)}: {why.rstrip(";")}'
            )
    return ''


def _no_publisher(node: Node, wanted: Wanted) -> str:
    alive = _topics_of_others(node)
    start = f'{wanted.topic} has no publisher'
    if wanted.has_transport and (advice := _same_images(wanted, alive)):
        return f'{start}, but {advice}'
    if advice := _similar_topic(wanted, alive):
        return f'{start}. {advice}'
    if wanted.has_transport and (advice := _other_images(wanted, alive)):
        return f'{start}. {advice}'
    return f'{start}, and no other topic carries {wanted.type_name}'


def _topics_of_others(node: Node) -> dict[str, list[str]]:
    """Return the topics that somebody else publishes, with their types."""
    own = dict(node.get_publisher_names_and_types_by_node(node.get_name(), node.get_namespace()))
    return {
        topic: types
        for topic, types in node.get_topic_names_and_types()
        if topic not in own and node.count_publishers(topic)
    }


def _same_images(wanted: Wanted, alive: dict[str, list[str]]) -> str:
    """Say that the images come in the other transport."""
    _, own_ending = TRANSPORT_TYPES[wanted.type_name]
    for type_name, transport, ending in _other_transports(wanted):
        topic = wanted.topic.removesuffix(own_ending) + ending
        if type_name in alive.get(topic, []):
            return f'{topic} has one: set transport:={transport}'
    return ''


def _similar_topic(wanted: Wanted, alive: dict[str, list[str]]) -> str:
    """Name the topic that was probably meant."""
    best, *others = _by_likeness(wanted, wanted.type_name, alive) or ('',)
    if not best:
        return ''
    also = f' Also there: {", ".join(others[:5])}.' if others else ''
    return f'Did you mean {best}?{also} {_remap(wanted, wanted.type_name, best)}'


def _other_images(wanted: Wanted, alive: dict[str, list[str]]) -> str:
    """Name the topic that was probably meant, though it comes in the other transport."""
    for type_name, transport, _ in _other_transports(wanted):
        if topics := _by_likeness(wanted, type_name, alive):
            remap = _remap(wanted, type_name, topics[0])
            return f'Did you mean {topics[0]}? Then set transport:={transport}. {remap}'
    return ''


def _other_transports(wanted: Wanted) -> list[tuple[str, str, str]]:
    """Return type, value of `transport` and ending for the transports that are not used."""
    return [(t, *rest) for t, rest in TRANSPORT_TYPES.items() if t != wanted.type_name]


def _remap(wanted: Wanted, type_name: str, topic: str) -> str:
    ending = TRANSPORT_TYPES[type_name][1] if wanted.has_transport else ''
    name = wanted.name if topic.endswith(ending) else wanted.name + ending
    return f'Remap: --ros-args -r {name}:={topic.removesuffix(ending)}'


def _by_likeness(wanted: Wanted, type_name: str, alive: dict[str, list[str]]) -> list[str]:
    """Return the topics of a type, the likeliest first."""
    topics = [topic for topic, types in alive.items() if type_name in types]
    return sorted(topics, key=_likeness_to(wanted.topic), reverse=True)


def _likeness_to(topic: str) -> Callable[[str], float]:
    """Return a measure of how alike a name is, that does not mind other namespaces."""
    words = set(topic.strip('/').replace('_', '/').split('/'))

    def likeness(other: str) -> float:
        shared = len(words & set(other.strip('/').replace('_', '/').split('/')))
        return shared + SequenceMatcher(None, topic, other).ratio()

    return likeness
