"""From logits to scores, and back for a threshold."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MOST_LOGIT = 1e6
"""Nothing sane is beyond; half precision ends at 65504."""

MARGIN = 1e-3
CLOSEST = 1e-7


def sigmoid(logits: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)), without overflow."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -80, 80))), np.float32)


def least_logit(score: float) -> float:
    """Return a logit that everything reaches whose sigmoid is at least `score`.

    A little lower than exact, because the sigmoid is rounded: compare the scores again.
    """
    inside = min(max(score, CLOSEST), 1 - CLOSEST)
    return -math.inf if score <= 0 else math.log(inside / (1 - inside)) - MARGIN


def softmax(logits: Floats) -> Floats:
    """Return exp(x) / sum(exp(x)) over the last axis, without overflow."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
