"""`robot_dl eval` of policies: what is counted, what is refused, and real episodes."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_balancer import CARD, GAINS, write_balancer

from robot_dl.cli.eval import EXAMS, check_options, score_model, table
from robot_dl.cli.main import main
from robot_dl.cli.rollouts.episode import FAILED, SUCCEEDED, UNFINISHED, Episode, scores
from robot_dl.cli.rollouts.intervals import Z95, wilson
from robot_dl.engine.library import find_model
from robot_dl.training.seeds import HELD_OUT

POLICY, DETECTION = EXAMS['policy'], EXAMS['detection']


def test_no_trials_tell_nothing() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize(
    ('successes', 'trials', 'low', 'high'),
    [
        # What prop.test(correct=FALSE) of R says.
        (0, 10, 0.0, 0.2775328),
        (10, 10, 0.7224672, 1.0),
        (5, 10, 0.2365931, 0.7634069),
    ],
)
def test_the_interval_is_that_of_statistics_programs(
    successes: int, trials: int, low: float, high: float
) -> None:
    found = wilson(successes, trials)
    assert found == pytest.approx((low, high), abs=1e-6)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_ends_of_the_interval_are_where_the_share_lies_two_deviations_off(
    trial: tuple[int, int],
) -> None:
    successes, trials = trial
    ends = wilson(successes, trials)
    assert ends is not None
    assert 0 <= ends[0] <= successes / trials <= ends[1] <= 1
    for end in ends:
        # The definition: the chances under which the share seen is just not too far away.
        deviation = math.sqrt(end * (1 - end) / trials)
        assert abs(successes / trials - end) == pytest.approx(Z95 * deviation, abs=1e-9)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match='expected 0 to 3, got 4'):
        wilson(4, 3)


EPISODES = (
    Episode(7, SUCCEEDED, 20.0, 0, {'error_m': 0.01}, {'clipped_velocity': 2}),
    Episode(8, FAILED, 4.0, 3, {'error_m': 0.03}),
    Episode(9, UNFINISHED, 0.5, 0, {}, {'clipped_velocity': 1}, 'no decision for 0.2 s'),
    Episode(10, SUCCEEDED, 20.0, 0, {'error_m': 0.02}),
)


def test_no_episodes_have_no_share_of_successes() -> None:
    found = scores([])
    assert (found['success_rate'], found['success_interval']) == (None, None)
    assert (found['episodes'], found['limit_breaches'], found['mean_episode_s']) == (0, 0, None)


def test_what_the_gate_has_ended_counts_as_no_success() -> None:
    found = scores(EPISODES)
    assert found['success_rate'] == 0.5
    assert found['failed_seeds'] == [8, 9]
    assert found['unfinished'] == {'no decision for 0.2 s': 1}
    low, high = found['success_interval']
    assert low < 0.5 < high


def test_breaches_and_what_the_gate_did_add_up() -> None:
    found = scores(EPISODES)
    assert found['limit_breaches'] == 3
    assert found['gate'] == {'clipped_velocity': 3}
    assert found['mean_episode_s'] == pytest.approx(11.125)
    assert found['facts']['error_m'] == {'mean': 0.02, 'p50': 0.02, 'p95': 0.029}


def test_a_policy_is_not_scored_in_pictures() -> None:
    with pytest.raises(ValueError, match='--images: this model is scored in episodes, expected'):
        check_options(POLICY, ['images'])


@pytest.mark.parametrize('option', ['episodes', 'topic_episodes', 'speed'])
def test_a_model_that_sees_is_not_scored_in_episodes(option: str) -> None:
    check_options(POLICY, [option])
    flag = option.replace('_', '-')
    with pytest.raises(ValueError, match=f'--{flag}: this model is scored in pictures.*--images'):
        check_options(DETECTION, [option])


def test_options_of_another_task_are_refused_on_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(['eval', 'tabletop_detector', '--episodes', '3']) == 2
    assert 'expected one of --images' in capsys.readouterr().err


def result(**topics: object) -> dict[str, Any]:
    scored = scores(EPISODES)
    known = {'world': 'balance', 'seconds': 12.3, 'task': 'policy', **scored}
    over_topics = {**scored, 'seconds': 30.0, 'in_process_on_the_same': 0.75, **topics}
    return {**known, 'topics': over_topics if topics else None}


def test_the_table_tells_both_ways_side_by_side() -> None:
    lines = table(result(speed=4.0)).splitlines()
    assert lines[0].split() == ['in', 'this', 'process', 'over', 'topics']
    assert lines[1].split() == ['success', '50.0%', '(15.0%–85.0%)', '50.0%', '(15.0%–85.0%)']
    assert 'error_m: mean 0.02, median 0.02' in lines
    assert 'the same episodes in this process: 75.0%' in lines
    assert lines[-1] == '4 episodes of the world balance'


def test_the_table_of_a_policy_that_did_not_run_over_topics_has_one_column() -> None:
    lines = table(result()).splitlines()
    assert lines[0].split() == ['in', 'this', 'process']
    assert not any('topics' in line for line in lines)


SEED = HELD_OUT[0]
NAN = (math.nan, 0.0, 0.0, 0.0)


@pytest.fixture(scope='module')
def play(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Episode]:
    """Return what plays an episode of a regulator with some gains, in this process."""
    pytest.importorskip('mujoco')
    from robot_dl.cli.rollouts.simulated import open_simulation
    from robot_dl.cli.rollouts.stand import stand_of

    def played(gains: tuple[float, ...] = GAINS, seed: int = SEED, **card: object) -> Episode:
        folder = write_balancer(tmp_path_factory.mktemp('p') / 'balancer', gains, **card)
        return open_simulation(str(folder), stand_of('balance'), 'cpu').play(seed)

    return played


@pytest.mark.slow
def test_a_policy_that_balances_succeeds_after_twenty_seconds(
    play: Callable[..., Episode],
) -> None:
    episode = play()
    assert episode.result == SUCCEEDED
    assert episode.seconds == pytest.approx(20.0, abs=0.01)
    assert (episode.limit_breaches, episode.gate) == (0, {})


@pytest.mark.slow
def test_an_episode_is_the_same_every_time_and_another_with_another_seed(
    play: Callable[..., Episode],
) -> None:
    weak = tuple(gain / 4 for gain in GAINS)
    first = play(weak)
    assert play(weak) == first
    assert play(weak, SEED + 1).facts != first.facts


@pytest.mark.slow
def test_a_policy_that_does_nothing_fails(play: Callable[..., Episode]) -> None:
    episode = play((0.0, 0.0, 0.0, 0.0))
    assert episode.result == FAILED
    assert 0 < episode.seconds < 5


@pytest.mark.slow
def test_a_policy_that_says_nan_is_stopped_by_the_gate_and_has_not_succeeded(
    play: Callable[..., Episode],
) -> None:
    """Trap 20: what the network cannot mean is refused."""
    episode = play(NAN)
    assert (episode.result, episode.gate) == (UNFINISHED, {'refused_nan': 1})
    assert 'slider: expected a number, got nan' in episode.reason


@pytest.mark.slow
def test_a_policy_that_wants_too_much_is_clipped_before_it_reaches_the_robot(
    play: Callable[..., Episode],
) -> None:
    """Trap 16: a breach changes the output."""
    strong = {**CARD, 'action': {'kind': 'joint_effort', 'joints': ['slider'], 'scale': 10.0}}
    episode = play(policy=strong)
    assert episode.gate['clipped_effort'] > 0
    assert episode.limit_breaches == 0


@pytest.mark.slow
@pytest.mark.parametrize('world', ['balance', 'arm'])
def test_a_deployment_has_the_limits_of_the_robot_that_it_moves(world: str) -> None:
    pytest.importorskip('mujoco')
    from robot_dl.cli.rollouts.stand import control_world, stand_of
    from robot_dl.safety.params import LISTS

    stand = stand_of(world)
    group = control_world(world)(0).groups['']
    assert tuple(stand.policy['joints']) == group.names
    given = {name for name in LISTS.values() if name in stand.policy}
    needed = {'effort': {'effort_max'}, 'position': set(LISTS.values()) - {'effort_max'}}
    assert given == needed[group.kind]
    of_world = {'position_low': 'low', 'position_high': 'high'}
    for name in given:
        limit = of_world.get(name, name.removesuffix('_max'))
        assert stand.policy[name] == [getattr(one, limit) for one in group.limits], name


def test_a_world_without_joints_to_command_is_refused() -> None:
    pytest.importorskip('mujoco')
    from robot_dl.cli.rollouts.stand import control_world

    with pytest.raises(ValueError, match="'tabletop': expected one with joints .*balance"):
        control_world('tabletop')


@pytest.mark.slow
@pytest.mark.ros
def test_more_episodes_over_topics_than_there_are_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_balancer(tmp_path / 'balancer')
    assert main(['eval', str(folder), '--episodes', '2', '--topic-episodes', '3']) == 2
    assert '--topic-episodes: expected at most 2, got 3' in capsys.readouterr().err


@pytest.fixture(scope='module')
def exam(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """Return the scores of a regulator that the command has written, and what it has said."""
    pytest.importorskip('mujoco')
    folder = tmp_path_factory.mktemp('exam')
    model = write_balancer(folder / 'balancer')
    options = ['--episodes', '3', '--topic-episodes', '2', '--speed', '8']
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'eval', str(model), *options]
    done = subprocess.run(
        [*command, '--json', str(folder / 'f.json')], capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / 'f.json').read_text()), done.stdout


@pytest.mark.slow
@pytest.mark.ros
def test_the_real_nodes_do_over_topics_what_the_policy_does_in_one_process(
    exam: tuple[dict[str, Any], str],
) -> None:
    result, said = exam
    assert result['model'] == 'balancer'
    assert (result['task'], result['world']) == ('policy', 'balance')
    assert result['seeds']['first'] == HELD_OUT[0]
    topics = result['topics']
    assert (result['episodes'], topics['episodes']) == (3, 2)
    assert (result['success_rate'], topics['success_rate']) == (1.0, 1.0)
    assert (result['limit_breaches'], topics['limit_breaches']) == (0, 0)
    assert topics['mean_episode_s'] == pytest.approx(20.0, abs=0.1)
    assert topics['speed'] == 8.0
    assert topics['unfinished'] == {}
    assert 'over topics' in said


@pytest.mark.slow
@pytest.mark.ros
def test_the_node_that_was_scored_tells_of_its_policy_and_gate(
    exam: tuple[dict[str, Any], str],
) -> None:
    status = exam[0]['topics']['status']
    assert status['model'] == 'balancer'
    assert int(status['decisions']) > 1000


BUNDLED_POLICIES = ('balance_ppo', 'balance_dqn', 'balance_ddpg', 'balance_lstm', 'reach_ppo')


@pytest.mark.slow
@pytest.mark.parametrize('model', BUNDLED_POLICIES)
def test_a_bundled_policy_does_what_it_should_within_the_limits(model: str) -> None:
    pytest.importorskip('mujoco')
    from robot_dl.cli.rollouts.simulated import open_simulation
    from robot_dl.cli.rollouts.stand import stand_of
    from robot_dl.engine.card import load_card
    from robot_dl.engine.library import find_model

    stand = stand_of(load_card(find_model(model)).world)
    simulation = open_simulation(model, stand, 'cpu')
    # Seeds for demonstrations: the held-out ones are for the scores in REPORT.md.
    found = scores([simulation.play(seed) for seed in range(4)])
    assert found['success_rate'] >= 0.75
    assert found['limit_breaches'] == 0
    assert found['unfinished'] == {}


@pytest.mark.slow
@pytest.mark.ros
def test_an_arm_reaches_its_goals_over_topics_within_the_limits(tmp_path: Path) -> None:
    pytest.importorskip('mujoco')
    from robot_dl.cli.rollouts.contest import Contest
    from robot_dl.cli.rollouts.live import arena
    from robot_dl.cli.rollouts.stand import stand_of

    with arena(Contest(stand_of('arm'), 'reach_ppo', 0, 2.0), tmp_path) as running:
        found = scores([running.play() for _ in range(3)])
    assert found['success_rate'] >= 0.6
    assert found['facts']['distance_m']['p50'] <= 0.02
    assert found['unfinished'] == {}


def test_over_topics_a_policy_is_deployed_as_its_file_says_in_simulated_time() -> None:
    from robot_dl.cli.rollouts.contest import Contest
    from robot_dl.cli.rollouts.stand import Stand

    stand = Stand('w', {'world': 'w', 'rate_hz': 9.0}, {'effort_max': [1.5], 'model': 'other'})
    commands = Contest(stand, 'mine', 7, 2.0).commands()
    sim, policy = commands['sim_node'], commands['policy_node']
    for word in ('world:="w"', 'seed:=7', 'speed:=2.0', 'publish_clock:=true'):
        assert word in sim
    for word in ('model:="mine"', 'effort_max:=[1.5]', 'use_sim_time:=true'):
        assert word in policy
    assert 'command_timeout_s:=2.0' in policy
    kept = Contest(Stand('w', {}, {'command_timeout_s': 0.3}), 'mine', 7).commands()
    assert 'command_timeout_s:=0.3' in kept['policy_node']


def test_a_policy_whose_card_names_no_world_is_refused_with_advice(tmp_path):
    folder = tmp_path / 'worldless'
    shutil.copytree(find_model('balance_ppo'), folder)
    card = folder / 'model.yaml'
    card.write_text(card.read_text().replace('world: balance\n', ''))
    with pytest.raises(ValueError, match='names no world.*`world: balance` or `world: arm`'):
        score_model(str(folder), 1)
