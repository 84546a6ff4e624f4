"""What a network returns, and the plan that it becomes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_dl.core.motion import TWIST_AXES, Plan
from robot_dl.policy.action import ActionReader
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import Readings

JOINTS = ['hip', 'knee', 'ankle']
HERE = Readings(
    stamp_ns=3_000_000_000,
    joint_positions=np.array([0.1, 0.2, 0.3]),
    joint_velocities=np.zeros(3),
)


def reader_of(kind, **options) -> ActionReader:
    policy = {
        'rate_hz': 50,
        'joints': JOINTS,
        'default_positions': [1.0, 2.0, 3.0],
        'observation': ['joint_velocity'],
        'action': {'kind': kind, **options},
    }
    return ActionReader(PolicySpec.from_card(policy))


def plan_of(kind, *outputs, **options) -> Plan:
    return reader_of(kind, **options)(np.array([outputs], np.float32), HERE)


KINDS = {
    'joint_position': ('position', [0.5, 1.0, 1.5]),
    'joint_position_scaled': ('position', [1.5, 3.0, 4.5]),
    'joint_position_delta': ('position', [0.6, 1.2, 1.8]),
    'joint_velocity': ('velocity', [0.5, 1.0, 1.5]),
    'joint_effort': ('effort', [0.5, 1.0, 1.5]),
}


@pytest.mark.parametrize(('kind', 'expected'), KINDS.items(), ids=KINDS)
def test_each_kind_of_action_becomes_setpoints_of_its_joints(kind, expected):
    plan = plan_of(kind, 1.0, 2.0, 3.0, scale=0.5)
    assert (plan.kind, plan.names) == (expected[0], tuple(JOINTS))
    assert (plan.start_ns, plan.period_ns) == (HERE.stamp_ns, 20_000_000)
    np.testing.assert_allclose(plan.values, [expected[1]])


def test_a_policy_may_command_some_joints_in_an_order_of_its_own():
    plan = plan_of('joint_position_scaled', 1.0, 2.0, joints=['ankle', 'hip'])
    assert plan.names == ('ankle', 'hip')
    np.testing.assert_allclose(plan.values, [[4.0, 3.0]])


def test_an_offset_is_added_after_scaling():
    plan = plan_of('joint_velocity', 1.0, 1.0, 1.0, scale=[1, 2, 3], offset=0.5)
    np.testing.assert_allclose(plan.values, [[1.5, 2.5, 3.5]])


def test_an_action_is_squashed_clipped_and_scaled_in_this_order():
    plan = plan_of('joint_velocity', 10.0, -10.0, 0.1, squash='tanh', clip=0.5, scale=2.0)
    np.testing.assert_allclose(plan.values, [[1.0, -1.0, 2 * np.tanh(0.1)]], rtol=1e-6)


def test_a_twist_has_all_axes_and_those_not_commanded_are_zero():
    plan = plan_of('twist', 0.3, 0.6, axes=['angular.z', 'linear.x'])
    assert (plan.kind, plan.names) == ('twist', TWIST_AXES)
    np.testing.assert_allclose(plan.values, [[0.6, 0.0, 0.3]], rtol=1e-6)


def test_of_a_gaussian_the_means_are_taken():
    plan = plan_of('joint_velocity', 1.0, 2.0, 3.0, -9.0, -9.0, -9.0, distribution='mean')
    np.testing.assert_allclose(plan.values, [[1, 2, 3]])


TABLE = {'table': [[-1, 0, 0], [0, 0, 0], [1, 0, 0]], 'table_kind': 'joint_effort', 'scale': 10}


def test_the_greatest_output_chooses_a_row_of_the_table():
    plan = plan_of('discrete', 0.1, -5.0, 0.2, **TABLE)
    assert plan.kind == 'effort'
    np.testing.assert_allclose(plan.values, [[10, 0, 0]])


def test_the_last_discrete_action_is_one_where_it_was_chosen():
    reader = reader_of('discrete', **TABLE)
    reader(np.array([[3.0, 2.0, 1.0]], np.float32), HERE)
    np.testing.assert_array_equal(reader.last_action, [1, 0, 0])


def test_the_last_action_is_what_the_network_has_learned_to_see():
    """Squashed and clipped, and not scaled."""
    reader = reader_of('joint_velocity', clip=2.0, scale=100.0)
    reader(np.array([[5.0, 1.0, -5.0]], np.float32), HERE)
    np.testing.assert_array_equal(reader.last_action, [2, 1, -2])


def chunk_of(*rows, readings=HERE, reader=None, **options) -> Plan:
    reader = reader or reader_of('joint_position', chunk=len(rows), **options)
    return reader(np.array([rows], np.float32), readings)


def test_a_chunk_is_executed_by_stamps():
    plan = chunk_of([1, 1, 1], [2, 2, 2], [3, 3, 3])
    times = [0, 19_999_999, 20_000_000, 59_999_999]
    assert [plan.at(HERE.stamp_ns + t)[0] for t in times] == [1, 1, 2, 3]
    assert plan.is_over(HERE.stamp_ns + 60_000_000)


def test_the_border_between_two_chunks_is_blended():
    reader = reader_of('joint_position', chunk=4, execute=2, blend_s=0.04)
    chunk_of(*[[0, 0, 0]] * 4, reader=reader)
    later = Readings(HERE.stamp_ns + 40_000_000, HERE.joint_positions)
    plan = chunk_of(*[[1, 1, 1]] * 4, readings=later, reader=reader)
    np.testing.assert_allclose(plan.values[:, 0], [0.5, 1.0, 1.0, 1.0])


def test_after_a_reset_nothing_is_blended():
    reader = reader_of('joint_position', chunk=2, execute=1, blend_s=0.04)
    chunk_of([0, 0, 0], [0, 0, 0], reader=reader)
    reader.reset()
    plan = chunk_of([1, 1, 1], [1, 1, 1], reader=reader)
    np.testing.assert_allclose(plan.values, 1.0)


def test_the_last_action_of_a_chunk_is_the_last_one_that_is_executed():
    reader = reader_of('joint_position', chunk=3, execute=2)
    chunk_of([1, 1, 1], [2, 2, 2], [3, 3, 3], reader=reader)
    np.testing.assert_array_equal(reader.last_action, [2, 2, 2])


def test_the_deltas_of_a_chunk_add_up():
    plan = chunk_of([1, 0, 0], [1, 0, 0], reader=reader_of('joint_position_delta', chunk=2))
    np.testing.assert_allclose(plan.values[:, 0], [1.1, 2.1])


def test_a_delta_is_added_to_what_was_measured_or_to_the_target_before():
    for reference, expected in (('measured', 0.2), ('target', 0.3)):
        reader = reader_of('joint_position_delta', scale=0.1, relative_to=reference)
        step = np.ones((1, 3), np.float32)
        reader(step, HERE)
        assert reader(step, HERE).values[0, 0] == pytest.approx(expected)
        reader.reset()
        assert reader(step, HERE).values[0, 0] == pytest.approx(0.2)


@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    ('kind', 'options'),
    [
        ('joint_velocity', {}),
        ('joint_velocity', {'clip': 1.0}),
        ('joint_velocity', {'squash': 'tanh'}),
        ('joint_position_delta', {}),
        ('discrete', TABLE),
    ],
)
def test_what_is_not_finite_stays_so_for_the_gate_to_refuse(bad, kind, options):
    """Trap 20: a limit, a squash or an argmax must not turn NaN or infinity into a command."""
    values = plan_of(kind, 0.0, bad, 0.0, **options).values
    assert np.isnan(values).any()


def test_an_output_of_another_size_is_refused():
    with pytest.raises(ValueError, match='expected 3 numbers .1 x 3 for hip, knee, ankle.*1, 2'):
        plan_of('joint_velocity', 1.0, 2.0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-50, 50, width=32), min_size=3, max_size=3),
    st.floats(0.125, 4, width=32),
    st.floats(0.25, 8, width=32),
    st.booleans(),
)
def test_an_action_is_the_formula_on_the_card(outputs, scale, clip, squash):
    plan = plan_of(
        'joint_position_scaled',
        *outputs,
        scale=scale,
        clip=clip,
        squash='tanh' if squash else 'none',
    )
    squashed = np.tanh(outputs) if squash else np.array(outputs)
    expected = [1, 2, 3] + scale * np.clip(squashed, -clip, clip)
    np.testing.assert_allclose(plan.values[0], expected, rtol=1e-9)
