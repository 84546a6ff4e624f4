"""Setpoints over time."""

import numpy as np
import pytest

from robot_dl.core.motion import Plan, Setpoint

NAMES = ('a', 'b')


def plan(rows, start_ns=1000, period_ns=10, kind='position'):
    return Plan(kind, NAMES, start_ns, period_ns, np.array(rows, dtype=float))


@pytest.mark.parametrize(
    ('now_ns', 'expected'),
    [(0, 0), (999, 0), (1000, 0), (1009, 0), (1010, 1), (1029, 2), (1030, 2), (10**18, 2)],
)
def test_a_setpoint_is_due_until_the_next_one_and_the_last_one_for_good(now_ns, expected):
    chunk = plan([[0, 0], [1, 1], [2, 2]])
    assert chunk.at(now_ns).tolist() == [expected, expected]


def test_a_plan_is_over_when_its_last_setpoint_has_had_its_time():
    chunk = plan([[0, 0], [1, 1], [2, 2]])
    assert [chunk.is_over(now) for now in (0, 1029, 1030, 2000)] == [False, False, True, True]


def test_one_action_is_a_chunk_of_length_one():
    one = Plan.of(Setpoint('effort', NAMES, np.array([3.0, 4.0])), 7, 20)
    assert one.values.shape == (1, 2)
    assert one.at(0).tolist() == one.at(10**9).tolist() == [3, 4]
    assert (one.end_ns, one.is_over(26), one.is_over(27)) == (27, False, True)


def test_a_border_between_chunks_goes_linearly_from_the_old_one_to_the_new_one():
    old = plan([[0, 10]] * 8)
    new = plan([[4, 20]] * 6, start_ns=1020)
    blended = new.blended_from(old, over_ns=40)
    assert blended.values[:, 0].tolist() == [1, 2, 3, 4, 4, 4]
    assert blended.values[:, 1].tolist() == [12.5, 15, 17.5, 20, 20, 20]
    assert (blended.start_ns, blended.period_ns) == (1020, 10)
    assert new.values[0].tolist() == [4, 20]


@pytest.mark.parametrize(('old', 'over_ns'), [(None, 40), (plan([[0, 0]] * 8), 0)])
def test_without_an_old_plan_or_without_a_border_nothing_is_blended(old, over_ns):
    new = plan([[4, 20]] * 6, start_ns=1020)
    assert new.blended_from(old, over_ns) is new


def test_a_plan_that_begins_where_the_old_one_ends_is_blended_with_its_last_setpoint():
    new = plan([[4, 20]] * 6, start_ns=1080)
    blended = new.blended_from(plan([[0, 0]] * 8), 40)
    assert blended.values[:, 0].tolist() == [1, 2, 3, 4, 4, 4]


def test_a_plan_that_has_been_over_for_long_is_not_blended_with():
    new = plan([[4, 20]] * 6, start_ns=1120)
    assert new.blended_from(plan([[0, 0]] * 8), 40) is new


def test_plans_of_two_kinds_are_not_blended():
    with pytest.raises(ValueError, match='cannot blend a velocity plan for a, b with a position'):
        plan([[1, 1]], kind='velocity').blended_from(plan([[0, 0]] * 9), 40)
