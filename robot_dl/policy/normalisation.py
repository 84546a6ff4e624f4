"""How an observation is brought to the size that the network has learned with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.engine.card_checks import CardError, numbers
from robot_dl.policy.card_values import one_or_many, spread


@dataclass(frozen=True)
class Normalisation:
    """Statistics of the observation, from its training: in the card or in the graph.

    What goes into the network is (x - mean) / (std + epsilon), and then clipped.

    Attributes:
        in_graph: Whether the graph does that itself; nothing else may be told then.
        mean: Is subtracted: one number, or one for each element.
        std: Divides after that: one number, or one for each element.
        epsilon: Is added to `std`.
        clip: Greatest size of what comes out; 0 for any.
    """

    in_graph: bool = False
    mean: float | tuple[float, ...] = 0.0
    std: float | tuple[float, ...] = 1.0
    epsilon: float = 0.0
    clip: float = 0.0

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            CardError: If one does not fit, or the statistics were applied twice.
        """
        key = 'policy.normalisation'
        if not isinstance(self.in_graph, bool):
            raise CardError(f'{key}.in_graph: expected true or false, got {self.in_graph!r}')
        object.__setattr__(self, 'mean', one_or_many(f'{key}.mean', self.mean))
        object.__setattr__(self, 'std', one_or_many(f'{key}.std', self.std))
        numbers(f'{key}.epsilon', [self.epsilon], 1, low=0.0)
        numbers(f'{key}.clip', [self.clip], 1, low=0.0)
        told = (self.mean, self.std, self.epsilon, self.clip) != (0.0, 1.0, 0.0, 0.0)
        if self.in_graph and told:
            raise CardError(
                f'{key}: the graph normalises (in_graph: true), and the card gives statistics, '
                'too: the observation would be normalised twice. Remove one of both'
            )

    def check(self, size: int) -> None:
        """Check it against the number of elements of the observation.

        Raises:
            CardError: If there are not as many, or one would be divided by nothing.
        """
        spread('policy.normalisation.mean', self.mean, size)
        divisors = np.array(spread('policy.normalisation.std', self.std, size)) + self.epsilon
        if not (divisors > 0).all():
            at = int(np.argmin(divisors > 0))
            raise CardError(
                f'policy.normalisation.std: expected std + epsilon > 0, got {divisors[at]:g} '
                f'for element {at}'
            )

    def arrays(self, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what is subtracted [size], and what multiplies after that [size]."""
        mean = np.array(spread('policy.normalisation.mean', self.mean, size))
        divisors = np.array(spread('policy.normalisation.std', self.std, size)) + self.epsilon
        return mean, 1 / divisors
