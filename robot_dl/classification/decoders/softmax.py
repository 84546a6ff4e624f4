"""The functions that turn logits into scores."""

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float64]


def softmax(logits: Row) -> Row:
    """Return exp(z) / sum(exp(z)) for logits [C]; the sum is one."""
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())


def sigmoid(logits: Row) -> Row:
    """Return 1 / (1 + exp(-z)) for each of the logits [C]."""
    # The power of a negative number never overflows.
    small = np.exp(-np.abs(logits))
    return np.asarray(np.where(logits >= 0, 1.0, small) / (1.0 + small))


ACTIVATIONS = {'softmax': softmax, 'sigmoid': sigmoid}
"""Softmax where an image shows one of the classes, sigmoid where it may show several."""
