"""The command gate: when it opens, what it lets through, and how it stops a robot."""

import re

import numpy as np
import pytest
from safety_bench import FREE, JOINTS, Bench

from robot_dl.safety.limits import Limits

KINDS = ('position', 'velocity', 'effort', 'twist')
REST_S = 0.1  # far more than braking takes at these limits


@pytest.mark.parametrize('kind', KINDS)
def test_a_closed_gate_sends_nothing(kind):
    bench = Bench(kind)
    bench.see()
    bench.decide()
    assert bench.run(1.0) == []
    assert (bench.gate.state, bench.counts) == ('closed', {})


@pytest.mark.parametrize('kind', KINDS)
def test_an_open_gate_sends_what_is_wanted(kind):
    bench = Bench(kind).opened()
    assert bench.last == bench.wish.tolist()
    assert len(bench.run(1.0)) == 50


def test_it_blends_in_from_the_measured_state_over_the_time_given():
    bench = Bench(blend_in_s=0.5)
    bench.see()
    bench.gate.enable(bench.now_s)
    assert bench.gate.state == 'blending'
    sent = bench.run(1.0)
    assert sent[0][1].tolist() == [0.1, 0.1]
    halfway = [values[0] for at_s, values in sent if at_s - sent[0][0] <= 0.25 + 1e-9][-1]
    assert halfway == pytest.approx(0.25, abs=0.02)
    assert bench.gate.state == 'open'


def test_efforts_blend_in_from_none():
    bench = Bench('effort', blend_in_s=0.5)
    bench.see()
    bench.gate.enable(bench.now_s)
    sent = [values[0] for _, values in bench.run(0.6)]
    assert sent[0] == 0
    assert np.diff(sent[:20]) == pytest.approx(0.4 * 0.02 / 0.5)


def test_without_a_time_to_blend_the_first_effort_is_the_one_that_is_wanted():
    bench = Bench('effort', blend_in_s=0.0)
    bench.see()
    bench.gate.enable(bench.now_s)
    assert bench.decide().values.tolist() == [0.4, 0.4]


def test_enabling_twice_changes_nothing():
    bench = Bench(blend_in_s=0.5)
    bench.see()
    bench.gate.enable(bench.now_s)
    bench.run(0.3)
    before = bench.last
    assert bench.gate.enable(bench.now_s) == ''
    assert bench.gate.epoch == 1
    bench.run(0.02)
    assert 0 < bench.last[0] - before[0] < 0.02
    bench.run(0.3)
    assert bench.gate.state == 'open'


@pytest.mark.parametrize(
    ('spoil', 'reason'),
    [
        (lambda b: b.gate.emergency_stop(True, b.now_s), 'the emergency stop is pressed'),
        (lambda b: b.pass_time(1.0), 'nothing new on joint_states for 1.00 s'),
        (lambda b: setattr(b, 'place', np.array([0.1, 2.5])), 'joint knee is at 2.5, outside of'),
        (lambda b: setattr(b, 'place', np.array([np.nan, 0])), 'joint hip: its measured position'),
        (lambda b: setattr(b, 'place', np.zeros(3)), r'expected 2 measured values, got \[3\]'),
    ],
)
def test_it_stays_closed_and_says_why(spoil, reason):
    bench = Bench()
    bench.see()
    spoil(bench)
    if 'nothing new' not in reason:
        bench.see()
    assert re.match(reason, bench.gate.enable(bench.now_s))
    assert bench.gate.state == 'closed'


def test_an_input_that_has_never_come_keeps_it_closed():
    assert Bench().gate.enable(0.0) == 'joint_states has never come'


def test_a_position_without_a_measured_state_keeps_it_closed():
    bench = Bench(input_timeouts={})
    assert bench.gate.enable(0.0) == 'no state of the joints has been measured yet'


@pytest.mark.parametrize(
    ('kind', 'limits', 'parameter'),
    [
        ('position', Limits.of_joints(2, position_low=-1.0, position_high=1.0), 'velocity_max'),
        ('position', Limits.of_joints(2, velocity=1.0), 'position_low'),
        ('velocity', Limits.of_joints(2, effort=1.0), 'velocity_max'),
        ('effort', FREE, 'effort_max'),
        ('twist', Limits.of_base(linear_speed=1.0), 'angular_speed_max'),
    ],
)
def test_nothing_is_commanded_without_limits(kind, limits, parameter):
    bench = Bench(kind, limits=limits)
    bench.see()
    assert f'set the parameter {parameter}' in bench.gate.enable(bench.now_s)


def test_a_joint_that_sags_a_little_below_its_end_stop_is_taken_from_there():
    bench = Bench()
    bench.place = np.array([0.1, -0.03])
    bench.wish = np.array([0.1, 0.0])
    bench.opened()
    assert min(values[1] for _, values in bench.sent) == 0


def refused(bench, wish, **changes):
    """Return what becomes of a plan that cannot be obeyed: the state, and what is sent next."""
    before = bench.last
    sent = bench.decide(wish, **changes)
    return bench.gate.state, sent.values.tolist() == before


@pytest.mark.parametrize('number', [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_is_a_fault_and_the_robot_is_held(number):
    """Trap 20: NaN from the network is forwarded. Trap 16: protection that does nothing."""
    bench = Bench().opened()
    assert refused(bench, [0.0, number]) == ('fault', True)
    assert bench.gate.reason == f'decision refused: knee: expected a number, got {number}'
    assert bench.counts['refused_nan'] == 1
    assert np.isfinite([values for _, values in bench.sent]).all()


@pytest.mark.parametrize(
    ('wish', 'changes', 'reason'),
    [
        ([0.1, 0.2, 0.3], {}, 'expected values [T, 2] with T ≥ 1, got [1, 3]'),
        ([0.1], {}, 'got [1, 1]'),
        (None, {'values': np.empty((0, 2))}, 'got [0, 2]'),
        (None, {'values': np.zeros(2)}, 'got [2]'),
        (None, {'kind': 'velocity'}, 'expected commands of position, got velocity'),
        (None, {'names': ('hip', 'nee')}, "unknown joint 'nee'. Did you mean 'knee'?"),
        ([0.0], {'names': ('hip',)}, 'knee is missing'),
        ([0.0, 0.0, 0.0], {'names': ('hip', 'knee', 'hip')}, 'got hip, knee, hip'),
    ],
)
def test_a_plan_that_does_not_fit_the_controller_is_a_fault(wish, changes, reason):
    bench = Bench().opened()
    assert refused(bench, wish, **changes) == ('fault', True)
    assert reason in bench.gate.reason
    assert sum(bench.counts[key] for key in bench.counts if key.startswith('refused')) == 1


def test_joints_are_matched_by_name():
    """Trap 18: the order of joints is assumed."""
    bench = Bench().opened()
    bench.wish = np.array([0.4, 0.3])
    for _ in range(20):
        bench.pass_time(0.02)
        bench.see()
        bench.decide([0.3, 0.4], names=('knee', 'hip'))
    assert bench.last == [0.4, 0.3]
    bench.decide([0.4, 0.3])
    assert bench.last == [0.4, 0.3]


def test_a_fault_ends_by_a_new_enable_alone():
    bench = Bench().opened()
    bench.decide([np.nan, 0])
    bench.run(2.0)
    assert bench.gate.state == 'fault'
    assert bench.run(1.0) == []
    assert bench.gate.enable(bench.now_s) == ''
    bench.run(1.0)
    assert bench.gate.state == 'open'


def test_a_fault_can_be_taken_back_by_disabling():
    bench = Bench().opened()
    bench.gate.fault('broken', bench.now_s)
    bench.gate.disable('disabled', bench.now_s)
    assert bench.gate.state == 'stopping'
    bench.run(1.0)
    assert (bench.gate.state, bench.gate.reason) == ('closed', 'disabled')


def silence_sensor(bench):
    bench.sees = False


def freeze_sensor(bench):
    bench.is_frozen = True


def hang(bench):
    bench.thinks = False


def pause(bench):
    bench.is_paused = bench.is_frozen = True


def press(bench):
    bench.gate.emergency_stop(True, bench.now_s)


def disable(bench):
    bench.gate.disable('disabled', bench.now_s)


STOPS = [
    (silence_sensor, 0.2, 'nothing new on joint_states for 0.22 s'),
    (freeze_sensor, 0.2, 'nothing new on joint_states for 0.22 s: the same stamp came 12 times'),
    (hang, 0.2, 'no decision for 0.22 s'),
    (pause, 0.2, 'nothing new on joint_states'),
    (press, 0.0, 'emergency stop'),
    (disable, 0.0, 'disabled'),
]


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize(('happens', 'timeout_s', 'reason'), STOPS)
def test_the_robot_is_stopped_and_then_nothing_moves(kind, happens, timeout_s, reason):
    """Traps 15, 17 and 19: staleness by ROS time; zeros as a stop of positions; last speeds."""
    bench = Bench(kind).opened()
    began_s, before = bench.now_s, bench.last
    happens(bench)
    sent = bench.run(2.0)
    assert bench.gate.reason.startswith(reason)
    resting = before if kind == 'position' else [0.0] * len(before)
    told = [values.tolist() for at_s, values in sent if at_s > began_s + timeout_s + REST_S]
    assert len(told) >= 20, 'a stop is repeated'
    assert all(values == resting for values in told)
    assert sent[-1][0] < began_s + timeout_s + REST_S + 0.6, 'and then there is silence'
    assert bench.gate.state == 'closed'
    assert bench.gate.is_silent


def test_all_that_is_late_is_named_whichever_was_first():
    bench = Bench().opened()
    bench.sees = bench.thinks = False
    bench.run(0.3)
    reason = 'nothing new on joint_states for 0.22 s; no decision for 0.22 s'
    assert bench.gate.reason == reason


@pytest.mark.parametrize('happens', [silence_sensor, freeze_sensor, hang, pause])
def test_nothing_is_resumed_by_itself(happens):
    bench = Bench().opened()
    happens(bench)
    bench.run(1.5)
    bench.sees = bench.thinks = True
    bench.is_frozen = bench.is_paused = False
    assert bench.run(1.0) == []
    assert bench.gate.state == 'closed'


def test_a_moving_joint_is_braked_within_its_acceleration():
    bench = Bench(
        limits=Limits.of_joints(
            2, position_low=-10.0, position_high=10.0, velocity=2.0, acceleration=10.0
        )
    ).opened()
    bench.wish = np.array([9.0, 9.0])
    bench.run(1.0)
    press(bench)
    bench.run(1.0)
    speeds = np.diff([values[0] for _, values in bench.sent]) / 0.02
    assert speeds.max() == pytest.approx(2.0)
    assert np.abs(np.diff(speeds)).max() <= 10 * 0.02 + 1e-6
    assert speeds[-1] == 0


def test_a_pressed_button_keeps_it_closed_until_it_is_released():
    bench = Bench().opened()
    press(bench)
    bench.run(1.0)
    assert bench.gate.enable(bench.now_s) == 'the emergency stop is pressed'
    bench.gate.emergency_stop(False, bench.now_s)
    assert bench.gate.reason == 'emergency stop, released by now'
    assert bench.run(0.5) == []
    assert bench.gate.enable(bench.now_s) == ''


def test_a_button_pressed_while_closed_is_told():
    bench = Bench()
    press(bench)
    assert bench.gate.report().reason == 'emergency stop'


def test_a_button_pressed_while_blending_stops_there():
    bench = Bench(blend_in_s=1.0)
    bench.see()
    bench.gate.enable(bench.now_s)
    bench.run(0.5)
    assert bench.gate.state == 'blending'
    press(bench)
    sent = bench.run(0.3)
    assert 0.1 < bench.last[0] < 0.3
    assert sent[-1][1].tolist() == sent[-10][1].tolist()


@pytest.mark.parametrize('kind', ['velocity', 'effort', 'twist'])
def test_ramp_to_zero_takes_its_time(kind):
    bench = Bench(kind, stop='ramp_to_zero', ramp_s=0.5).opened()
    disable(bench)
    bench.tick()
    sent = [values[0] for _, values in bench.run(0.6)]
    assert sent[11] == pytest.approx(bench.wish[0] * (1 - 0.24 / 0.5), abs=0.02)
    assert sent[-1] == 0
    assert (np.diff(sent) <= 0).all()


@pytest.mark.parametrize('kind', KINDS)
def test_release_says_nothing_more(kind):
    bench = Bench(kind, stop='release').opened()
    disable(bench)
    assert bench.tick() is None
    assert bench.run(1.0) == []
    assert bench.gate.state == 'closed'


def test_a_heartbeat_that_is_asked_for_must_go_on():
    bench = Bench(heartbeat_timeout_s=0.5)
    bench.see()
    assert bench.gate.enable(bench.now_s) == 'heartbeat has never come'
    bench.gate.beat(bench.now_s)
    assert bench.gate.enable(bench.now_s) == ''
    bench.run(0.4)
    bench.gate.beat(bench.now_s)
    bench.run(0.48)
    assert bench.gate.state == 'open'
    bench.run(0.1)
    assert bench.gate.reason.startswith('nothing new on heartbeat for 0.5')


def test_a_model_may_take_its_time_for_the_first_decision_but_not_for_ever():
    bench = Bench()
    bench.see()
    bench.gate.enable(bench.now_s)
    bench.thinks = False
    assert bench.run(0.9) == []
    assert bench.gate.state == 'blending'
    assert bench.run(0.2) == []
    assert (bench.gate.state, bench.gate.reason) == ('closed', 'no decision within 1.02 s')


def test_commands_are_sent_again_while_no_new_one_comes():
    bench = Bench(command_timeout_s=10.0).opened()
    bench.thinks = False
    sent = bench.run(1.0)
    assert 24 <= len(sent) <= 50
    assert max(np.diff([at_s for at_s, _ in sent])) < 0.05


def test_between_fast_decisions_nothing_else_is_sent():
    bench = Bench().opened()
    count = len(bench.sent)
    for _ in range(50):
        bench.pass_time(0.019)
        bench.tick()
        bench.pass_time(0.001)
        bench.see()
        bench.decide()
    assert len(bench.sent) - count == 50


def test_a_chunk_is_executed_by_its_stamps():
    bench = Bench(
        command_timeout_s=1.0,
        limits=Limits.of_joints(2, position_low=-10.0, position_high=10.0, velocity=100.0),
    ).opened()
    chunk = np.stack([np.linspace(0.4, 1.0, 7), np.linspace(0.4, 0.1, 7)], axis=1)
    bench.decide(chunk, period_ns=40_000_000)
    start_s, bench.thinks = bench.now_s, False
    for at_s, values in bench.run(0.5):
        due = min(int((at_s - start_s) / 0.04 + 1e-6), 6)
        assert values == pytest.approx(chunk[due])


def test_a_jump_of_one_radian_is_ridden_at_the_greatest_speed():
    bench = Bench().opened()
    bench.wish = np.array([-0.6, 0.4])
    sent = [values[0] for _, values in bench.run(1.0)]
    assert np.abs(np.diff([0.4, *sent])).max() <= 2.0 * 0.02 + 1e-9
    assert sent[-1] == -0.6
    assert bench.counts['clipped_velocity'] >= 1


def test_a_position_out_of_range_goes_to_the_end_of_the_range():
    bench = Bench().opened()
    bench.wish = np.array([3.0, -3.0])
    bench.run(2.0)
    assert bench.last == [1.0, 0.0]
    report = bench.gate.report()
    assert report.counts['clipped_position'] == 100, 'once for each decision'
    assert report.last_breach == 'hip: 3 is not in [-1, 1]'


@pytest.mark.parametrize(
    ('kind', 'wish', 'breach'),
    [
        ('position', [0.4, 2.1], r'knee: 2.1 is not in [0, 2]'),
        ('position', [1.0, 0.4], 'joint hip: 30 per second is beyond 2'),
        ('velocity', [0.0, -2.5], 'knee: -2.5 is not in [-2, 2]'),
        ('effort', [11.0, 0.0], 'hip: 11 is not in [-10, 10]'),
        ('twist', [0.0, 0.6, 0.0], 'linear.y: 0.6 is not in [-0.5, 0.5]'),
        ('twist', [0.4, 0.4, 0.0], '0.5657 m/s is beyond 0.5'),
    ],
)
def test_refusing_drops_a_decision_beyond_the_limits_and_stops_when_no_other_comes(
    kind, wish, breach
):
    bench = Bench(kind, on_breach='refuse').opened()
    before, good = bench.last, bench.wish
    bench.wish = np.array(wish)
    bench.run(0.1)
    assert bench.last == before
    assert bench.gate.report().last_breach == breach
    assert bench.counts['refused_beyond_limits'] == 5
    bench.wish = good
    bench.run(0.1)
    assert bench.gate.state == 'open'
    bench.wish = np.array(wish)
    bench.run(0.3)
    assert bench.gate.reason.startswith('no decision for 0.2')


def test_a_stop_goes_on_after_a_new_enable_until_there_is_a_decision():
    bench = Bench('velocity', stop='ramp_to_zero', ramp_s=0.4).opened()
    disable(bench)
    bench.tick()
    bench.run(0.1)
    bench.see()
    assert bench.gate.enable(bench.now_s) == ''
    bench.thinks = False
    braking = [values[0] for _, values in bench.run(0.2)]
    assert braking[-1] < braking[0]
    bench.thinks = True
    ridden = [values[0] for _, values in bench.run(0.6)]
    assert abs(ridden[0] - braking[-1]) < 0.05
    assert ridden[-1] == 0.4


def test_after_silence_it_begins_where_the_robot_has_been_put_meanwhile():
    bench = Bench().opened()
    disable(bench)
    bench.run(1.0)
    bench.place = np.array([-0.5, 1.5])
    bench.see()
    bench.gate.enable(bench.now_s)
    assert bench.run(0.02)[0][1].tolist() == [-0.5, 1.5]


def test_an_array_that_the_model_uses_again_changes_nothing():
    bench = Bench(command_timeout_s=1.0).opened()
    values = np.array([[0.4, 0.4]])
    bench.decide(values=values)
    values[:] = -1.0
    bench.thinks = False
    bench.run(0.5)
    assert bench.last == [0.4, 0.4]


@pytest.mark.parametrize('jump_s', [1000.0, -4.9])
def test_a_clock_that_jumps_moves_nothing_far(jump_s):
    bench = Bench().opened()
    bench.clock_s += jump_s
    before = bench.last
    bench.wish = np.array([-1.0, 2.0])
    bench.run(0.02)
    assert np.abs(np.array(bench.last) - before).max() <= 2.0 * 0.05 + 1e-9
    bench.run(3.0)
    assert bench.gate.state == 'open'
    assert bench.last == [-1.0, 2.0]


def test_a_gap_is_not_made_up_for():
    bench = Bench(command_timeout_s=1.0, input_timeouts={}).opened()
    bench.wish = np.array([-1.0, 2.0])
    bench.run(0.1)
    before = bench.last
    bench.pass_time(0.9)
    bench.decide()
    assert np.abs(np.array(bench.last) - before).max() <= 2.0 * 2.5 * 0.02 + 1e-9


def test_an_interpolating_controller_keeps_the_speed_too():
    """A step is never to be ridden in less time than it was computed for."""
    bench = Bench(command_timeout_s=1.0, input_timeouts={}).opened()
    bench.wish = np.array([-1.0, 2.0])
    for seconds in (0.001, 0.02, 0.003, 0.04, 0.05, 0.002):
        before = bench.last
        bench.pass_time(seconds)
        bench.decide()
        moved = np.abs(np.array(bench.last) - before).max()
        assert moved / bench.gate.step_s <= 2.0 + 1e-9


def test_velocities_near_the_end_of_a_range_stop_with_the_measurement():
    bench = Bench('velocity', limits=JOINTS, input_timeouts={}).opened()
    bench.sees = False
    bench.run(0.5)
    assert 'the joints were measured' in bench.gate.reason


def test_the_report_names_what_was_counted():
    bench = Bench().opened()
    counts = bench.counts
    assert counts['decisions'] == 50
    assert 'stops' not in counts
    assert bench.gate.report().state == 'open'


def test_a_button_that_is_pressed_during_a_stop_is_told_when_the_stop_is_over():
    bench = Bench().opened()
    bench.gate.disable('told to', bench.now_s)
    bench.run(0.1)
    bench.gate.emergency_stop(True, bench.now_s)
    bench.run(3.0)
    report = bench.gate.report()
    assert (report.state, report.reason) == ('closed', 'emergency stop')


@pytest.mark.parametrize(('kind', 'has_word'), [('velocity', True), ('position', False)])
def test_only_who_would_go_on_for_ever_needs_a_last_word(kind, has_word):
    bench = Bench(kind, stop='auto').opened()
    assert bench.gate.last_word() is None
    bench.gate.disable('told to', bench.now_s)
    word = bench.gate.last_word()
    assert (word is not None) == has_word
    assert word is None or not word.values.any()
