"""Passes on numbers to joints, as ros2_control's forward_command_controller does."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


class ForwardController:
    """Holds the last command. Numbers have no names: they are in the controller's own order."""

    def __init__(self, names: tuple[str, ...], timeout_s: float = 0.0) -> None:
        """Hold nothing yet.

        Args:
            names: The joints, in the order of the commands.
            timeout_s: A command counts for so long; 0 is for ever, as in ros2_control.
        """
        self.names, self._timeout_s = names, timeout_s or math.inf
        self.reset()

    def reset(self) -> None:
        """Forget the command."""
        self._values: NDArray[np.float64] | None = None
        self._heard_s = -math.inf

    def command(self, values: ArrayLike, now_s: float) -> NDArray[np.float64]:
        """Take a command [N] and return it; the last one stays where this one is refused.

        Raises:
            ValueError: Another size, or a number that is not finite.
        """
        taken = np.asarray(values, np.float64)
        order = ', '.join(self.names)
        if taken.shape != (len(self.names),):
            raise ValueError(
                f'commands: expected {len(self.names)} numbers ({order}), got {taken.size}'
            )
        if not np.isfinite(taken).all():
            bad = self.names[int(np.argmin(np.isfinite(taken)))]
            raise ValueError(f'commands: expected finite numbers, got {taken.tolist()} ({bad})')
        self._values, self._heard_s = taken, now_s
        return taken

    def target(self, now_s: float) -> NDArray[np.float64] | None:
        """Return the command [N]; None where there is none, or where it is too old."""
        return self._values if now_s - self._heard_s <= self._timeout_s else None
