"""The short way of the limiter of positions, which is taken when nothing is beyond the limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_dl.safety.limits import Limits
from robot_dl.safety.positions import PositionLimiter

NAMES = ('shoulder', 'elbow')
LIMITS = Limits.of_joints(2, position_low=-1.0, position_high=1.0, velocity=2.0, acceleration=30.0)

SPEED_ONLY = Limits.of_joints(2, position_low=-np.inf, position_high=np.inf, velocity=2.0)


class Thorough(PositionLimiter):
    """Goes the long way always."""

    def _passes(self, target, dt_s):
        return False


def limiters(limits=LIMITS):
    both = PositionLimiter(NAMES, limits), Thorough(NAMES, limits)
    for limiter in both:
        limiter.begin(np.zeros(2), None)
    return both


STEPS = st.floats(-0.02, 0.02)
JUMPS = st.floats(-1.0, 1.0)
MOVES = st.tuples(STEPS | JUMPS, STEPS | JUMPS, st.sampled_from((0.0, 1e-3, 0.01, 0.02, 0.05)))


@settings(max_examples=200)
@given(st.lists(MOVES, min_size=1, max_size=30))
def test_the_short_way_ends_where_the_long_one_does(moves):
    short, long = limiters()
    for *way, dt_s in moves:
        # Near to where it is, so that the short way is gone, or anywhere.
        near = max(map(abs, way)) <= 0.02
        target = np.clip(long.value + way if near else np.array(way), -1.0, 1.0)
        steps = [limiter.step(target, dt_s) for limiter in (short, long)]
        assert steps[0].values == pytest.approx(steps[1].values, abs=1e-9)
        assert steps[0].clipped == steps[1].clipped


@pytest.mark.parametrize('limits', [LIMITS, SPEED_ONLY])
def test_a_target_within_the_limits_goes_the_short_way_and_arrives_with_every_bit(limits):
    limiter = PositionLimiter(NAMES, limits)
    limiter.begin(np.zeros(2), None)
    for target in (np.array([0.001, -0.002]), np.array([0.003, -0.004])):
        assert limiter._passes(target, 0.01)
        assert (limiter.value == target).all()


@pytest.mark.parametrize(
    ('target', 'dt_s', 'why'),
    [
        ([0.03, 0.0], 0.01, 'faster than 2 rad/s'),
        ([0.0, 0.004], 0.01, 'from 0 to 0.4 rad/s within 0.01 s'),
        ([1.1, 0.0], 10.0, 'out of the range'),
    ],
)
def test_what_is_beyond_a_limit_goes_the_long_way_and_nothing_has_changed(target, dt_s, why):
    limiter, _ = limiters()
    assert not limiter._passes(np.array(target), dt_s), why
    assert (limiter.value == 0).all()
    assert limiter.rests


def test_nobody_who_keeps_a_target_can_change_it_afterwards():
    limiter, _ = limiters()
    target = np.array([0.001, 0.0])
    limiter.step(target, 0.01)
    target += 1.0
    assert limiter.value.tolist() == [0.001, 0.0]


def test_one_that_could_not_be_braked_in_time_goes_the_long_way():
    limiter, _ = limiters()
    limiter.begin(np.array([0.95, 0.0]), None)
    # At 1.5 rad/s braking by 30 rad/s² takes 0.0375 rad, and 0.035 would be left.
    assert not limiter._passes(np.array([0.965, 0.0]), 0.01)
    limiter._velocity = np.array([1.3, 0.0])
    assert not limiter._passes(np.array([0.965, 0.0]), 0.01)
    assert limiter._passes(np.array([0.9625, 0.0]), 0.01)
