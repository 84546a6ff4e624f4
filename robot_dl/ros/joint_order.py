"""Bring values of joints into one order, by their names."""

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.names import did_you_mean

Values = NDArray[np.float64]


class JointOrder:
    """Picks the values of some joints out of those of others, whatever their order.

    Where each one is found is remembered while the names stay the same.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        """Remember the order that is wanted."""
        self._wanted = self._known = names
        self._places: NDArray[np.intp] | None = None

    def __call__(self, names: tuple[str, ...], values: Values) -> Values:
        """Return the values of the joints that are wanted [N], given those of `names` [M].

        Raises:
            ValueError: One of them is missing; the message names it.
        """
        if names != self._known:
            self._places = None if names == self._wanted else self._found(names)
            self._known = names
        return values if self._places is None else np.asarray(values[self._places])

    def _found(self, names: tuple[str, ...]) -> NDArray[np.intp]:
        for joint in self._wanted:
            if joint not in names:
                raise ValueError(
                    f'joint {joint} is not among the measured ones: {", ".join(names) or "none"}.'
                    f'{did_you_mean(joint, names)}'
                )
        return np.array([names.index(joint) for joint in self._wanted])
