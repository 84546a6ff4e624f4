"""What is sent keeps the limits, whatever is wanted and however irregular the time is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_dl.safety.braking import brakeable
from robot_dl.safety.limits import Limits
from robot_dl.safety.positions import PositionLimiter
from robot_dl.safety.twists import TwistLimiter
from robot_dl.safety.velocities import EffortLimiter, VelocityLimiter

NAMES = ('a', 'b', 'c')
COUNT = 3
LOW, HIGH = np.array([-1.0, 0.0, -3.0]), np.array([1.0, 0.5, 3.0])
NEARLY = 1e-6

times = st.floats(1e-4, 0.2)
anything = st.floats(-1e3, 1e3)
accelerations = st.one_of(st.just(np.nan), st.floats(0.1, 200.0))
vectors = st.lists(anything, min_size=COUNT, max_size=COUNT).map(np.array)
ways = st.lists(st.tuples(st.booleans(), vectors, times), min_size=1, max_size=40)


def limits(speed=2.0, acceleration=20.0, low=LOW, high=HIGH):
    return Limits.of_joints(
        COUNT,
        position_low=low,
        position_high=high,
        velocity=speed,
        acceleration=acceleration,
        effort=5.0,
    )


def ridden(limiter, way):
    """Return what a limiter lets through and the times between."""
    sent = [limiter.value]
    for halts, target, dt_s in way:
        target = np.clip(target, LOW, HIGH)
        sent.append((limiter.halt(dt_s) if halts else limiter.step(target, dt_s)).values)
    return np.array(sent), np.array([dt_s for *_, dt_s in way])[:, np.newaxis]


@settings(max_examples=300, deadline=None)
@given(ways, st.floats(0.05, 20.0), accelerations, vectors)
def test_positions_keep_range_speed_and_acceleration(way, speed, acceleration, start):
    limiter = PositionLimiter(NAMES, limits(speed, acceleration))
    limiter.begin(np.clip(start, LOW, HIGH), None)
    sent, dt_s = ridden(limiter, way)
    velocities = np.diff(sent, axis=0) / dt_s
    changes = np.diff(velocities, axis=0, prepend=np.zeros((1, COUNT)))
    assert (sent >= LOW).all()
    assert (sent <= HIGH).all()
    assert (np.abs(velocities) <= speed + NEARLY).all()
    if not np.isnan(acceleration):
        assert (np.abs(changes) <= acceleration * dt_s + NEARLY).all()
        room = np.where(velocities > 0, HIGH - sent[1:], sent[1:] - LOW)
        assert (velocities**2 / (2 * acceleration) <= room + NEARLY).all(), 'can still brake'


@settings(max_examples=100, deadline=None)
@given(st.lists(times, min_size=5, max_size=30), st.floats(-2.0, 2.0), st.integers(0, 2**32 - 1))
def test_a_target_within_the_limits_passes_as_it_is(steps_s, velocity, seed):
    """Its own acceleration is at most 20 here, and its speed 2."""
    far = np.full(COUNT, 100.0)
    limiter = PositionLimiter(NAMES, limits(2.0, 20.0, -far, far))
    changes, target, speed = np.random.default_rng(seed), np.zeros(COUNT), np.zeros(COUNT)
    for dt_s in steps_s:
        speed = np.clip(speed + changes.uniform(-1, 1, COUNT) * 19.9 * dt_s, -1.99, 1.99)
        target = target + speed * dt_s
        step = limiter.step(target, dt_s)
        assert step.values.tolist() == target.tolist()
        assert step.clipped == ()


@pytest.mark.parametrize('dt_s', [0.001, 0.01, 0.02, 0.05])
def test_a_jump_is_ridden_to_its_end_without_overshoot(dt_s):
    limiter = PositionLimiter(NAMES, limits(2.0, 10.0))
    limiter.begin(np.array([-0.5, 0.1, 0.0]), None)
    target = np.array([0.5, 0.4, -2.0])
    sent = np.array([limiter.step(target, dt_s).values for _ in range(int(4 / dt_s))])
    assert sent[-1].tolist() == target.tolist()
    assert (np.diff(sent[:, 0]) >= 0).all()
    assert (np.diff(sent[:, 2]) <= 0).all()


def test_a_jump_takes_little_longer_than_the_fastest_way_there_is():
    """The fastest: speed up at a, ride at v, brake at a: d / v + v / a."""
    limiter = PositionLimiter(NAMES, limits(2.0, 10.0))
    limiter.begin(np.zeros(COUNT), None)
    target = np.array([0.0, 0.0, 2.0])
    sent = np.array([limiter.step(target, 0.005).values[2] for _ in range(1000)])
    arrival_s = 0.005 * int(np.argmax(sent > 1.99))
    assert 1.0 + 0.2 - 0.05 <= arrival_s <= 1.0 + 0.2 + 0.1


def test_halting_brakes_within_the_acceleration_and_stays_there():
    limiter = PositionLimiter(NAMES, limits(2.0, 10.0))
    for i in range(30):
        limiter.step(np.array([0.0, 0.0, 0.02 * i]), 0.01)
    ridden_on = np.array([limiter.halt(0.01).values[2] for _ in range(50)])
    velocities = np.diff(ridden_on) / 0.01
    assert limiter.rests
    assert ridden_on[-1] == ridden_on[-5] > ridden_on[0]
    assert velocities.min() >= 0
    assert np.abs(np.diff(velocities)).max() <= 10 * 0.01 + NEARLY


@settings(max_examples=200, deadline=None)
@given(ways, st.floats(0.05, 20.0), accelerations)
def test_velocities_keep_speed_and_acceleration_and_the_range_of_the_joints(
    way, speed, acceleration
):
    """The joints do exactly what they are told, for no longer than the limiter was promised."""
    limiter = VelocityLimiter(limits(speed, acceleration), 0.2)
    place, sent = np.array([0.0, 0.25, 0.0]), [np.zeros(COUNT)]
    limiter.begin(place, None)
    for halts, target, dt_s in way:
        limiter.locate(place)
        step = limiter.halt(dt_s) if halts else limiter.step(target, dt_s)
        sent.append(step.values)
        place = place + step.values * dt_s
        assert (place >= LOW - NEARLY).all()
        assert (place <= HIGH + NEARLY).all()
    assert (np.abs(sent) <= speed).all()


@settings(max_examples=200, deadline=None)
@given(ways, st.floats(0.05, 20.0), st.floats(0.1, 200.0))
def test_velocities_without_a_range_keep_the_acceleration_always(way, speed, acceleration):
    limiter = VelocityLimiter(limits(speed, acceleration, np.nan, np.nan), 0.05)
    limiter.begin(np.zeros(COUNT), None)
    before = limiter.value
    for halts, target, dt_s in way:
        step = limiter.halt(dt_s) if halts else limiter.step(target, dt_s)
        assert (np.abs(step.values - before) <= acceleration * dt_s + NEARLY).all()
        assert (np.abs(step.values) <= speed).all()
        before = step.values


def test_a_joint_beyond_the_end_of_its_range_may_only_come_back():
    limiter = VelocityLimiter(limits(), 0.05)
    limiter.locate(np.array([1.1, 0.2, 0.0]))
    out = limiter.step(np.array([1.0, 0.0, 0.0]), 0.1)
    assert out.values.tolist() == [0, 0, 0]
    assert out.clipped == ('position',)
    assert limiter.step(np.array([-1.0, 0.0, 0.0]), 0.1).values.tolist() == [-1, 0, 0]


@given(vectors)
def test_efforts_are_clipped_and_pass_at_once(target):
    step = EffortLimiter(limits()).step(target, 0.0)
    assert step.values.tolist() == np.clip(target, -5, 5).tolist()
    assert step.clipped == (() if (np.abs(target) <= 5).all() else ('effort',))


BASE = Limits.of_base(
    linear_speed=0.5, linear_acceleration=1.0, angular_speed=2.0, angular_acceleration=4.0
)


@settings(max_examples=200, deadline=None)
@given(ways)
def test_twists_keep_speed_and_acceleration_in_every_direction(way):
    limiter = TwistLimiter(BASE)
    before = limiter.value
    for halts, target, dt_s in way:
        step = limiter.halt(dt_s) if halts else limiter.step(target, dt_s)
        now, change = step.values, step.values - before
        assert np.hypot(*now[:2]) <= 0.5 + NEARLY
        assert np.hypot(*change[:2]) <= 1.0 * dt_s + NEARLY
        assert abs(now[2]) <= 2.0 + NEARLY
        assert abs(change[2]) <= 4.0 * dt_s + NEARLY
        before = now


def test_a_diagonal_twist_that_is_too_fast_keeps_its_direction():
    limiter = TwistLimiter(Limits.of_base(linear_speed=0.5, angular_speed=2.0))
    step = limiter.step(np.array([3.0, -4.0, 1.0]), 0.1)
    assert step.values == pytest.approx([0.3, -0.4, 1.0])
    assert step.clipped == ('linear_speed',)


@given(st.floats(0, 1e9), st.floats(1e-4, 1.0), st.floats(0.01, 1e4))
def test_from_a_speed_that_is_brakeable_one_stops_within_the_way(way, delay_s, acceleration):
    speed = float(brakeable(np.array(way), delay_s, np.array(1 / acceleration)))
    assert speed * delay_s + speed**2 / (2 * acceleration) == pytest.approx(way, rel=1e-9)


def test_without_a_limit_of_acceleration_one_stops_at_once():
    assert float(brakeable(np.array(1.0), 0.1, np.array(0.0))) == pytest.approx(10.0)
