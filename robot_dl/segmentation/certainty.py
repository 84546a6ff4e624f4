"""How sure a network is of the class that has won, from the scores of all classes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.activation import sigmoid

Floats = NDArray[np.float32]

SMALLEST = np.float32(1e-7)
"""Stands for odds of zero in a logarithm; float32 ends here, beside one."""


@dataclass(frozen=True)
class Certainty:
    """What the scores of one kind say of the winner.

    Attributes:
        of_winner: From scores [C, ...] to a number [...] that may be interpolated: the logarithm
            of the odds that the winner is right, or the chance itself.
        of_none: The same for a background that wins where none of scores [C, ...] is great.
        chance: From that number to the chance, 0 to 1.
    """

    of_winner: Callable[[Floats], Floats]
    of_none: Callable[[Floats], Floats]
    chance: Callable[[Floats], Floats]

    def __call__(self, scores: Floats, background: int | None) -> Floats:
        """Return the number that may be interpolated, for scores [C, ...].

        Args:
            scores: The scores, those of the background being the threshold everywhere.
            background: Which of them is the background's; None if no class has a threshold.
        """
        if background is None:
            return self.of_winner(scores)
        others = np.delete(scores, background, axis=0)
        found = others.max(axis=0) > scores[background]
        return np.where(found, self.of_winner(others), self.of_none(others))


def _log_odds(logits: Floats) -> Floats:
    """Return log(p / (1 - p)) for the greatest p of a softmax over logits [C, ...]."""
    others = np.exp(logits - logits.max(axis=0)).sum(axis=0) - 1
    return np.asarray(-np.log(np.maximum(others, SMALLEST)), np.float32)


def _greatest(scores: Floats) -> Floats:
    return np.asarray(scores.max(axis=0))


CERTAINTIES: dict[str, Certainty] = {
    'softmax': Certainty(_log_odds, lambda scores: -_greatest(scores), sigmoid),
    'sigmoid': Certainty(_greatest, lambda scores: -_greatest(scores), sigmoid),
    'none': Certainty(_greatest, lambda s: 1 - _greatest(s), lambda s: np.clip(s, 0, 1)),
}
"""By the activation that the scores lack."""
