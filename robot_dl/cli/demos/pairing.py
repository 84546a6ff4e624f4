"""Bring together what arrives separately under one stamp."""

from typing import Generic, TypeVar

T = TypeVar('T')


class Pairing(Generic[T]):
    """Collects the named parts of each stamp, in whatever order they arrive.

    Stamps must be equal: a tolerance would compare an image with the objects of another.
    """

    def __init__(self, parts: tuple[str, ...], most_waiting: int = 60) -> None:
        """Wait for `parts` of up to `most_waiting` stamps; beyond that the oldest is given up."""
        self._parts = parts
        self._most_waiting = most_waiting
        self._waiting: dict[int, dict[str, T]] = {}
        self.incomplete = 0

    def add(self, stamp_ns: int, part: str, value: T) -> dict[str, T] | None:
        """Take one part, and return all parts of its stamp if this was the last one missing."""
        found = self._waiting.setdefault(stamp_ns, {})
        found[part] = value
        if len(found) == len(self._parts):
            return self._waiting.pop(stamp_ns)
        if len(self._waiting) > self._most_waiting:
            del self._waiting[min(self._waiting)]
            self.incomplete += 1
        return None
