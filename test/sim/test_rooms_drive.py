"""The drive, the odometry and the beat of the rooms world: closed forms, no physics engine."""

import numpy as np
import pytest

from robot_dl.sim.pace import MOST_PERIODS_AT_ONCE, Beat
from robot_dl.sim.rooms.drive import Drive, DriveLimits
from robot_dl.sim.rooms.odometry import Odometry, Pose

DT_S, MASS_KG = 0.005, 12.0
LIMITS = DriveLimits()


def run(drive: Drive, start_s: float, duration_s: float) -> tuple[float, float]:
    """Let the motors run; return speed and turn of the wheels at the end."""
    for k in range(round(duration_s / DT_S)):
        left, right = drive.advance(start_s + k * DT_S, DT_S)
    return (left + right) / 2, (right - left) / LIMITS.separation_m


def test_without_a_command_the_wheels_stand_still() -> None:
    assert run(Drive(LIMITS, MASS_KG), 0.0, 1.0) == (0.0, 0.0)


def test_the_wheels_reach_a_command_with_bounded_acceleration() -> None:
    drive = Drive(LIMITS, MASS_KG)
    drive.command(0.3, -0.5, 0.0)
    assert run(drive, 0.0, 0.1) == pytest.approx((0.15, -0.5))
    assert run(drive, 0.1, 0.2) == pytest.approx((0.3, -0.5))


@pytest.mark.parametrize('speed', [5.0, -5.0])
def test_what_is_too_fast_is_cut_down(speed: float) -> None:
    drive = Drive(LIMITS, MASS_KG)
    for second in range(3):
        drive.command(speed, 10 * speed, 0.4 * second)
        reached = run(drive, 0.4 * second, 0.4)
    signed = np.sign(speed)
    assert reached == pytest.approx((signed * LIMITS.speed_mps, signed * LIMITS.turn_radps))


def test_silence_stops_the_base_after_the_time_out() -> None:
    """Trap 19: the last velocity kept after the publisher died."""
    drive = Drive(LIMITS, MASS_KG)
    drive.command(0.3, 0.0, 0.0)
    assert run(drive, 0.0, LIMITS.timeout_s)[0] == pytest.approx(0.3)
    assert run(drive, LIMITS.timeout_s + DT_S, 0.3) == (0.0, 0.0)


@pytest.mark.parametrize('bad', [(np.nan, 0.0), (0.0, np.inf)])
def test_a_command_that_is_no_number_is_refused_and_the_last_one_runs_out(bad: tuple) -> None:
    """Trap 20: NaN from the network."""
    drive = Drive(LIMITS, MASS_KG)
    drive.command(0.3, 0.0, 0.0)
    with pytest.raises(ValueError, match='cmd_vel: expected finite numbers'):
        drive.command(*bad, 0.2)
    assert run(drive, 0.0, 0.4)[0] == pytest.approx(0.3)
    assert run(drive, LIMITS.timeout_s + DT_S, 0.3)[0] == 0.0


def test_no_wheel_pulls_harder_than_it_grips() -> None:
    drive = Drive(LIMITS, MASS_KG)
    most = LIMITS.friction * MASS_KG * 9.81
    for velocity in ([3.0, 0.0, 0.0], [0.0, -3.0, 0.0], [0.0, 0.0, 20.0]):
        force = drive.force(np.array(velocity), 0.0)
        assert np.abs(force[:2]).max() <= most + 1e-9
        assert abs(force[2]) <= most * LIMITS.separation_m / 2 + 1e-9
        assert force @ velocity < 0, 'wheels that stand still must brake'


def test_wheels_that_roll_as_the_ground_does_apply_no_force() -> None:
    drive, yaw = Drive(LIMITS, MASS_KG), 0.7
    drive.command(0.4, 0.3, 0.0)
    speed, turn = run(drive, 0.0, 0.45)
    velocity = np.array([speed * np.cos(yaw), speed * np.sin(yaw), turn])
    np.testing.assert_allclose(drive.force(velocity, yaw), 0.0, atol=1e-9)


def test_an_arc_ends_where_the_circle_does() -> None:
    for turn in (0.0, 1e-9, 0.8, -3.0, 2 * np.pi):
        end = Pose(1.0, 2.0, 0.5).moved(1.5, turn)
        # Independent: many short straight lines.
        yaws = 0.5 + turn * (np.arange(100_000) + 0.5) / 100_000
        step = 1.5 / 100_000
        line = [1 + step * np.cos(yaws).sum(), 2 + step * np.sin(yaws).sum(), 0.5 + turn]
        np.testing.assert_allclose([end.x, end.y, end.yaw], line, atol=1e-6)


def driven(rims: tuple[float, float], duration_s: float, robot: int, run_: int) -> Odometry:
    odometry = Odometry(
        LIMITS.separation_m, np.random.default_rng(robot), np.random.default_rng([robot, run_])
    )
    for _ in range(round(duration_s / DT_S)):
        odometry.roll(rims, DT_S)
    return odometry


def test_who_stands_still_does_not_drift() -> None:
    odometry = driven((0.0, 0.0), 60.0, 1, 1)
    assert odometry.pose == Pose()
    assert not odometry.motion.covariance.any()


def test_the_drift_is_as_large_as_documented_and_the_covariance_covers_it() -> None:
    # A metre straight ahead, two hundred robots.
    ends = [driven((0.5, 0.5), 2.0, robot, 0).motion for robot in range(200)]
    errors = np.array([[m.pose.x - 1.0, m.pose.y, m.pose.yaw] for m in ends])
    # Of one wheel: its radius by 0.5 %, and 4 mm of creep. Their mean is the way, their
    # difference over the separation the heading.
    one_wheel = np.hypot(0.005, 0.004)
    along, heading = one_wheel / np.sqrt(2), one_wheel * np.sqrt(2) / LIMITS.separation_m
    assert errors[:, 0].std() == pytest.approx(along, rel=0.25)
    assert errors[:, 2].std() == pytest.approx(heading, rel=0.25)
    stated = np.sqrt(np.diag(ends[0].covariance))
    within = np.abs(errors) < 2 * stated
    assert (within.mean(0) > 0.9).all()


def test_the_errors_of_the_wheels_stay_and_the_creep_does_not() -> None:
    ends = [driven((0.5, 0.5), 40.0, 3, run_).pose.yaw for run_ in range(20)]
    assert np.std(ends) < 0.6 * abs(np.mean(ends))
    assert len(set(ends)) == len(ends)


def test_images_come_with_whole_numbers_of_periods() -> None:
    beat = Beat(rate_hz=10.0, state_hz=30.0, keeps_up=False)
    assert beat.period_s == pytest.approx(1 / 30)
    struck = [beat.strike(0.001 * k) for k in range(7)]
    assert [periods for periods, _ in struck] == [1] * 7
    assert [image for _, image in struck] == [False, False, True, False, False, True, False]


def test_a_slow_state_comes_with_every_image() -> None:
    beat = Beat(rate_hz=20.0, state_hz=0.0, keeps_up=False)
    assert beat.period_s == 1 / 20
    assert beat.strike(0.0) == (1, True)


def test_missed_periods_are_made_up_for_and_early_calls_wait() -> None:
    beat = Beat(rate_hz=10.0, state_hz=10.0, keeps_up=True)
    assert [beat.strike(t)[0] for t in (0.0, 0.11, 0.38, 0.41, 0.50)] == [1, 1, 3, 0, 1]
    beat = Beat(rate_hz=10.0, state_hz=10.0, keeps_up=True)
    times = np.cumsum(np.random.default_rng(0).random(200) / 5)
    total = sum(beat.strike(t)[0] for t in times)
    assert total == pytest.approx((times[-1] - times[0]) / 0.1 + 1, abs=1)


def test_a_world_that_was_held_up_for_long_does_not_race() -> None:
    beat = Beat(rate_hz=10.0, state_hz=10.0, keeps_up=True)
    beat.strike(0.0)
    assert beat.strike(60.0) == (MOST_PERIODS_AT_ONCE, True)
    assert beat.strike(60.1)[0] == 1
