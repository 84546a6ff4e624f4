"""What the simulated controllers take, refuse and do: as those of ros2_control."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_dl.core.motion import Setpoint
from robot_dl.sim.controllers.forward import ForwardController
from robot_dl.sim.controllers.group import JointGroup
from robot_dl.sim.controllers.limits import JointLimits
from robot_dl.sim.controllers.splines import Knot, sample
from robot_dl.sim.controllers.trajectory import Trajectory, TrajectoryController

NAMES = ('a', 'b')
ZERO = np.zeros(2)
REST = [0.0, 0.0]


def to(*points, names=NAMES, velocities=None, start_s=None):
    """Return a trajectory of (time, position of a, position of b)."""
    rows = np.array(points, float).reshape(len(points), 3)
    return Trajectory(names, rows[:, 0], rows[:, 1:], velocities, None, start_s)


def test_a_forward_controller_has_no_target_before_the_first_command():
    assert ForwardController(NAMES).target(0.0) is None


def test_a_forward_controller_holds_the_last_command_for_ever():
    controller = ForwardController(NAMES)
    controller.command([1, 2], 0.0)
    np.testing.assert_array_equal(controller.target(1e6), [1, 2])


def test_a_forward_controller_with_a_time_out_lets_go_after_it():
    controller = ForwardController(NAMES, timeout_s=0.2)
    controller.command([1, 2], 1.0)
    np.testing.assert_array_equal(controller.target(1.2), [1, 2])
    assert controller.target(1.21) is None


@pytest.mark.parametrize(
    ('values', 'said'),
    [
        ([], r'expected 2 numbers \(a, b\), got 0'),
        ([1.0], r'expected 2 numbers \(a, b\), got 1'),
        ([1.0, 2.0, 3.0], r'expected 2 numbers \(a, b\), got 3'),
        ([1.0, np.nan], r'expected finite numbers, .*\(b\)'),
        ([np.inf, 1.0], r'expected finite numbers, .*\(a\)'),
    ],
)
def test_a_wrong_command_is_refused_and_the_last_good_one_stays(values, said):
    controller = ForwardController(NAMES)
    controller.command([1, 2], 0.0)
    with pytest.raises(ValueError, match=said):
        controller.command(values, 0.1)
    np.testing.assert_array_equal(controller.target(0.2), [1, 2])


numbers = st.floats(-3, 3)


@given(*[st.tuples(numbers, numbers, numbers)] * 2, st.floats(0.05, 5))
def test_a_spline_has_the_derivatives_of_its_ends_and_they_are_those_of_its_way(a, b, span_s):
    knots = [
        Knot(time_s, *(np.array([value]) for value in values))
        for time_s, values in ((0.0, a), (span_s, b))
    ]
    for knot, inside_s in zip(knots, (1e-9 * span_s, (1 - 1e-9) * span_s), strict=True):
        found = sample(*knots, inside_s)
        np.testing.assert_allclose(found.position, knot.position, atol=1e-5)
        np.testing.assert_allclose(found.velocity, knot.velocity, atol=1e-4)
        np.testing.assert_allclose(found.acceleration, knot.acceleration, atol=1e-2)
    step_s = 1e-4 * span_s
    early, here, late = (sample(*knots, 0.4 * span_s + k * step_s) for k in (-1, 0, 1))
    rate = (late.position - early.position) / (2 * step_s)
    bend = (late.velocity - early.velocity) / (2 * step_s)
    scale = 1 + 100 / span_s**2
    np.testing.assert_allclose(here.velocity, rate, atol=1e-4 * scale)
    np.testing.assert_allclose(here.acceleration, bend, atol=1e-3 * scale)


def test_positions_alone_are_joined_by_straight_lines():
    controller = TrajectoryController(NAMES)
    controller.follow(to((1, 1, -1), (2, 3, 0)), 10.0, ZERO)
    found = [controller.target(t).tolist() for t in (10.0, 10.5, 11.0, 11.5, 12.0, 99.0)]
    assert found == [[0, 0], [0.5, -0.5], [1, -1], [2, -0.5], [3, 0], [3, 0]]


def test_points_with_velocities_are_joined_without_a_jump_of_the_velocity():
    velocities = np.array([[1.0, 0.0], [0.0, 0.0]])
    controller = TrajectoryController(NAMES)
    controller.follow(to((1, 1, 0), (2, 2, 0), velocities=velocities), 0.0, ZERO)
    times = np.arange(0.0, 2.2, 0.001)
    speeds = np.diff([controller.target(t)[0] for t in times]) / 0.001
    assert abs(np.diff(speeds)).max() < 0.02
    assert speeds[1000] == pytest.approx(1.0, abs=0.01)


def test_joints_are_found_by_name_whatever_their_order():
    controller = TrajectoryController(NAMES)
    controller.follow(to((1, 5, 7), names=('b', 'a')), 0.0, ZERO)
    np.testing.assert_array_equal(controller.target(1.0), [7, 5])


def test_a_new_trajectory_goes_on_from_where_the_old_one_is():
    controller = TrajectoryController(NAMES)
    controller.follow(to((1, 1, 0)), 0.0, ZERO)
    controller.follow(to((1, 0, 0)), 0.5, ZERO)
    found = [controller.target(t)[0] for t in (0.5, 1.0, 1.5)]
    np.testing.assert_allclose(found, [0.5, 0.25, 0])


def test_a_trajectory_that_starts_later_leaves_the_old_one_until_then():
    controller = TrajectoryController(NAMES)
    controller.follow(to((1, 1, 0)), 0.0, ZERO)
    controller.follow(to((1, 0, 0), start_s=0.8), 0.5, ZERO)
    found = [controller.target(t)[0] for t in (0.6, 0.8, 1.3, 1.8)]
    np.testing.assert_allclose(found, [0.6, 0.8, 0.4, 0])


def test_of_a_trajectory_that_has_begun_only_what_is_to_come_counts():
    controller = TrajectoryController(NAMES)
    controller.follow(to((1, 9, 0), (2, 1, 0), start_s=-1.5), 0.0, ZERO)
    np.testing.assert_allclose([controller.target(t)[0] for t in (0.25, 0.5)], [0.5, 1])


@pytest.mark.parametrize(
    ('trajectory', 'said'),
    [
        (to(), 'no points'),
        (Trajectory((), np.ones(1), np.zeros((1, 0))), "joint 'a' is missing"),
        (Trajectory(('a',), np.ones(1), np.zeros((1, 1))), "joint 'b' is missing"),
        (Trajectory(('a', 'b', 'c'), np.ones(1), np.zeros((1, 3))), "unknown joint 'c'"),
        (Trajectory(('a', 'b', 'b'), np.ones(1), np.zeros((1, 3))), 'named twice'),
        (to((1, 0, 0), (1, 0, 0)), 'times must grow'),
        (to((-1, 0, 0)), 'times must grow'),
        (to((1, np.nan, 0)), 'positions are not finite'),
        (to((1, 0, 0), velocities=np.array([[np.inf, 0]])), 'velocities are not finite'),
        (to((1, 0, 0), velocities=np.array([[0.1, 0]])), 'must be at rest'),
        (to((1, 0, 0), start_s=-2.0), r'was due 1\.000 s ago'),
    ],
)
def test_what_ros2_control_refuses_is_refused_and_the_old_trajectory_goes_on(trajectory, said):
    controller = TrajectoryController(NAMES)
    controller.follow(to((1, 1, 1)), 0.0, ZERO)
    with pytest.raises(ValueError, match=said):
        controller.follow(trajectory, 0.0, ZERO)
    np.testing.assert_allclose(controller.target(0.5), [0.5, 0.5])


def group(kind='position', timeout_s=0.0):
    limits = tuple(JointLimits(name, -2, 2, 1.0, 5.0, 10.0) for name in NAMES)
    return JointGroup(limits, kind, timeout_s)


def test_joints_without_a_command_hold_where_they_were_put():
    joints = group()
    joints.reset(np.array([0.5, -0.5]))
    assert not joints.has_begun
    np.testing.assert_array_equal(joints.target(3.0), [0.5, -0.5])


def test_who_commanded_last_has_the_joints():
    joints = group()
    joints.follow(to((1, 1, 1)), 0.0)
    joints.command([0.2, 0.2], 0.5)
    np.testing.assert_array_equal(joints.target(0.9), [0.2, 0.2])
    joints.follow(to((1, 1.2, 0.2)), 1.0)
    np.testing.assert_allclose(joints.target(1.5), [0.7, 0.2])


def test_a_setpoint_moves_the_joints_by_name():
    joints = group()
    joints.move(Setpoint('position', ('b', 'a'), np.array([0.2, 0.1])), 0.0)
    np.testing.assert_array_equal(joints.target(0.0), [0.1, 0.2])


@pytest.mark.parametrize(
    ('setpoint', 'said'),
    [
        (Setpoint('effort', NAMES, ZERO), 'of kind position, got effort'),
        (Setpoint('position', ('a',), np.zeros(1)), 'for a, b, got a'),
        (Setpoint('position', NAMES, ZERO * np.nan), 'expected finite numbers'),
    ],
)
def test_a_setpoint_that_does_not_fit_is_refused(setpoint, said):
    with pytest.raises(ValueError, match=said):
        group().move(setpoint, 0.0)


@pytest.mark.parametrize('kind', ['velocity', 'effort'])
def test_velocities_and_efforts_become_zero_when_their_publisher_is_silent(kind):
    """Trap 19: the last velocity is not kept after the publisher died."""
    joints = group(kind, timeout_s=0.2)
    joints.command([0.5, -0.5], 1.0)
    np.testing.assert_array_equal(joints.target(1.1), [0.5, -0.5])
    np.testing.assert_array_equal(joints.target(1.3), REST)


def test_joints_that_take_efforts_take_no_trajectories():
    with pytest.raises(ValueError, match='commanded by effort'):
        group('effort').follow(to((1, 0, 0)), 0.0)
