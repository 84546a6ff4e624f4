"""What is learned of reaching, and within which limits."""

import numpy as np
import pytest

pytest.importorskip('gymnasium')
pytest.importorskip('mujoco')

from robot_dl.core.motion import Setpoint
from robot_dl.policy.spec import PolicySpec
from robot_dl.sim.arm.links import HOME
from robot_dl.training.policies.env import PolicyEnv
from robot_dl.training.policies.reach import LESSON_S, NAMES, RATE_HZ, Reach
from robot_dl.training.policies.task import Interface
from robot_dl.training.seeds import TRAINING

SPEC = PolicySpec.from_card(Reach().policy(Interface()))


@pytest.fixture
def env():
    opened = PolicyEnv(Reach(), SPEC, 0)
    yield opened
    opened.close()


def test_whatever_is_done_in_training_breaks_no_limit_of_the_arm(env):
    rng = np.random.default_rng(0)
    env.reset()
    for _ in range(100):
        observation, *_ = env.step(rng.uniform(-1, 1, 6))
        assert np.isfinite(observation).all()
    assert env.episodes.world.groups[''].breaches.count == 0


def test_a_lesson_has_its_length_and_nobody_fails(env):
    env.reset()
    ends = [env.step(np.zeros(6))[2:4] for _ in range(round(LESSON_S * RATE_HZ))]
    assert ends[:-1] == [(False, False)] * (len(ends) - 1)
    assert ends[-1] == (False, True)


def test_episodes_differ_and_are_of_the_seeds_for_training(env):
    first, second = env.reset()[0], env.reset()[0]
    assert abs(first - second).max() > 0.1
    assert env.episodes.world.seed in TRAINING


def rewards_at(env, task, joints_rad, steps=100):
    """Return distance and reward after the arm was sent somewhere."""
    world = env.episodes.world
    for _ in range(steps):
        world.command(Setpoint('position', NAMES, np.asarray(joints_rad, float)))
        world.step(0.02)
    return world.distance_m, task.reward(world, np.zeros(6))


def test_nearer_to_the_goal_is_better():
    task = Reach()
    env, found = PolicyEnv(task, SPEC, 0), []
    env.reset()
    task.begin(env.episodes.world)
    for waist in np.linspace(-0.8, 0.8, 9):
        found.append(rewards_at(env, task, (waist, *HOME[1:])))
    env.close()
    by_distance = [reward for _, reward in sorted(found)]
    assert by_distance == sorted(by_distance, reverse=True)


def test_haste_and_touching_cost():
    task = Reach()
    env = PolicyEnv(task, SPEC, 0)
    env.reset()
    world = env.episodes.world
    task.begin(world)
    calm = task.reward(world, np.zeros(6))
    hasty = task.reward(world, np.ones(6))
    assert hasty < calm
    task.begin(world)
    rewards_at(env, task, HOME)
    world.command(Setpoint('position', NAMES, np.array([0.0, 1.3, 1.5, 0.0, 0.0, 0.0])))
    world.step(2.0)
    assert world.touched_s > 0
    touching = task.reward(world, np.zeros(6))
    again = task.reward(world, np.zeros(6))
    assert again - touching == pytest.approx(0.15)
    env.close()
