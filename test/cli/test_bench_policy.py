"""The benchmark of the policy node as a user runs it. How fast it was never decides a test."""

import json
import subprocess
import sys

import numpy as np
import onnxruntime as ort
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_dl.cli.benches.control.network import CARRIER, JOINTS, RESTS_RAD, SCALE, write_policy
from robot_dl.cli.benches.control.summary import Samples, ratios, summary
from robot_dl.cli.benches.control.ticks import CYCLE, STEP_RAD, Tally, place_of, position_of
from robot_dl.cli.benches.goals import POLICY, judged
from robot_dl.cli.benches.policy import ORDER, Lane, row, times_line, wait_for
from robot_dl.cli.processes import python_module, running
from robot_dl.engine.card import load_card
from robot_dl.policy.spec import PolicySpec
from robot_dl.ros.environment import local_environment

BENCH = [sys.executable, '-m', 'robot_dl.cli.main', 'bench', 'policy']


@given(st.integers(0, 10**6))
def test_a_position_tells_its_tick(tick):
    assert place_of(position_of(tick)) == tick % CYCLE
    assert place_of(float(np.float32(position_of(tick)))) == tick % CYCLE


@given(st.integers(0, 3 * CYCLE))
def test_the_joint_moves_slowly_and_never_below_zero(tick):
    assert position_of(tick) >= 0.0
    assert 0 < abs(position_of(tick + 1) - position_of(tick)) <= 2 * STEP_RAD * (1 + 1e-9)


@pytest.mark.parametrize(
    'position', [-STEP_RAD, CYCLE * STEP_RAD, 0.5 * STEP_RAD, 1.0, float('nan'), float('inf')]
)
def test_a_position_of_no_tick_is_noticed(position):
    assert place_of(position) is None


def sent(ticks, period_s=0.002):
    tally = Tally()
    for tick in range(ticks):
        tally.send(tick * period_s)
    return tally


def test_no_ticks_give_no_times():
    found = summary(Samples())
    assert (found.missed, found.ticks, found.latency_ms['p50']) == (None, 0, None)
    assert row('policy', found).split()[1:5] == ['-', '-', '-', '-']


def test_an_answer_belongs_to_the_tick_whose_position_it_has():
    tally = sent(4)
    tally.come(position_of(2), 0.0045)
    tally.come(position_of(1), 0.0047)
    assert tally.latencies_ms(0) == [None, pytest.approx(2.7), pytest.approx(0.5)]
    assert tally.periods_ms(1) == [pytest.approx(2.0), pytest.approx(2.0)]


def test_the_first_answer_counts_and_what_answers_nothing_is_told():
    tally = sent(3)
    for position in (position_of(0), position_of(0), 1.0, position_of(7), float('nan')):
        tally.come(position, 0.001)
    assert (tally.repeated, tally.foreign) == (1, 3)
    assert tally.latencies_ms(0) == [pytest.approx(1.0), None]


def test_positions_that_come_again_are_of_the_latest_tick():
    tally = sent(CYCLE + 5, period_s=1.0)
    tally.come(position_of(CYCLE + 2), CYCLE + 3.0)
    assert tally.latencies_ms(CYCLE + 2)[0] == pytest.approx(1000.0)
    assert tally.latencies_ms(2)[0] is None


@pytest.mark.parametrize(('answered', 'steady'), [(0, False), (74, False), (75, True)])
def test_most_of_the_latest_ticks_must_be_answered_before_any_counts(answered, steady):
    tally = sent(500)
    for tick in range(500 - answered, 500):
        tally.come(position_of(tick), 1.0)
    assert tally.is_steady() is steady


def test_a_tick_without_a_command_before_the_next_one_is_missed():
    found = summary(Samples([0.5, None, 2.5, 1.9], [2.0, 2.0, 2.0, 2.0], foreign=3, repeated=1))
    assert (found.missed, found.late, found.unanswered) == (0.5, 1, 1)
    # A late answer counts as what it is.
    assert found.latency_ms == {'p50': 1.9, 'p99': pytest.approx(2.488), 'max': 2.5}
    assert (found.foreign, found.repeated) == (3, 1)


def test_ratios_are_per_percentile():
    ours, bare = (summary(Samples([ms] * 3, [2.0] * 3)) for ms in (0.3, 0.2))
    assert ratios(ours, bare) == {'p50': 1.5, 'p99': 1.5}
    assert times_line(ratios(ours, summary(Samples()))) == 'ratio policy / echo: p50 -, p99 -'


def test_every_goal_has_a_result():
    found = summary(Samples([0.6], [2.0]))
    results = {f'latency_ms.{name}': ms for name, ms in found.latency_ms.items()}
    verdicts = judged(POLICY, {**results, 'missed': found.missed})
    assert [verdict.met for verdict in verdicts] == [False, True, True]


def test_the_network_hands_one_joint_through(tmp_path):
    write_policy(tmp_path, 500.0)
    spec = PolicySpec.from_card(load_card(tmp_path).policy)
    assert spec.size == 36
    assert spec.joints == JOINTS
    session = ort.InferenceSession(tmp_path / 'policy.onnx', providers=['CPUExecutionProvider'])
    rng, place = np.random.default_rng(1), JOINTS.index(CARRIER)
    for tick in range(0, CYCLE, 37):
        seen = rng.normal(size=(1, 36)).astype(np.float32)
        seen[0, place] = position_of(tick) - RESTS_RAD[place]
        action = session.run(None, {'obs': seen})[0][0]
        assert place_of(RESTS_RAD[place] + SCALE * float(action[place])) == tick
        # The others are computed: they depend on what is seen, but little.
        others = np.delete(action, place)
        assert 0 < np.abs(others).max() < 2.0
    assert sum(np.prod(w.shape) for w in layers_of(tmp_path)) == 36 * 256 + 2 * 256**2 + 256 * 12


def layers_of(folder):
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(folder / 'policy.onnx')).graph
    arrays = map(numpy_helper.to_array, graph.initializer)
    return [array for array in arrays if array.ndim == 2]


def test_the_controller_has_an_order_of_its_own():
    assert set(ORDER) == set(JOINTS)
    assert ORDER.index(CARRIER) != JOINTS.index(CARRIER)


@pytest.mark.ros
def test_a_program_that_ends_instead_of_answering_is_told(domain_id):
    robot_command = python_module('robot_dl.cli.benches.control.robot', '--lanes', 'nobody')
    lane = Lane('nobody', [sys.executable, '-c', 'raise SystemExit(3)'], 0, is_gated=False)
    env = local_environment(domain_id)
    with running(robot_command, env) as robot, running(lane.command, env) as process:
        process.wait(timeout=30)
        with pytest.raises(OSError, match='nobody: its process ended with code 3'):
            wait_for(robot, lane, process)


@pytest.mark.ros
def test_the_node_and_the_echo_are_measured_and_written(tmp_path):
    path = tmp_path / 'policy.json'
    command = [*BENCH, '--rate', '100', '--seconds', '2', '--json', path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    written = json.loads(path.read_text())
    for found in (written, written['echo']):
        assert found['ticks'] == 200
        assert 0 < found['latency_ms']['p50'] <= found['latency_ms']['p99']
        assert found['latency_ms']['p99'] <= found['latency_ms']['max']
        assert 0 <= found['missed'] < 0.5
        assert found['missed'] == pytest.approx((found['late'] + found['unanswered']) / 200)
        assert 5 < found['period_ms']['p50'] < 20
        # Nothing clips a robot that hardly moves, so every command answers a tick.
        assert found['foreign'] == 0
    assert set(written['ratio']) == {'p50', 'p99'}
    assert written['goals'] == []
    assert written['rate_hz'] == 100.0
    assert written['machine']['cores'] >= 1
    assert all(word in done.stdout for word in ('policy', 'echo', 'p99', 'missed', 'ratio'))
