"""Close whatever a node has opened since a moment."""

from typing import Any

from rclpy.lifecycle import LifecycleNode


class Opened:
    """The entities and attributes that a node gets after this moment.

    A transition that fails half-way must give back what it took so far, and so must cleanup;
    nobody then has to remember what that was.
    """

    def __init__(self, node: LifecycleNode) -> None:
        """Remember what the node has already."""
        self._node = node
        self._attributes = set(vars(node))
        self._entities = {id(entity) for entities, _ in _kinds(node) for entity in entities}

    def close(self) -> None:
        """Destroy the entities and drop the attributes that were not there before."""
        for entities, destroy in _kinds(self._node):
            for entity in entities:
                if id(entity) not in self._entities:
                    destroy(entity)
        for name in set(vars(self._node)) - self._attributes:
            delattr(self._node, name)


def _kinds(node: LifecycleNode) -> list[tuple[list[Any], Any]]:
    return [
        (list(node.subscriptions), node.destroy_subscription),
        (list(node.timers), node.destroy_timer),
        (list(node.services), node.destroy_service),
        (list(node.clients), node.destroy_client),
        (list(node.publishers), node.destroy_lifecycle_publisher),
    ]
