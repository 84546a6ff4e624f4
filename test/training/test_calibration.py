"""Temperature and calibration error, against numbers found in other ways."""

from __future__ import annotations

import numpy as np
import pytest

from robot_dl.training.calibration import (
    Reliability,
    fit_temperature,
    fit_width_temperature,
)


def _answers(temperature: float, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Return logits [P, 5] that are `temperature` times too great, and classes drawn from them."""
    rng = np.random.default_rng(0)
    honest = rng.normal(0, 2, (count, 5))
    chances = np.exp(honest) / np.exp(honest).sum(1, keepdims=True)
    ids = np.array([rng.choice(5, p=row) for row in chances])
    return honest * temperature, ids


def _nll(logits: np.ndarray, ids: np.ndarray) -> float:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    chances = powers / powers.sum(1, keepdims=True)
    return -np.log(chances[np.arange(len(ids)), ids]).mean()


@pytest.mark.parametrize('true', [0.5, 1.0, 3.0])
def test_the_temperature_that_was_hidden_is_found(true: float) -> None:
    logits, ids = _answers(true)
    found = fit_temperature(logits, ids)
    assert found == pytest.approx(true, rel=0.05)
    grid = np.geomspace(0.05, 20, 2001)
    losses = [_nll(logits / temperature, ids) for temperature in grid]
    assert found == pytest.approx(grid[int(np.argmin(losses))], rel=0.005)


def test_answers_that_are_all_right_give_the_least_temperature() -> None:
    logits = np.eye(4)[np.arange(40) % 4]
    assert fit_temperature(logits, np.arange(40) % 4) == pytest.approx(0.05, rel=1e-3)


def test_logits_of_any_size_are_taken() -> None:
    logits, ids = _answers(1.0, 200)
    assert fit_temperature(logits * 1e3 + 1e6, ids) == pytest.approx(20.0, rel=1e-3)


def test_scores_that_say_what_happens_have_no_error() -> None:
    scores = np.repeat([0.75, 0.5], 400)
    is_right = np.concatenate([np.arange(400) % 4 > 0, np.arange(400) % 2 > 0])
    assert Reliability.of(scores, is_right).error == pytest.approx(0, abs=1e-12)


def test_the_error_is_the_mean_gap_written_out_bin_by_bin() -> None:
    rng = np.random.default_rng(1)
    scores = rng.uniform(0, 1, 500)
    scores[:3] = [0.0, 1.0, 1 / 15]
    is_right = rng.random(500) < scores**2
    expected, pictures = 0.0, 0
    for k in range(15):
        low, high = k / 15, (k + 1) / 15
        inside = [n for n, s in enumerate(scores) if low < s <= high or (k == 0 and s == 0)]
        pictures += len(inside)
        if inside:
            gap = np.mean(is_right[inside]) - np.mean(scores[inside])
            expected += len(inside) / 500 * abs(gap)
    assert pictures == 500
    assert Reliability.of(scores, is_right).error == pytest.approx(expected, abs=1e-12)


def test_the_reliability_table_has_every_picture_once() -> None:
    scores, is_right = np.array([0.9, 0.91, 0.3, 1.0]), np.array([True, False, True, True])
    rows = Reliability.of(scores, is_right).rows
    assert [n for *_, n in rows] == [1, 2, 1]
    assert rows[1][:2] == (pytest.approx(0.905), 0.5)


def test_parts_of_the_answers_are_counted_like_all_at_once() -> None:
    rng = np.random.default_rng(2)
    scores = rng.uniform(0, 1, 300)
    is_right = rng.random(300) < scores
    both = Reliability.of(scores[:70], is_right[:70]) + Reliability.of(scores[70:], is_right[70:])
    whole = Reliability.of(scores, is_right)
    assert both.error == pytest.approx(whole.error, abs=1e-12)
    assert [n for *_, n in both.rows] == [n for *_, n in whole.rows]


@pytest.mark.parametrize('true', [0.4, 1.0, 3.0])
def test_the_width_that_was_hidden_is_found(true: float) -> None:
    rng = np.random.default_rng(0)
    widths, limit = rng.uniform(0.01, 0.3, 20000), np.log(1.1)
    is_within = np.abs(rng.laplace(0, widths * true)) <= limit
    found = fit_width_temperature(limit / widths, is_within)
    assert found == pytest.approx(true, rel=0.05)
    rates = limit / widths

    def likelihood(temperature: float) -> float:
        chance = -np.expm1(-rates / temperature)
        return float(np.where(is_within, np.log(chance), -rates / temperature).mean())

    grid = np.geomspace(0.05, 20, 2001)
    assert found == pytest.approx(grid[np.argmax([likelihood(t) for t in grid])], rel=0.005)


def test_errors_that_are_never_beyond_the_limit_give_the_least_temperature() -> None:
    rates = np.array([0.1, 1.0, 5000.0])
    assert fit_width_temperature(rates, np.ones(3, bool)) == pytest.approx(0.05, rel=1e-3)
    assert fit_width_temperature(rates, np.zeros(3, bool)) == pytest.approx(20.0, rel=1e-3)
