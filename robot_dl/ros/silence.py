"""Say why nothing arrives on a topic."""

from rclpy.node import Node


def why_silent(node: Node, topic: str, type_name: str) -> str:
    """Return the likely reason, and what to type.

    Args:
        node: The node that listens.
        topic: Full name of the topic.
        type_name: Type it listens for, e.g. 'sensor_msgs/msg/Image'.
    """
    types = {info.topic_type for info in node.get_publishers_info_by_topic(topic)}
    if type_name in types:
        return f'{topic} has a publisher, but nothing arrives'
    if types:
        return f'{topic} carries {", ".join(sorted(types))}; expected {type_name}'
    return f'{topic} has no publisher{_elsewhere(node, topic, type_name)}'


def _elsewhere(node: Node, topic: str, type_name: str) -> str:
    """Name the topics that carry the type, except those the node itself publishes."""
    own = dict(node.get_publisher_names_and_types_by_node(node.get_name(), node.get_namespace()))
    others = [
        name
        for name, types in node.get_topic_names_and_types()
        if type_name in types and name not in own and node.count_publishers(name)
    ]
    if not others:
        return f', and no other topic carries {type_name}'
    listed = ', '.join(sorted(others))
    return f'; {type_name} is on {listed}. Remap: --ros-args -r {topic}:={sorted(others)[0]}'
