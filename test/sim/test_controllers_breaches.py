"""Which commands count as breaches of a joint's limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_dl.sim.controllers.breaches import Breaches
from robot_dl.sim.controllers.group import JITTER_S, JointGroup
from robot_dl.sim.controllers.limits import JointLimits
from robot_dl.sim.controllers.trajectory import Trajectory

LIMITS = (JointLimits('a', -2, 2, 1.0, 5.0, 10.0),)
PERIOD_S = 0.02


def judged(positions, period_s=PERIOD_S, jitter=None):
    """Return how many of a stream of positions broke a limit."""
    breaches = Breaches(LIMITS, 'position', JITTER_S)
    breaches.start_from(np.array([positions[0]]), 0.0)
    late = np.zeros(len(positions)) if jitter is None else jitter
    for k, position in enumerate(positions):
        breaches.saw(np.array([position]), (k + 1) * period_s + late[k])
    return breaches


def ride(accelerations, period_s=PERIOD_S):
    """Return positions that follow from accelerations; velocities stay within 1 rad/s."""
    velocity, position, found = 0.0, 0.0, []
    for acceleration in accelerations:
        velocity = min(max(velocity + acceleration * period_s, -1.0), 1.0)
        position += velocity * period_s
        found.append(position)
    return found


@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=60),
    st.lists(st.floats(-0.5, 0.5), min_size=60, max_size=60),
)
def test_a_stream_within_the_limits_is_never_counted_however_late_messages_come(rides, noise):
    positions = np.clip(ride(rides), -2, 2)
    jitter = np.array(noise) * JITTER_S
    assert judged(positions.tolist(), jitter=jitter).count == 0


def test_a_full_swing_at_the_limits_is_not_counted():
    assert judged(ride([5.0] * 20 + [-5.0] * 40 + [5.0] * 20)).count == 0


@pytest.mark.parametrize('jump', [0.1, 1.0, -1.0])
def test_a_jump_is_counted(jump):
    found = judged([0.0] * 10 + [jump] * 10)
    assert found.count >= 1


def test_a_jump_after_a_silence_is_counted():
    breaches = Breaches(LIMITS, 'position', JITTER_S)
    breaches.start_from(np.zeros(1), 0.0)
    breaches.saw(np.zeros(1), 0.02)
    assert breaches.saw(np.ones(1), 60.0)
    assert breaches.last == 'velocity of a'


@pytest.mark.parametrize(('share', 'count'), [(1.0, 0), (1.1, 33), (1.5, 100)])
def test_what_is_a_little_too_fast_for_long_is_counted_too(share, count):
    limits = (JointLimits('a', -9, 9, 1.0),)
    breaches = Breaches(limits, 'position', JITTER_S)
    breaches.start_from(np.zeros(1), 0.0)
    for k in range(1, 101):
        breaches.saw(np.array([k * PERIOD_S * share]), k * PERIOD_S)
    assert breaches.count == count


def test_a_turn_on_the_spot_is_counted_as_an_acceleration():
    there = [0.0, *(k * PERIOD_S * 0.9 for k in range(30))]
    found = judged([*there, *there[::-1]])
    assert found.count >= 1
    assert found.last == 'acceleration of a'


@pytest.mark.parametrize('position', [2.001, -2.001])
def test_a_position_beyond_the_range_is_counted_exactly(position):
    breaches = Breaches(LIMITS, 'position', JITTER_S)
    breaches.start_from(np.array([np.sign(position) * 2.0]), 0.0)
    assert not breaches.saw(np.array([np.sign(position) * 2.0]), 0.02)
    assert breaches.saw(np.array([position]), 0.04)


@pytest.mark.parametrize(
    ('kind', 'stream', 'count'),
    [
        ('velocity', [0.0, 0.05, 0.1, 0.15], 0),
        ('velocity', [0.0, 1.1], 1),
        ('velocity', [0.0, 0.9], 1),
        ('effort', [10.0, -10.0], 0),
        ('effort', [10.1, -10.1], 2),
    ],
)
def test_velocities_and_efforts_are_judged_by_their_own_limits(kind, stream, count):
    breaches = Breaches(LIMITS, kind, JITTER_S)
    for k, value in enumerate(stream):
        breaches.saw(np.array([value]), (k + 1) * PERIOD_S)
    assert breaches.count == count


def test_what_is_not_a_number_is_refused_and_counted():
    joints = JointGroup(LIMITS)
    with pytest.raises(ValueError, match='finite'):
        joints.command([np.nan], 0.0)
    assert (joints.breaches.count, joints.breaches.last) == (1, 'not finite')


@pytest.mark.parametrize(('seconds', 'count'), [(2.0, 0), (0.5, 1)])
def test_a_trajectory_counts_if_its_points_are_too_far_apart_for_their_times(seconds, count):
    joints = JointGroup(LIMITS)
    times, positions = np.array([0.1, 0.1 + seconds]), np.array([[0.0], [1.0]])
    joints.follow(Trajectory(('a',), times, positions), 0.0)
    assert joints.breaches.count == count


@pytest.mark.parametrize('late_s', [0.0, 0.004, -0.004])
@pytest.mark.parametrize('ahead', [1.0, 1.5])
def test_a_stream_of_short_trajectories_within_the_limits_is_not_counted(late_s, ahead):
    joints = JointGroup(LIMITS)
    for k, position in enumerate(ride([5.0] * 15 + [-5.0] * 30 + [5.0] * 15)):
        now_s = k * PERIOD_S + (late_s if k % 2 else 0.0)
        point = Trajectory(('a',), np.array([ahead * PERIOD_S]), np.array([[position]]))
        joints.follow(point, now_s)
    assert joints.breaches.count == 0


def test_a_jump_in_a_stream_of_short_trajectories_is_counted():
    joints = JointGroup(LIMITS)
    for k, position in enumerate([0.0] * 5 + [0.5] * 5):
        point = Trajectory(('a',), np.array([PERIOD_S]), np.array([[position]]))
        joints.follow(point, k * PERIOD_S)
    assert joints.breaches.count >= 1


def test_a_long_trajectory_that_is_replaced_counts_only_as_far_as_it_came():
    joints = JointGroup(LIMITS)
    joints.follow(Trajectory(('a',), np.array([4.0]), np.array([[2.0]])), 0.0)
    joints.follow(Trajectory(('a',), np.array([0.5]), np.array([[0.5]])), 1.0)
    assert joints.breaches.count == 0
