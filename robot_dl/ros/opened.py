"""Close whatever a node has opened while it loaded its model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rclpy.lifecycle import LifecycleNode


class Opened:
    """The entities and attributes that a node got while it was watched.

    A transition that fails half-way must give back what it took so far, and so must cleanup;
    nobody then has to remember what that was. What comes at other times is not ours to close:
    rclpy subscribes `/clock` the moment somebody sets use_sim_time.
    """

    def __init__(self, node: LifecycleNode) -> None:
        self._node = node
        self._entities: list[tuple[Callable[[Any], object], Any]] = []
        self._attributes: set[str] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Remember what the node gets meanwhile, also if that ends in an exception."""
        # The entities themselves are kept, for the id of one that is gone may come again.
        before = {id(entity): entity for _, entity in _entities(self._node)}
        names = set(vars(self._node))
        try:
            yield
        finally:
            now = _entities(self._node)
            self._entities += [pair for pair in now if id(pair[1]) not in before]
            self._attributes |= set(vars(self._node)) - names

    def close(self) -> None:
        """Destroy these entities and drop these attributes."""
        while self._entities:
            destroy, entity = self._entities.pop(0)
            destroy(entity)
        while self._attributes:
            vars(self._node).pop(self._attributes.pop(), None)


def _entities(node: LifecycleNode) -> list[tuple[Callable[[Any], object], Any]]:
    """Return every entity of a node, with the method that destroys it."""
    kinds = [
        (node.destroy_subscription, node.subscriptions),
        (node.destroy_timer, node.timers),
        (node.destroy_service, node.services),
        (node.destroy_client, node.clients),
        (node.destroy_lifecycle_publisher, node.publishers),
    ]
    return [(destroy, entity) for destroy, entities in kinds for entity in entities]
