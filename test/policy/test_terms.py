"""Every term of the table, and what each one means."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_dl.core.poses import matrix_from_quaternion_xyzw, quaternion_xyzw_from_matrix
from robot_dl.policy.observer import Observer
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.terms import TERMS
from robot_dl.policy.types import INPUT_OF, ReadingError, Readings

NOT_TERMS = {'joint_states', 'default_positions', 'odom', 'frame', 'period_s', 'wxyz', 'input'}
JOINTS = ['hip', 'knee', 'ankle']
OPTIONS = {
    name: {'frame': 'tcp'} if term.needs_frame else {'period_s': 0.8} if term.needs_period else {}
    for name, term in TERMS.items()
}
TURN = np.array([0.2, -0.3, 0.4, 0.8])
TURN /= np.linalg.norm(TURN)


def pose(position=(0.4, 0.5, 0.6), quaternion=TURN) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = matrix_from_quaternion_xyzw(np.asarray(quaternion))
    matrix[:3, 3] = position
    return matrix


FULL = Readings(
    stamp_ns=5_000_000_000,
    joint_positions=np.array([1.0, 2.0, 3.0]),
    joint_velocities=np.array([-1.0, -2.0, -3.0]),
    joint_efforts=np.array([10.0, 20.0, 30.0]),
    orientation_xyzw=TURN,
    angular_velocity=np.array([0.1, 0.2, 0.3]),
    linear_acceleration=np.array([0.0, 1.0, 9.8]),
    base_linear_velocity=np.array([0.5, 0.6, 0.7]),
    base_angular_velocity=np.array([0.8, 0.9, 1.0]),
    base_pose=pose((0, 0, 0.31)),
    command=np.array([1.0, 0.0, -0.5]),
    goals={'tcp': pose()},
    image=np.zeros((4, 4, 3), np.uint8),
)


def observer_of(*terms, **more) -> Observer:
    policy = {
        'rate_hz': 50,
        'joints': JOINTS,
        'default_positions': [0.5, 1.0, 1.5],
        'observation': list(terms),
        'action': {'kind': 'joint_velocity'},
        **more,
    }
    return Observer(PolicySpec.from_card(policy))


def value_of(name, readings=FULL, **options) -> np.ndarray:
    return observer_of({'term': name, **OPTIONS[name], **options})(readings)


@pytest.mark.parametrize('name', TERMS)
def test_a_term_has_the_size_it_tells_and_is_finite(name):
    observer = observer_of({'term': name, **OPTIONS[name]})
    seen = observer(FULL)
    assert seen.shape == (observer.spec.size,)
    assert seen.dtype == np.float32
    assert np.isfinite(seen).all()


@pytest.mark.parametrize('name', TERMS)
def test_a_term_leaves_the_readings_as_they_are(name):
    before = {f: np.array(getattr(FULL, f)) for f in INPUT_OF if f != 'goals'}
    value_of(name)
    for field, value in before.items():
        np.testing.assert_array_equal(getattr(FULL, field), value)


@pytest.mark.parametrize('name', [n for n, t in TERMS.items() if t.needs and n != 'image'])
def test_a_term_names_the_reading_that_it_misses(name):
    needed = TERMS[name].needs[0]
    with pytest.raises(ReadingError, match='tcp' if needed == 'goals' else needed):
        value_of(name, Readings(stamp_ns=0))


@pytest.mark.parametrize('name', [n for n, t in TERMS.items() if t.of_joints])
def test_a_term_of_joints_gives_the_chosen_ones_in_their_order(name):
    all_three = value_of(name)
    np.testing.assert_array_equal(value_of(name, joints=['ankle', 'hip']), all_three[[2, 0]])


@pytest.mark.parametrize('name', [n for n, t in TERMS.items() if t.needs and n != 'image'])
def test_a_reading_that_is_not_finite_is_refused_by_the_name_of_its_term(name):
    """Trap 20: NaN does not reach the network."""
    needed = TERMS[name].needs[0]
    broken = FULL.goals['tcp'] * np.nan if needed == 'goals' else getattr(FULL, needed) * np.nan
    value = {'tcp': broken} if needed == 'goals' else broken
    with pytest.raises((ReadingError, ValueError), match=name):
        value_of(name, Readings(**{**vars(FULL), needed: value}))


VALUES = {
    'joint_position': [0.5, 1.0, 1.5],
    'joint_position_absolute': [1, 2, 3],
    'joint_velocity': [-1, -2, -3],
    'joint_effort': [10, 20, 30],
    'base_linear_velocity': [0.5, 0.6, 0.7],
    'base_angular_velocity': [0.8, 0.9, 1.0],
    'base_height': [0.31],
    'base_projected_gravity': matrix_from_quaternion_xyzw(TURN).T @ [0, 0, -1],
    'projected_gravity': matrix_from_quaternion_xyzw(TURN).T @ [0, 0, -1],
    'imu_angular_velocity': [0.1, 0.2, 0.3],
    'imu_linear_acceleration': [0, 1, 9.8],
    'command': [1, 0, -0.5],
    'goal_position': [0.4, 0.5, 0.6],
    'goal_orientation': TURN,
    'goal_pose': [0.4, 0.5, 0.6, *TURN],
    'goal_rotation_6d': [*pose()[:3, 0], *pose()[:3, 1]],
    'last_action': [0, 0, 0],
    'phase': [0, 1],
    'image': [],
}


def test_every_term_stands_in_the_docs():
    page = Path(__file__).parents[2] / 'docs/nodes/policy_node.md'
    table = page.read_text(encoding='utf-8').partition('### Terms')[2].partition('Each term')[0]
    assert set(TERMS) == set(re.findall('`([a-z0-9_]+)`', table)) - NOT_TERMS


def test_every_term_has_a_value_to_compare_with():
    assert set(VALUES) == set(TERMS)


@pytest.mark.parametrize(('name', 'expected'), VALUES.items(), ids=VALUES)
def test_a_term_means_what_it_says(name, expected):
    np.testing.assert_allclose(value_of(name), expected, atol=1e-6)


def test_the_scalar_of_a_quaternion_comes_first_where_the_card_says_so():
    seen = value_of('goal_orientation', quaternion='wxyz')
    np.testing.assert_allclose(seen, np.roll(TURN, 1), atol=1e-6)


def test_a_goal_s_quaternion_has_no_negative_scalar():
    """The same rotation has two quaternions; the network must always see one of them."""
    turned = {'tcp': pose(quaternion=-TURN)}
    seen = value_of('goal_orientation', Readings(0, goals=turned))
    np.testing.assert_allclose(seen, TURN, atol=1e-6)
    np.testing.assert_allclose(quaternion_xyzw_from_matrix(pose()[:3, :3]), TURN, atol=1e-9)


def test_a_level_robot_sees_gravity_straight_down():
    level = Readings(0, orientation_xyzw=np.array([0.0, 0.0, 0.7071, 0.7071]))
    np.testing.assert_allclose(value_of('projected_gravity', level), [0, 0, -1], atol=1e-4)


def test_a_phase_begins_with_the_policy_and_goes_by_stamps():
    observer = observer_of({'term': 'phase', 'period_s': 0.8})
    stamps_s = [5.0, 5.2, 5.4, 5.8]
    seen = [observer(Readings(round(s * 1e9))) for s in stamps_s]
    np.testing.assert_allclose(seen, [[0, 1], [1, 0], [0, -1], [0, 1]], atol=1e-6)
    observer.reset()
    np.testing.assert_allclose(observer(Readings(9_100_000_000)), [0, 1], atol=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4))
def test_projected_gravity_agrees_with_the_rotation_matrix(numbers):
    quaternion = np.array(numbers)
    quaternion[3] += 1.5
    quaternion /= np.linalg.norm(quaternion)
    expected = matrix_from_quaternion_xyzw(quaternion).T @ [0, 0, -1]
    seen = value_of('projected_gravity', Readings(0, orientation_xyzw=quaternion))
    np.testing.assert_allclose(seen, expected, atol=1e-6)
