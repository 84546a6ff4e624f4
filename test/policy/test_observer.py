"""Observations: clipped, scaled, remembered, normalised."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_dl.policy.observer import Observer
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import ReadingError, Readings


def observer_of(*terms, **more) -> Observer:
    policy = {
        'rate_hz': 50,
        'joints': ['hip', 'knee'],
        'observation': list(terms),
        'action': {'kind': 'joint_velocity'},
        **more,
    }
    return Observer(PolicySpec.from_card(policy))


def at(position, velocity=0.0, stamp_ns=0) -> Readings:
    return Readings(
        stamp_ns,
        joint_positions=np.array([position, position + 0.5]),
        joint_velocities=np.array([velocity, velocity]),
    )


POSITION, VELOCITY = 'joint_position_absolute', 'joint_velocity'


def test_terms_stand_one_behind_the_other():
    seen = observer_of(VELOCITY, POSITION)(at(1.0, 3.0))
    np.testing.assert_array_equal(seen, [3, 3, 1, 1.5])


def test_a_value_is_clipped_in_its_own_unit_and_scaled_then():
    term = {'term': VELOCITY, 'clip': [-2, 4], 'scale': 0.5}
    np.testing.assert_array_equal(observer_of(term)(at(0, 10.0)), [2, 2])
    np.testing.assert_array_equal(observer_of(term)(at(0, -10.0)), [-1, -1])


def test_a_single_limit_holds_on_both_sides():
    observer = observer_of({'term': VELOCITY, 'clip': 2})
    np.testing.assert_array_equal(observer(at(0, -10.0)), [-2, -2])


def test_each_element_may_have_a_scale_of_its_own():
    observer = observer_of({'term': VELOCITY, 'scale': [2, 3]})
    np.testing.assert_array_equal(observer(at(0, 1.0)), [2, 3])


def run(observer, positions):
    return [observer(at(float(p))) for p in positions][-1]


def test_the_history_of_a_term_stands_together_as_isaac_lab_has_it():
    observer = observer_of({'term': POSITION, 'history': 3}, VELOCITY)
    np.testing.assert_array_equal(run(observer, [1, 2, 3]), [1, 1.5, 2, 2.5, 3, 3.5, 0, 0])


def test_the_newest_value_may_come_first():
    observer = observer_of({'term': POSITION, 'history': 3, 'order': 'newest_first'})
    np.testing.assert_array_equal(run(observer, [1, 2, 3]), [3, 3.5, 2, 2.5, 1, 1.5])


def test_whole_observations_can_be_stacked():
    observer = observer_of(POSITION, VELOCITY, history=2)
    np.testing.assert_array_equal(run(observer, [1, 2]), [1, 1.5, 0, 0, 2, 2.5, 0, 0])


def test_a_history_begins_with_the_first_value_again_and_again():
    observer = observer_of({'term': POSITION, 'history': 3})
    np.testing.assert_array_equal(run(observer, [4]), [4, 4.5] * 3)


def test_a_history_may_begin_with_zeros():
    observer = observer_of({'term': POSITION, 'history': 3}, history_start='zeros')
    np.testing.assert_array_equal(run(observer, [4]), [0, 0, 0, 0, 4, 4.5])


def test_a_reset_forgets_the_history():
    observer = observer_of({'term': POSITION, 'history': 2})
    run(observer, [1, 2])
    observer.reset()
    np.testing.assert_array_equal(run(observer, [7]), [7, 7.5, 7, 7.5])


def test_normalisation_subtracts_divides_and_clips():
    observer = observer_of(
        POSITION, normalisation={'mean': [1, 1], 'std': [0.5, 0.25], 'epsilon': 0.0, 'clip': 3}
    )
    np.testing.assert_allclose(observer(at(1.5)), [1, 3])


def test_normalisation_leaves_the_history_as_it_was():
    observer = observer_of({'term': POSITION, 'history': 2}, normalisation={'mean': 1.0})
    np.testing.assert_allclose(run(observer, [1, 2]), [0, 0.5, 1, 1.5])


def test_a_graph_that_normalises_is_given_the_plain_observation():
    observer = observer_of(POSITION, normalisation={'in_graph': True})
    np.testing.assert_allclose(observer(at(1.0)), [1, 1.5])


def test_an_observation_is_not_changed_by_the_next():
    observer = observer_of({'term': POSITION, 'history': 2})
    first = observer(at(1.0))
    observer(at(2.0))
    np.testing.assert_array_equal(first, [1, 1.5, 1, 1.5])


def test_positions_of_too_few_joints_are_refused():
    with pytest.raises(ReadingError, match='joint_positions: expected 2 numbers, for hip, knee'):
        observer_of(POSITION)(Readings(0, joint_positions=np.zeros(1)))


def test_the_joint_that_is_not_finite_is_named():
    """Trap 20: NaN does not reach the network, and Inf is not hidden by a limit."""
    observer = observer_of({'term': POSITION, 'clip': 1})
    with pytest.raises(ReadingError, match="joint_position_absolute: .* got inf for joint 'knee'"):
        observer(Readings(0, joint_positions=np.array([0.0, np.inf])))


VALUES = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(VALUES, st.integers(1, 5), st.booleans(), st.booleans())
def test_a_history_is_the_last_values_in_order(values, length, newest_first, zeros):
    """Compared with a list that is kept whole and cut at the end."""
    term = {'term': POSITION, 'history': length}
    term |= {'order': 'newest_first'} if newest_first else {}
    observer = observer_of(term, history_start='zeros' if zeros else 'repeat')
    seen = run(observer, values)
    rows = [[v, v + 0.5] for v in values]
    past = [[0.0, 0.0] if zeros else rows[0]] * length
    wanted = (past + rows)[-length:]
    expected = np.concatenate(wanted[::-1] if newest_first else wanted)
    np.testing.assert_allclose(seen, expected, rtol=1e-6, atol=1e-6)
