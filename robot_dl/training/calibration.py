"""How far scores can be believed, and the temperature that makes them believable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ids = NDArray[np.int64]
Flags = NDArray[np.bool_]

BINS = 15
RANGE = (0.05, 20.0)
"""Temperatures worth considering."""


def fit_temperature(logits: Array, class_ids: Ids) -> float:
    """Return the temperature at which the true classes are likeliest.

    Guo et al. 2017 (arXiv:1706.04599, section 4.2). The mean negative log likelihood is convex in
    the inverse temperature b; its slope is the mean of E[z] - z_true under softmax(b z).

    Args:
        logits: What a network said of pictures it did not learn from [P, C].
        class_ids: What they show [P].

    Returns:
        The temperature, within `RANGE`.
    """
    z = np.asarray(logits, np.float64)
    z = z - z.max(1, keepdims=True)
    true = z[np.arange(len(z)), class_ids]

    def slope(inverse: float) -> float:
        powers = np.exp(inverse * z)
        expected = (powers * z).sum(1) / powers.sum(1)
        return float((expected - true).mean())

    return 1 / zero_of(slope, 1 / RANGE[1], 1 / RANGE[0])


def fit_width_temperature(rates: Array, is_within: Flags) -> float:
    """Return the temperature at which it is likeliest that errors were within their limit.

    The error of a place follows a Laplace distribution, so that it is within the limit with the
    chance 1 - exp(-rate / temperature). With k for the rate and b for the inverse temperature,
    the mean negative log likelihood is convex in b; its slope is the mean of k where the error
    was beyond the limit, and of -k / (exp(b k) - 1) where it was within.

    Args:
        rates: Limit divided by the width that a network gives to the distribution [N], > 0.
        is_within: Whether the error was within the limit [N].

    Returns:
        The temperature, within `RANGE`.
    """
    k = np.asarray(rates, np.float64)

    def slope(inverse: float) -> float:
        # Above 700 the power would be infinite, and the quotient nothing.
        drawn = k / np.expm1(np.minimum(inverse * k, 700.0))
        return float(np.where(is_within, -drawn, k).mean())

    return 1 / zero_of(slope, 1 / RANGE[1], 1 / RANGE[0])


def zero_of(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where a rising function of a positive number is zero, or the nearer of both ends."""
    for _ in range(60):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return float(np.sqrt(low * high))


@dataclass(frozen=True)
class Reliability:
    """What was promised and what came true, in bins of equal width; parts can be added.

    Attributes:
        count: Answers [B] in each bin.
        promised: Sum of their scores [B].
        kept: How many of them were right [B].
    """

    count: Array
    promised: Array
    kept: Array

    @classmethod
    def of(cls, scores: Array, is_right: Flags, bins: int = BINS) -> Reliability:
        """Count answers.

        Args:
            scores: Chance that each answer is right [P], in [0, 1].
            is_right: Whether it is [P].
            bins: How many.
        """
        # A score belongs to the bin whose upper edge it does not exceed.
        number = np.clip(np.ceil(scores * bins).astype(np.int64) - 1, 0, bins - 1)
        weights = (None, scores, is_right)
        return cls(*(np.bincount(number, w, bins).astype(np.float64) for w in weights))

    def __add__(self, other: Reliability) -> Reliability:
        """Return the answers of both."""
        count, promised = self.count + other.count, self.promised + other.promised
        return Reliability(count, promised, self.kept + other.kept)

    @property
    def error(self) -> float:
        """The expected calibration error (Guo et al. 2017, equation 3).

        The mean over bins of |share of right answers - mean score|, weighted by the number of
        answers in them.
        """
        return float(np.abs(self.kept - self.promised).sum() / self.count.sum())

    @property
    def rows(self) -> list[tuple[float, float, int]]:
        """Mean score, share of right answers and number of answers of each bin with any."""
        columns = zip(self.count, self.promised, self.kept, strict=True)
        return [(float(p / n), float(k / n), int(n)) for n, p, k in columns if n]
