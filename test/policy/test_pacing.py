"""When a decision is due."""

import numpy as np
import pytest

from robot_dl.policy.pacing import Pace

MS = 1_000_000
PERIOD_NS = 20 * MS


def due(stamps, pace=None) -> list:
    pace = pace or Pace(PERIOD_NS)
    return [stamp for stamp in stamps if pace.is_due(stamp)]


def test_the_first_message_is_due():
    assert due([5]) == [5]


@pytest.mark.parametrize('rate_hz', [50, 60, 100, 125, 500, 1000])
def test_a_faster_sensor_serves_the_policy_at_its_own_rate(rate_hz):
    stamps = [round(i * 1e9 / rate_hz) for i in range(10 * rate_hz)]
    chosen = np.array(due(stamps))
    assert len(chosen) == pytest.approx(500, abs=1)
    off = np.abs(chosen - np.arange(len(chosen)) * PERIOD_NS)
    assert off.max() <= 1e9 / rate_hz / 2 + 1


def test_jitter_of_the_sensor_changes_nothing():
    rng = np.random.default_rng(0)
    stamps = np.arange(1000) * 10 * MS + rng.integers(-2 * MS, 2 * MS, 1000)
    assert len(due(stamps.tolist())) == pytest.approx(500, abs=1)


def test_a_repeated_or_late_stamp_is_not_due():
    """Trap 15: a frozen sensor repeats its last stamp, and that is no reason to decide."""
    assert due([0, 0, 20 * MS, 20 * MS, 5 * MS, 40 * MS]) == [0, 20 * MS, 40 * MS]


def test_a_clock_that_begins_anew_is_followed():
    assert due([100_000 * MS, 100_020 * MS, 0, 20 * MS]) == [
        100_000 * MS,
        100_020 * MS,
        0,
        20 * MS,
    ]


def test_after_a_pause_no_decision_is_made_up_for():
    """After a pause of a second, decisions come at their own rate at once."""
    before, after = range(0, 200 * MS, 10 * MS), range(1200 * MS, 1400 * MS, 10 * MS)
    chosen = due([*before, *after])
    assert [s for s in chosen if s >= 1200 * MS] == list(range(1200 * MS, 1400 * MS, PERIOD_NS))


def test_after_a_reset_the_next_stamp_is_due():
    pace = Pace(PERIOD_NS)
    assert due([0, 10 * MS], pace) == [0]
    pace.reset()
    assert due([20 * MS - 10, 30 * MS, 40 * MS - 10], pace) == [20 * MS - 10, 40 * MS - 10]


def test_a_sensor_that_is_slower_than_the_policy_is_told():
    pace = Pace(PERIOD_NS)
    due(range(0, 1000 * MS, 50 * MS), pace)
    assert '50 ms apart' in pace.complaint()
    assert '20 ms' in pace.complaint()


def test_a_sensor_that_is_fast_enough_is_no_reason_to_complain():
    pace = Pace(PERIOD_NS)
    due(range(0, 1000 * MS, 21 * MS), pace)
    assert pace.complaint() == ''
