"""Whether anybody wants what a node publishes."""

from rclpy.lifecycle import LifecycleNode, LifecyclePublisher
from rclpy.qos import DurabilityPolicy

# Who restarts within this time finds the node still listening.
LINGER_S = 2.0


class Audience:
    """The subscribers of a node's results.

    Results are what its lifecycle publishers publish, except latched ones: those hold a value
    for whoever may come, and cost nothing. A node without results always has an audience.
    """

    def __init__(self, node: LifecycleNode) -> None:
        self._node = node
        self._seen_s = float('-inf')

    def expect(self, now_s: float) -> None:
        """Assume that somebody may be about to come: the node has just begun to work."""
        self._seen_s = now_s

    def is_there(self) -> bool:
        """Tell whether a result published now would reach anybody."""
        results = [p for p in self._node.publishers if _is_result(p)]
        return not results or any(p.get_subscription_count() for p in results)

    def was_there(self, now_s: float) -> bool:
        """Tell whether somebody is there, or was a moment ago."""
        if self.is_there():
            self._seen_s = now_s
        return now_s - self._seen_s <= LINGER_S


def _is_result(publisher: object) -> bool:
    return (
        isinstance(publisher, LifecyclePublisher)
        and publisher.qos_profile.durability != DurabilityPolicy.TRANSIENT_LOCAL
    )
