"""How far scores can be believed, and the temperature that makes them believable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ids = NDArray[np.int64]

BINS = 15
RANGE = (0.05, 20.0)
"""Temperatures worth considering."""


def fit_temperature(logits: Array, class_ids: Ids) -> float:
    """Return the temperature at which the true classes are likeliest.

    Guo et al. 2017 (arXiv:1706.04599, section 4.2). The mean negative log likelihood is convex in
    the inverse temperature b; its slope, the mean of E[z] - z_true under softmax(b z), rises with
    b, so that bisection finds where it is zero.

    Args:
        logits: What a network said of pictures it did not learn from [P, C].
        class_ids: What they show [P].

    Returns:
        The temperature, within `RANGE`.
    """
    z = np.asarray(logits, np.float64)
    z = z - z.max(1, keepdims=True)
    true = z[np.arange(len(z)), class_ids]
    low, high = 1 / RANGE[1], 1 / RANGE[0]
    for _ in range(60):
        middle = np.sqrt(low * high)
        powers = np.exp(middle * z)
        expected = (powers * z).sum(1) / powers.sum(1)
        low, high = (middle, high) if (expected - true).mean() < 0 else (low, middle)
    return float(1 / np.sqrt(low * high))


def calibration_error(scores: Array, is_right: NDArray[np.bool_], bins: int = BINS) -> float:
    """Return how far the score of the best class is from how often it is right.

    The expected calibration error (Guo et al. 2017, equation 3): the mean over bins of equal width
    of |share of right answers - mean score|, weighted by the number of pictures in them.

    Args:
        scores: Score of the best class [P], in [0, 1].
        is_right: Whether it is the true one [P].
        bins: How many.
    """
    # A score belongs to the bin whose upper edge it does not exceed.
    number = np.clip(np.ceil(scores * bins).astype(int) - 1, 0, bins - 1)
    gap = np.bincount(number, is_right - scores, bins)
    return float(np.abs(gap).sum() / len(scores))


def reliability(
    scores: Array, is_right: NDArray[np.bool_], bins: int = BINS
) -> list[tuple[float, float, int]]:
    """Return mean score, share of right answers and number of pictures of each bin with any."""
    number = np.clip(np.ceil(scores * bins).astype(int) - 1, 0, bins - 1)
    rows = []
    for k in range(bins):
        inside = number == k
        if inside.any():
            row = (float(scores[inside].mean()), float(is_right[inside].mean()), int(inside.sum()))
            rows.append(row)
    return rows
