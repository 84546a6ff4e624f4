"""What an image shows, as a structure of arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Classification:
    """The likeliest classes of one image, best first.

    Attributes:
        scores: Confidence [K], in [0, 1].
        class_ids: Index into the model's labels [K].
    """

    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Check that the arrays belong together.

        Raises:
            ValueError: If their shapes differ.
        """
        if self.scores.ndim != 1 or self.scores.shape != self.class_ids.shape:
            raise ValueError(
                'classification: expected a score [K] for each class id [K], got '
                f'{list(self.scores.shape)} and {list(self.class_ids.shape)}'
            )

    @classmethod
    def empty(cls) -> 'Classification':
        """Return what is said of an image when no score suffices."""
        return cls(np.zeros(0, np.float32), np.zeros(0, np.int64))

    def __len__(self) -> int:
        """Return how many classes are named."""
        return len(self.scores)


def best(scores: NDArray[np.float32], count: int, least: float = 0.0) -> Classification:
    """Return the `count` best of scores [C] that are at least `least`; of equals, the first."""
    order = np.argsort(-scores, kind='stable')[:count]
    kept = order[scores[order] >= least]
    return Classification(scores[kept], kept.astype(np.int64))
