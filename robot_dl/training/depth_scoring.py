"""How far metres are from the truth, in the numbers that papers on depth give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Metres = NDArray[np.floating]
STEP = 1.25
"""Metres off by less than this factor, its square and its cube count for delta1, 2 and 3."""


@dataclass(frozen=True)
class DepthErrors:
    """Errors of one picture, or their means over many; Eigen et al. 2014 (arXiv:1406.2283).

    Attributes:
        abs_rel: Mean of |found - true| / true.
        delta1: Part of the pixels whose ratio to the truth, or its inverse, is below 1.25.
        delta2: The same for 1.25².
        delta3: The same for 1.25³.
        rmse_m: Root of the mean squared error, metres.
        log10: Mean difference of the decimal logarithms.
        silog: Standard deviation of the difference of the natural logarithms: the error that is
            left when the picture's scale may be chosen (equation 1 there).
        known: Part of the pixels with a true distance of which the model gives one, too.
    """

    abs_rel: float
    delta1: float
    delta2: float
    delta3: float
    rmse_m: float
    log10: float
    silog: float
    known: float


def depth_errors(found_m: Metres, true_m: Metres) -> DepthErrors:
    """Return the errors of one picture; pixels without a true distance count nowhere.

    Args:
        found_m: What a model says [H, W], NaN where it does not know.
        true_m: The truth [H, W], NaN where there is none.

    Raises:
        ValueError: If the sizes differ, or nothing can be compared.
    """
    if found_m.shape != true_m.shape:
        raise ValueError(f'found: expected {list(true_m.shape)} pixels, got {list(found_m.shape)}')
    there = np.isfinite(true_m)
    both = there & np.isfinite(found_m)
    if not both.any():
        raise ValueError('expected a pixel at least of which truth and model know the distance')
    found, true = found_m[both].astype(np.float64), true_m[both].astype(np.float64)
    log = np.log(found / true)
    ratio = np.abs(log)
    one, two, three = [float((ratio < power * np.log(STEP)).mean()) for power in (1, 2, 3)]
    return DepthErrors(
        float((np.abs(found - true) / true).mean()),
        one,
        two,
        three,
        rmse_m=float(np.sqrt(((found - true) ** 2).mean())),
        log10=float(ratio.mean() / np.log(10)),
        silog=float(log.std()),
        known=float(both.sum() / there.sum()),
    )


def mean_errors(pictures: Sequence[DepthErrors]) -> dict[str, float]:
    """Return the mean of each error over pictures: each picture counts alike."""
    rows = [asdict(errors) for errors in pictures]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
