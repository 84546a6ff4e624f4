"""Errors of metres, against closed forms."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from robot_dl.training.depth_scoring import depth_errors, mean_errors

TRUE_M = np.array([[1.0, 2.0], [4.0, np.nan]], np.float32)


def test_the_truth_has_no_error() -> None:
    errors = asdict(depth_errors(TRUE_M, TRUE_M))
    assert [errors.pop(name) for name in ('delta1', 'delta2', 'delta3', 'known')] == [1] * 4
    assert set(errors.values()) == {0.0}


@pytest.mark.parametrize(
    ('factor', 'steps'),
    [(1.2, (1, 1, 1)), (1 / 1.2, (1, 1, 1)), (1.5, (0, 1, 1)), (1.9, (0, 0, 1)), (2.0, (0, 0, 0))],
)
def test_a_wrong_scale_is_all_error_but_the_scale_invariant_one(
    factor: float, steps: tuple[int, ...]
) -> None:
    errors = depth_errors(TRUE_M * np.float32(factor), TRUE_M)
    assert errors.abs_rel == pytest.approx(abs(factor - 1), rel=1e-5)
    assert (errors.delta1, errors.delta2, errors.delta3) == steps
    assert errors.rmse_m == pytest.approx(abs(factor - 1) * np.sqrt((1 + 4 + 16) / 3), rel=1e-5)
    assert errors.log10 == pytest.approx(abs(np.log10(factor)), rel=1e-5)
    assert errors.silog == pytest.approx(0, abs=1e-6)


def test_the_scale_invariant_error_is_that_of_all_pairs_of_pixels() -> None:
    rng = np.random.default_rng(0)
    true, found = rng.uniform(1, 5, (2, 6, 7))
    log = np.log(found / true).reshape(-1)
    # Eigen et al. 2014, equation 2: half the mean squared difference of all pairs.
    pairs = ((log[:, None] - log[None]) ** 2).mean() / 2
    assert depth_errors(found, true).silog == pytest.approx(np.sqrt(pairs))


def test_pixels_that_are_not_known_are_left_out_and_counted() -> None:
    found = np.array([[1.1, np.nan], [4.0, 9.0]], np.float32)
    errors = depth_errors(found, TRUE_M)
    assert errors.abs_rel == pytest.approx(0.05, rel=1e-5)
    assert errors.known == pytest.approx(2 / 3)


def test_each_picture_counts_alike() -> None:
    near = depth_errors(np.full((1, 1), 1.1), np.ones((1, 1)))
    far = depth_errors(np.full((9, 9), 10.0), np.full((9, 9), 10.0))
    assert mean_errors([near, far])['abs_rel'] == pytest.approx(0.05)
    assert mean_errors([near, far])['delta1'] == 1


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match=r'expected \[2, 2\] pixels, got \[1, 2\]'):
        depth_errors(TRUE_M[:1], TRUE_M)
    with pytest.raises(ValueError, match='expected a pixel at least'):
        depth_errors(np.full((2, 2), np.nan), TRUE_M)
