"""The latest values of something, side by side in one array."""

import numpy as np

from robot_dl.policy.term_spec import ORDERS
from robot_dl.policy.types import Vector


class History:
    """The latest values of a vector, oldest or newest first.

    Attributes:
        block: [length * size] the values, one behind the other.
    """

    def __init__(self, block: Vector, length: int, order: str, start: str) -> None:
        """Begin empty.

        Args:
            block: [length * size] where the values shall lie.
            length: How many there are.
            order: One of `term_spec.ORDERS`.
            start: One of `term_spec.STARTS`: what there is before there are enough.
        """
        self.block = block
        self._length, self._start = length, start
        size = len(block) // length
        early: slice = slice(0, len(block) - size)
        late: slice = slice(size, None)
        oldest_first = order == ORDERS[0]
        self._from, self._to = (late, early) if oldest_first else (early, late)
        self._new = slice(len(block) - size, None) if oldest_first else slice(0, size)
        self._is_empty = True

    def reset(self) -> None:
        """Forget everything."""
        self._is_empty = True

    def add(self, value: Vector) -> None:
        """Take the newest value [size], and drop the oldest."""
        if self._is_empty:
            self._is_empty = False
            self.block[:] = np.tile(value, self._length) if self._start == 'repeat' else 0.0
        elif self._length > 1:
            self.block[self._to] = self.block[self._from]
        self.block[self._new] = value
