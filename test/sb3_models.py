"""Tiny algorithms of stable-baselines3, trained for a moment and saved by their own `save`."""

import copy
import functools
import warnings
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('sb3_contrib')

import gymnasium
import torch
from gymnasium import spaces
from sb3_contrib import RecurrentPPO
from stable_baselines3 import A2C, DDPG, DQN, PPO, SAC, TD3

OBSERVATIONS = 5
LOW, HIGH = np.array([-2.0, 0.0], np.float32), np.array([3.0, 0.5], np.float32)
"""Ends of two actions, of which neither range is about zero."""


class Toy(gymnasium.Env):
    """A game with the numbers of a small robot: nothing to win."""

    def __init__(self, is_discrete: bool = False) -> None:
        self.observation_space = spaces.Box(-np.inf, np.inf, (OBSERVATIONS,), np.float32)
        self.action_space = spaces.Discrete(3) if is_discrete else spaces.Box(LOW, HIGH)
        self.steps = 0

    def reset(self, *, seed=None, options=None):
        """Begin anew."""
        super().reset(seed=seed)
        self.steps = 0
        return self._seen(), {}

    def step(self, action):
        """Do nothing but count."""
        self.steps += 1
        return self._seen(), float(np.sum(action)), self.steps >= 10, False, {}

    def _seen(self):
        return self.np_random.normal(size=OBSERVATIONS).astype(np.float32)


ROLLOUT = {'n_steps': 16, 'batch_size': 16, 'n_epochs': 1}
REPLAY = {'learning_starts': 12, 'buffer_size': 64, 'batch_size': 8}
SMALL = {'policy_kwargs': {'net_arch': [16, 8]}}

ALGORITHMS = {
    'ppo': (PPO, False, ROLLOUT),
    'ppo elu': (PPO, False, {**ROLLOUT, 'policy_kwargs': {'activation_fn': torch.nn.ELU}}),
    'ppo silu': (PPO, False, {**ROLLOUT, 'policy_kwargs': {'activation_fn': torch.nn.SiLU}}),
    'ppo linear': (PPO, False, {**ROLLOUT, 'policy_kwargs': {'net_arch': []}}),
    'ppo uneven': (
        PPO,
        False,
        {**ROLLOUT, 'policy_kwargs': {'net_arch': {'pi': [7, 3], 'vf': []}}},
    ),
    'ppo discrete': (PPO, True, ROLLOUT),
    'ppo squashed': (
        PPO,
        False,
        {**ROLLOUT, 'use_sde': True, 'policy_kwargs': {'squash_output': True}},
    ),
    'a2c': (A2C, False, {}),
    'dqn': (DQN, True, {**REPLAY, **SMALL}),
    'sac': (SAC, False, {**REPLAY, **SMALL}),
    'sac sde': (SAC, False, {**REPLAY, 'use_sde': True, 'policy_kwargs': {'net_arch': [8]}}),
    'td3': (TD3, False, {**REPLAY, **SMALL}),
    'ddpg': (DDPG, False, {**REPLAY, **SMALL}),
    'recurrent': (RecurrentPPO, False, {**ROLLOUT, 'policy_kwargs': {'lstm_hidden_size': 12}}),
    'recurrent deep': (
        RecurrentPPO,
        False,
        {**ROLLOUT, 'policy_kwargs': {'lstm_hidden_size': 6, 'n_lstm_layers': 2}},
    ),
}
"""Class, whether its actions are choices, and arguments."""


@functools.cache
def trained(name: str):
    """Return an algorithm after a moment of training."""
    torch.set_num_threads(1)
    # Some algorithms write into the arguments that they are given.
    kind, is_discrete, arguments = copy.deepcopy(ALGORITHMS[name])
    policy = 'MlpLstmPolicy' if kind is RecurrentPPO else 'MlpPolicy'
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        model = kind(policy, Toy(is_discrete), seed=1, device='cpu', **arguments)
        model.learn(16)
    # The last layer begins a hundred times smaller than the others: nothing would use its range.
    with torch.no_grad():
        for name, parameter in model.policy.named_parameters():
            parameter.mul_(60 if name == 'action_net.weight' else 2)
            if name == 'action_net.bias' and not is_discrete:
                parameter.copy_(torch.from_numpy((LOW + HIGH) / 2))
    return model


def saved(name: str, folder: Path) -> Path:
    """Return the zip file of an algorithm, as it saves itself."""
    path = folder / f'{name.replace(" ", "_")}.zip'
    trained(name).save(path)
    return path


def observations(count=40):
    """Return observations, small ones and some that no sensor would tell."""
    rng = np.random.default_rng(5)
    seen = rng.normal(0, 2, (count, OBSERVATIONS)).astype(np.float32)
    seen[-4:] *= 50
    return seen


def predicted(model, seen, resets=()):
    """Return what the algorithm itself does."""
    state, answers = None, []
    for step, observation in enumerate(seen):
        starts = np.array([step in resets])
        action, state = model.predict(observation, state, starts, deterministic=True)
        answers.append(action)
    return np.array(answers)
