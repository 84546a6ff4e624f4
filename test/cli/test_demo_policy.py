"""`robot_dl demo policy`: its report from made-up acts, and a real one over topics."""

import json
import subprocess
import sys
from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest
from demo_acts import FACTS, act, failed, stop, trace
from html_page import is_self_contained
from toy_balancer import write_balancer

from robot_dl.cli.demos.policy.curves import MOST_POINTS, plot
from robot_dl.cli.demos.policy.filmstrip import SHOWN, chosen
from robot_dl.cli.demos.policy.notes import Notes, Told, stop_of
from robot_dl.cli.demos.policy.report import plots_of, report_html, stop_words
from robot_dl.cli.demos.policy.summary import summary_of
from robot_dl.cli.main import main
from robot_dl.cli.rollouts.trace import Series, Trace

NOON = datetime(2026, 1, 2, 12, 0)


def page(acts):
    pytest.importorskip('jinja2')
    return report_html(acts, summary_of(acts, FACTS), NOON)


UNKNOWN = {'p50': None, 'p95': None}
ACTS = {
    'nothing': {'balance_ppo': act(episodes=[], trace=Trace(), stop=None, decision_ms=UNKNOWN)},
    'one': {'balance_ppo': act()},
    'a failure': {'balance_ppo': act(episodes=[failed(), failed(1)])},
    'an endless stop': {'balance_ppo': act(stop=stop(stop_ms=None, told={}, resumed=4))},
    'many': {f'policy_{i}': act(world=('balance', 'arm')[i % 2]) for i in range(6)},
}


@pytest.mark.parametrize('name', ACTS)
def test_the_report_needs_nothing_but_itself(name):
    assert is_self_contained(page(ACTS[name]))


def test_markup_in_a_description_stays_text():
    assert 'It balances &lt;a pole&gt;.' in page(ACTS['one'])


def test_a_policy_that_does_all_passes():
    summary = summary_of(ACTS['one'], FACTS)
    assert summary['passed'] is True
    row = summary['policies']['balance_ppo']
    assert (row['success_rate'], row['limit_breaches'], row['stop_ms']) == (1.0, 0, 2.9)
    assert row['emergency_stop']['told'] == {'slider': 0.0}


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'episodes': [failed(), failed(1)]}, 'went well is 0.0%, expected at least 60%'),
        ({'episodes': []}, 'went well is unknown'),
        ({'stop': None}, 'first command of it is unknown'),
        (
            {'stop': stop(stop_ms=180.0)},
            'first command of it is 180.0 ms, expected at most 100 ms',
        ),
        ({'stop': stop(resumed=3)}, 'after the stop was released is 3, expected at most 0'),
    ],
)
def test_a_policy_that_falls_short_does_not_pass_and_it_is_said_why(changes, reason):
    summary = summary_of({'p': act(**changes)}, FACTS)
    assert summary['passed'] is False
    assert any(reason in why for why in summary['shortcomings']), summary['shortcomings']
    assert 'not passed' in page({'p': act(**changes)})


def test_the_report_says_what_the_robot_was_told_when_it_was_stopped():
    words = stop_words(stop(settled_ms=150.0), 'effort')
    assert 'came 2.9 ms after it was pressed' in words
    assert 'after 150 ms' in words
    assert 'effort of slider 0 (' in words
    assert stop_words(stop(stop_ms=None), 'effort') == 'No stop was seen on the wire.'


def test_nothing_is_drawn_of_nothing():
    assert plot('a', 'm', Series.of([])) is None
    assert plot('a', 'm', Series.of([(0.0, {'x': np.nan})])) is None


def test_a_long_curve_keeps_its_peaks():
    rows = [(i / 500, {'x': 0.0}) for i in range(10_000)]
    rows[4321] = (4321 / 500, {'x': 7.0})
    drawn = plot('a', 'm', Series.of(rows))
    corners = drawn.curves[0].points.split()
    assert len(corners) <= MOST_POINTS
    assert min(float(corner.split(',')[1]) for corner in corners) == drawn.y.px(7.0)


def test_a_command_is_drawn_as_long_as_it_holds():
    drawn = plot('a', 'N', Series.of([(0.0, {'x': 1.0}), (2.0, {'x': 3.0})]), is_held=True)
    y1, y3 = drawn.y.px(1.0), drawn.y.px(3.0)
    x0, x2 = drawn.x.px(0.0), drawn.x.px(2.0)
    assert drawn.curves[0].points == f'{x0},{y1} {x2},{y1} {x2},{y3}'


def test_the_states_of_the_gate_cover_the_time_without_a_gap():
    moment = trace(seconds=4.0)
    bands = plot('a', 'm', Series.of(moment.positions), moment.states).bands
    assert [band.state for band in bands] == ['closed', 'blending', 'open', 'stopping']
    for before, after in pairwise(bands):
        assert before.x + before.width == pytest.approx(after.x, abs=0.11)


def test_a_state_from_before_the_window_reaches_into_it():
    part = Series.of(trace().positions).between(1.0, 2.0)
    (band,) = plot('a', 'm', part, [(0.0, 'open'), (3.0, 'stopping')]).bands
    assert band.state == 'open'


def test_joints_that_are_told_of_at_times_are_gaps_and_not_zeros():
    series = Series.of([(0.0, {'a': 1.0}), (1.0, {'b': 2.0})])
    assert series.names == ('a', 'b')
    assert np.isnan(series.values[0, 1])
    assert np.isnan(series.values[1, 0])


MS = 1_000_000
PRESSED_NS = 10_000 * MS


def notes(*rows, states=((3, 'stopping'), (600, 'closed')), positions=()):
    """Return notes of commands (ms after the stop was pressed, value) for one joint."""
    told = [Told(PRESSED_NS + int(ms * MS), {'j': value}) for ms, value in rows]
    said = [(PRESSED_NS + int(ms * MS), state) for ms, state in states]
    return Notes(Trace(positions=list(positions)), told, said)


def test_a_stop_is_measured_from_the_moment_it_is_pressed():
    found = stop_of(
        notes((-20, 5.0), (1, 5.0), (2.5, 2.0), (24, 1.0), (44, 1.0), (500, 1.0)),
        PRESSED_NS,
        2.0,
        'the emergency stop is pressed',
        0,
    )
    assert (found.state_ms, found.stop_ms) == (3.0, 2.5)
    assert (found.settled_ms, found.silent_ms) == (24.0, 500.0)
    assert (found.told, found.commands) == ({'j': 1.0}, 5)
    assert found.refusal == 'the emergency stop is pressed'


def test_a_gate_that_never_stops_has_no_time():
    found = stop_of(notes((5, 1.0), states=()), PRESSED_NS, 2.0, '', 0)
    assert (found.state_ms, found.stop_ms) == (None, None)


def test_a_gate_that_falls_silent_at_once_has_told_nothing():
    found = stop_of(notes((-5, 1.0)), PRESSED_NS, 2.0, '', 0)
    assert (found.state_ms, found.stop_ms, found.told) == (3.0, None, {})


def test_what_comes_after_the_release_is_not_part_of_the_stop():
    found = stop_of(notes((4, 0.0), (900, 7.0), (920, 8.0)), PRESSED_NS, 2.0, '', 2)
    assert (found.resumed, found.told, found.commands) == (2, {'j': 0.0}, 1)


def test_the_way_of_a_joint_after_a_stop_is_the_farthest_that_it_gets():
    moved = [(1.0, {'j': 9.0}), (2.0, {'j': 1.0}), (2.1, {'j': 1.5}), (2.2, {'j': 1.2})]
    found = stop_of(notes((4, 0.0), positions=moved), PRESSED_NS, 2.0, '', 0)
    assert found.travel == {'j': 0.5}


@pytest.mark.parametrize('count', [0, 1, SHOWN, SHOWN + 1, 24])
def test_a_filmstrip_has_the_first_and_the_last_picture(count):
    pictures = [(float(i), np.zeros((1, 1, 3), np.uint8)) for i in range(count)]
    times = [at for at, _ in chosen(pictures)]
    assert len(times) == min(count, SHOWN)
    assert times == sorted(times)
    assert not count or (times[0], times[-1]) == (0.0, count - 1.0)


@pytest.fixture(scope='module')
def demo(tmp_path_factory):
    """Return a finished demo of a regulator, and the folder of its results."""
    pytest.importorskip('mujoco')
    out = tmp_path_factory.mktemp('demo')
    model = write_balancer(out / 'balancer', description='A linear regulator.')
    options = ['--model', str(model), '--episodes', '2', '--speed', '8', '--out', str(out)]
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'demo', 'policy', *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=200), out


def test_a_joint_has_one_colour_whatever_the_order_in_which_the_robot_tells():
    moment = trace(joints=('finger', 'b', 'a'), commanded=('a', 'b'))
    positions, commands = plots_of(moment, 'position')
    assert [curve.name for curve in commands.curves] == ['a', 'b']
    assert [curve.name for curve in positions.curves] == ['a', 'b', 'finger']
    np.testing.assert_array_equal(
        Series.of(moment.positions).led_by(['a']).values[:, 0],
        Series.of(moment.positions).values[:, 2],
    )


@pytest.mark.slow
@pytest.mark.ros
def test_a_policy_is_shown_over_topics_and_passes(demo):
    done, out = demo
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'Passed.' in done.stdout
    row = json.loads((out / 'summary.json').read_text())['policies']['balancer']
    assert (row['episodes'], row['success_rate'], row['limit_breaches']) == (2, 1.0, 0)
    assert (row['kind'], row['topic']) == ('effort', 'commands')
    assert 0 < row['decision_ms']['p50'] <= row['decision_ms']['p95']
    assert is_self_contained((out / 'report.html').read_text())
    assert {path.name for path in (out / 'logs' / 'balancer').iterdir()} == {
        'sim_node.log',
        'policy_node.log',
    }


@pytest.mark.slow
@pytest.mark.ros
def test_the_robot_is_told_zero_at_once_when_the_emergency_stop_is_pressed(demo):
    """Trap 19: what was said last does not live on."""
    _, out = demo
    stop = json.loads((out / 'summary.json').read_text())['policies']['balancer']['emergency_stop']
    assert stop['told'] == {'slider': 0.0}
    assert 0 < stop['stop_ms'] <= 100
    assert stop['silent_ms'] < 2000
    assert stop['refusal'] == 'the emergency stop is pressed'
    assert stop['resumed'] == 0


@pytest.mark.ros
def test_a_bundled_policy_that_does_not_exist_is_refused_with_the_nearest(capsys):
    assert main(['demo', 'policy', '--only', 'balance_pop']) == 2
    assert "unknown policy 'balance_pop'. Did you mean 'balance_ppo'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ('words', 'reason'),
    [
        (['policy', '--seconds', '9'], "--seconds: not of the demo 'policy', which has --world"),
        (['policy', '--rate', '9'], "--rate: not of the demo 'policy'"),
        (['policy', '--world', 'rooms'], 'say: robot_dl demo perception --world rooms'),
        (['--episodes', '3'], "--episodes: not of the demo 'perception', which has --seconds"),
        (['--world', 'arm'], 'say: robot_dl demo policy --world arm'),
    ],
)
def test_an_option_of_another_demo_is_refused_with_advice(words, reason, capsys):
    assert main(['demo', *words]) == 2
    assert reason in capsys.readouterr().err
