"""Policies that learn in worlds: what they see, that they learn, and that their export is them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip('mujoco')
pytest.importorskip('onnx')
pytest.importorskip('torch')
pytest.importorskip('sb3_contrib')

import torch

from robot_dl.policy.golden import golden_of, replay
from robot_dl.policy.pipeline import Policy
from robot_dl.policy.spec import PolicySpec
from robot_dl.training.policies.algorithms import ALGORITHMS, find_algorithm
from robot_dl.training.policies.env import PolicyEnv, chosen
from robot_dl.training.policies.episodes import Episodes, Latency, readings_from
from robot_dl.training.policies.export import export_policy
from robot_dl.training.policies.learning import Learner
from robot_dl.training.policies.recipe import Recipe
from robot_dl.training.policies.task import Interface
from robot_dl.training.policies.tasks import TASKS, find_task
from robot_dl.training.policies.validation import validate
from robot_dl.training.seeds import FREE

SMALL = Recipe(300, envs=2, options={'learning_rate': 1e-3}, check_every=200, check_episodes=2)
ON_POLICY = {'n_steps': 64}
OFF_POLICY = {'learning_starts': 64, 'train_freq': 16, 'buffer_size': 1000}
NETS = {'lstm': {'lstm_hidden_size': 16}}
OPTIONS: dict[str, dict[str, Any]] = {
    'ppo': ON_POLICY,
    'a2c': ON_POLICY,
    'lstm': {**ON_POLICY, 'n_epochs': 2},
    'dqn': OFF_POLICY,
    'sac': OFF_POLICY,
    'td3': OFF_POLICY,
    'ddpg': {**OFF_POLICY, 'noise': 0.2},
}


def learner(folder: Path, algo: str = 'ppo', seed: int = 0, **changes: Any) -> Learner:
    recipe = replace(SMALL, options={**SMALL.options, **OPTIONS[algo]}, **changes)
    recipe = replace(recipe, net=NETS.get(algo, {}))
    return Learner(find_task('balance'), find_algorithm(algo), recipe, seed, folder)


def weights(one: Learner) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = one.model.policy.state_dict()
    return state


def are_equal(one: Learner, other: Learner) -> bool:
    a, b = weights(one), weights(other)
    return all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize('world', TASKS)
@pytest.mark.parametrize('algo', ALGORITHMS)
def test_what_an_algorithm_needs_of_a_policy_is_a_card(world: str, algo: str) -> None:
    task, interface = find_task(world), ALGORITHMS[algo].interface
    if interface.is_discrete and algo not in task.recipes:
        pytest.skip(f'{algo} does not learn {world}')
    spec = PolicySpec.from_card(task.policy(interface))
    assert bool(spec.action.table) == interface.is_discrete
    assert spec.size > 0


@pytest.mark.parametrize('world', TASKS)
def test_a_task_belongs_to_its_world_and_says_how_algorithms_learn_it(world: str) -> None:
    task = find_task(world)
    assert task.world == world
    assert task.recipes
    assert set(task.recipes) <= set(ALGORITHMS)
    assert task.weaknesses
    assert all(sentence.endswith('.') for sentence in (task.about, *task.weaknesses))


def test_a_world_without_a_task_is_named() -> None:
    with pytest.raises(ValueError, match="unknown world 'balanse'. Did you mean 'balance'"):
        find_task('balanse')


def test_an_unknown_algorithm_is_named() -> None:
    with pytest.raises(ValueError, match="unknown algorithm 'pppo'. Did you mean 'ppo'"):
        find_algorithm('pppo')


def test_a_policy_with_memory_sees_no_velocities() -> None:
    spec = PolicySpec.from_card(find_task('balance').policy(Interface(is_recurrent=True)))
    assert spec.needs == ('joint_positions',)


@pytest.mark.parametrize('world', TASKS)
def test_an_environment_is_what_gymnasium_expects(world: str) -> None:
    from gymnasium.utils.env_checker import check_env

    task = find_task(world)
    env = PolicyEnv(task, PolicySpec.from_card(task.policy(Interface())), 0)
    check_env(env, skip_render_check=True)
    env.close()


def test_each_episode_of_an_environment_is_another() -> None:
    task = find_task('balance')
    spec = PolicySpec.from_card(task.policy(Interface()))
    starts = [PolicyEnv(task, spec, 0, first_view=3).reset()[0]]
    env = PolicyEnv(task, spec, 0, first_view=2)
    starts += [env.reset()[0], env.reset()[0]]
    assert not np.allclose(starts[1], starts[2])
    np.testing.assert_array_equal(starts[0], starts[2])


def test_a_fallen_pole_ends_an_episode_and_costs() -> None:
    task = find_task('balance')
    env = PolicyEnv(task, PolicySpec.from_card(task.policy(Interface())), 0)
    env.reset()
    rewards = []
    has_failed = False
    while not has_failed:
        _, reward, has_failed, is_cut, _ = env.step(np.ones(1, np.float32))
        rewards.append(reward)
        assert not is_cut
    assert rewards[0] > 0 > rewards[-1]


def test_a_step_takes_one_period_however_late_the_command_arrives() -> None:
    task = find_task('balance')
    episodes = Episodes(task, PolicySpec.from_card(task.policy(Interface())))
    episodes.begin(FREE[1])
    for step in range(20):
        assert episodes.world.time_s == pytest.approx(step * 0.02)
        episodes.step(episodes.loop.act_by(np.zeros((1, 1)), episodes.readings))


def test_a_late_command_works_late() -> None:
    task = find_task('balance')
    moved = []
    for latency_s in (0.0, 0.01):
        episodes = Episodes(task, PolicySpec.from_card(task.policy(Interface())))
        episodes.begin(FREE[1])
        episodes._latency._low_s = episodes._latency._high_s = latency_s
        for push in (0.0, 1.0):
            before = episodes.world.true_state()[2]
            episodes.step(episodes.loop.act_by(np.array([[push]]), episodes.readings))
        moved.append(episodes.world.true_state()[2] - before)
    assert moved[1] == pytest.approx(moved[0] / 2, rel=0.25)


def test_latencies_differ_between_episodes_and_stay_within_bounds() -> None:
    drawn = []
    for seed in range(20):
        latency = Latency(np.random.default_rng(seed), 0.02)
        drawn.append([latency.draw_s() for _ in range(50)])
    assert np.min(drawn) >= 0.0
    assert np.max(drawn) <= 0.02
    assert np.std(np.mean(drawn, axis=1)) > 0.002


def test_joints_of_a_world_come_in_the_order_of_the_policy() -> None:
    """Trap 18."""
    spec = PolicySpec.from_card(find_task('balance').policy(Interface()))
    found = {'stamp_ns': 0, 'joint_names': ('pole', 'x', 'slider')}
    found['joint_positions'] = found['joint_velocities'] = np.array([0.1, 7.0, 0.5])
    readings = readings_from(found, spec)
    np.testing.assert_array_equal(readings.joint_positions, [0.5, 0.1])
    with pytest.raises(ValueError, match='joints: expected slider, pole, got pole, x'):
        readings_from({**found, 'joint_names': ('pole', 'x')}, spec)


def test_a_policy_learns_to_keep_the_pole_up(tmp_path: Path) -> None:
    recipe = replace(find_task('balance').recipes['ppo'], steps=12_000, check_episodes=8)
    one = Learner(find_task('balance'), find_algorithm('ppo'), recipe, 0, tmp_path)
    before_s = one.check(0.0)['seconds']
    one.run()
    first, *_, last = one.curve
    assert first['seconds'] == before_s < 3.0
    assert last['steps'] >= 12_000
    assert max(point['seconds'] for point in one.curve) > 4 * before_s
    assert one.best['score'][1] > first['reward']


def test_the_same_seed_learns_the_same_and_another_another(tmp_path: Path) -> None:
    made = []
    for number, seed in enumerate((0, 0, 1)):
        made.append(learner(tmp_path / str(number), seed=seed))
        made[-1].run()
    assert are_equal(made[0], made[1])
    assert not are_equal(made[0], made[2])


@pytest.mark.parametrize('algo', ['ppo', 'dqn', 'lstm'])
def test_an_interrupted_training_goes_on_where_it_stopped(tmp_path: Path, algo: str) -> None:
    first = learner(tmp_path, algo)
    first.run()
    steps = first.model.num_timesteps
    second = learner(tmp_path, algo, steps=steps + 300)
    assert (second.model.num_timesteps, second.curve) == (steps, first.curve)
    kept = torch.load(tmp_path / 'policy.pt', weights_only=True)
    assert all(
        torch.equal(kept['parameters']['policy'][name], tensor)
        for name, tensor in weights(second).items()
    )
    second.run()
    assert second.model.num_timesteps >= steps + 300
    assert len(second.curve) > len(first.curve)


def test_a_finished_training_is_not_repeated(tmp_path: Path) -> None:
    first = learner(tmp_path)
    first.run()
    second = learner(tmp_path)
    second.run()
    assert second.curve == first.curve
    assert are_equal(first, second)


def test_a_checkpoint_of_another_seed_is_refused(tmp_path: Path) -> None:
    learner(tmp_path).run()
    with pytest.raises(ValueError, match='expected seed 1, got 0; use --fresh'):
        learner(tmp_path, seed=1)


def test_a_checkpoint_with_other_settings_is_refused(tmp_path: Path) -> None:
    learner(tmp_path).run()
    with pytest.raises(ValueError, match='expected settings .*envs=3.*, got .*envs=2.*--fresh'):
        learner(tmp_path, envs=3)


@pytest.mark.parametrize('algo', ALGORITHMS)
def test_an_exported_policy_acts_as_stable_baselines3_predicts(tmp_path: Path, algo: str) -> None:
    one = learner(tmp_path, algo)
    one.run()
    assert_exported(one, tmp_path / f'balance_{algo}')


def test_statistics_of_observations_travel_in_the_card(tmp_path: Path) -> None:
    one = learner(tmp_path, normalise=True)
    one.run()
    folder = tmp_path / 'balance_ppo'
    assert_exported(one, folder)
    statistics = Policy.open(str(folder), 'cpu').spec.normalisation
    assert statistics is not None
    seen: Any = one.normaliser
    np.testing.assert_allclose(statistics.mean, seen.obs_rms.mean)
    assert np.abs(statistics.mean).max() > 1e-3
    again: Any = learner(tmp_path, normalise=True)
    again.run()
    np.testing.assert_array_equal(again.normaliser.obs_rms.var, seen.obs_rms.var)


def assert_exported(one: Learner, folder: Path) -> None:
    """Let the exported policy and the learner act in the same world, each by its own code."""
    export_policy(one, folder)
    policy = Policy.open(str(folder), 'cpu')
    assert replay(policy, golden_of(policy)).action <= 1e-5
    assert policy.card.weights_path.stat().st_size < 500_000

    episodes = Episodes(one.task, one.spec)
    seen, memory = episodes.begin(FREE[5]), None
    policy.reset()
    for step in range(12):
        action, memory = one.predict(seen[np.newaxis], memory, np.array([step == 0]))
        meant = episodes.loop.act_by(chosen(one.spec, action[0]), episodes.readings)
        plan = policy.decide(episodes.readings)
        np.testing.assert_allclose(plan.values, meant.values, atol=1e-4)
        seen = episodes.step(meant)


def test_validation_says_what_came_of_each_world() -> None:
    """A policy that pushes against the lean does better than one that does nothing."""
    task = find_task('balance')
    spec = PolicySpec.from_card(task.policy(Interface()))

    def lazy(seen: Any, memory: Any, is_first: Any) -> tuple[Any, Any]:
        return np.zeros((len(seen), 1)), None

    def wise(seen: Any, memory: Any, is_first: Any) -> tuple[Any, Any]:
        gains = np.array([3.2, 40.0, 4.5, 10.3]) / (10 * np.array([2.0, 10.0, 0.5, 1.0]))
        return np.clip(seen @ gains, -1, 1)[:, np.newaxis], None

    seeds = FREE[:4]
    fallen, standing = validate(lazy, task, spec, seeds), validate(wise, task, spec, seeds)
    assert [one.seed for one in fallen] == list(seeds)
    assert not any(one.has_succeeded for one in fallen)
    assert all(one.has_succeeded for one in standing)
    assert all(one.seconds == pytest.approx(20.0, abs=0.03) for one in standing)
    for low, high in zip(fallen, standing, strict=True):
        assert low.seconds < high.seconds
        assert low.reward < high.reward
