"""The learners of stable-baselines3, and which part of what they have learned acts."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from robot_dl.core.names import choose
from robot_dl.training.policies.task import Interface

MEMORY = {'hidden': 'next_hidden', 'cell': 'next_cell'}
"""Which output of a recurrent graph becomes which input of its next run."""


class Actor(nn.Module):
    """The part that acts, without chance: observations [N, D] → actions [N, A].

    Its actions are means, values of which the greatest wins, or already squashed: see `act`.
    """

    def __init__(self, policy: Any, act: Callable[[Any, Tensor], Tensor]) -> None:
        """Take a policy of stable-baselines3, and what it does with observations."""
        super().__init__()
        self.policy, self._act = policy, act

    def forward(self, observation: Tensor) -> Tensor:
        """Return the actions."""
        return self._act(self.policy, observation)


class RecurrentActor(nn.Module):
    """The same with a memory of one long short-term memory layer or more [L, N, H]."""

    def __init__(self, policy: Any) -> None:
        """Take a policy of sb3-contrib's RecurrentPPO."""
        super().__init__()
        self.policy = policy

    def forward(
        self, observation: Tensor, hidden: Tensor, cell: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the actions [N, A], and the memory for the next run."""
        features = self.policy.extract_features(
            observation, self.policy.pi_features_extractor
        ).unsqueeze(0)
        latent, (hidden, cell) = self.policy.lstm_actor(features, (hidden, cell))
        latent = self.policy.mlp_extractor.forward_actor(latent.squeeze(0))
        return self.policy.action_net(latent), hidden, cell


def act_by_mean(policy: Any, observation: Tensor) -> Tensor:
    """Return the mean of an actor-critic's Gaussian, or its logits."""
    features = policy.extract_features(observation, policy.pi_features_extractor)
    result: Tensor = policy.action_net(policy.mlp_extractor.forward_actor(features))
    return result


def act_by_value(policy: Any, observation: Tensor) -> Tensor:
    """Return the value of each action."""
    result: Tensor = policy.q_net(observation)
    return result


def act_squashed(policy: Any, observation: Tensor) -> Tensor:
    """Return actions between -1 and 1: these actors end in a tanh."""
    result: Tensor = policy.actor(observation)
    return result


def act_by_squashed_mean(policy: Any, observation: Tensor) -> Tensor:
    """Return the mean of a Gaussian, squashed as its samples are."""
    actor = policy.actor
    features = actor.extract_features(observation, actor.features_extractor)
    return torch.tanh(actor.mu(actor.latent_pi(features)))


CONTINUOUS = Interface()


@dataclass(frozen=True)
class Algorithm:
    """A learner.

    Attributes:
        module: Where its class is.
        learner: The class.
        act: What its policy does with observations; None for one with a memory.
        interface: How its policies may look and act.
        policy: Name of its kind of policy.
        title: What people call it.
    """

    module: str
    learner: str
    title: str
    act: Callable[[Any, Tensor], Tensor] | None
    interface: Interface = CONTINUOUS
    policy: str = 'MlpPolicy'

    def open(self) -> Any:
        """Return the class."""
        return getattr(importlib.import_module(self.module), self.learner)

    def actor(self, policy: Any) -> nn.Module:
        """Return the part of a policy that acts."""
        return RecurrentActor(policy) if self.act is None else Actor(policy, self.act)


SB3 = 'stable_baselines3'
ALGORITHMS = {
    'ppo': Algorithm(SB3, 'PPO', 'PPO', act_by_mean),
    'a2c': Algorithm(SB3, 'A2C', 'A2C', act_by_mean),
    'dqn': Algorithm(SB3, 'DQN', 'DQN', act_by_value, Interface(is_discrete=True)),
    'ddpg': Algorithm(SB3, 'DDPG', 'DDPG', act_squashed),
    'td3': Algorithm(SB3, 'TD3', 'TD3', act_squashed),
    'sac': Algorithm(SB3, 'SAC', 'SAC', act_by_squashed_mean),
    'lstm': Algorithm(
        'sb3_contrib',
        'RecurrentPPO',
        'recurrent PPO',
        None,
        Interface(is_recurrent=True),
        'MlpLstmPolicy',
    ),
}
"""What `robot_dl train policy --algo` knows."""


def find_algorithm(name: str) -> Algorithm:
    """Return an algorithm by its name.

    Raises:
        ValueError: If there is none; the message names the nearest one.
    """
    return choose('algorithm', name, ALGORITHMS)
