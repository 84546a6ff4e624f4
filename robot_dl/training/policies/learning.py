"""A training of stable-baselines3, that can be interrupted at any time and resumed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.noise import NormalActionNoise
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize
from torch import nn

from robot_dl.core.names import choose
from robot_dl.policy.spec import PolicySpec
from robot_dl.training.policies.algorithms import Algorithm
from robot_dl.training.policies.checking import Check
from robot_dl.training.policies.env import PolicyEnv
from robot_dl.training.policies.recipe import Recipe
from robot_dl.training.policies.statistics import set_statistics, statistics_of
from robot_dl.training.policies.task import Task
from robot_dl.training.policies.validation import summary, validate
from robot_dl.training.seeds import TRAINING, VALIDATION

ACTIVATIONS = {'relu': nn.ReLU, 'tanh': nn.Tanh, 'elu': nn.ELU}
WORLDS_A_SEED = 100
"""Each seed of a training has so many worlds of its own."""


class Learner:
    """Learns one task by one algorithm.

    Attributes:
        model: What stable-baselines3 learns.
        curve: Validations so far.
        best: State of the best policy so far.
        seconds: Processor time so far.
    """

    def __init__(
        self,
        task: Task,
        algorithm: Algorithm,
        recipe: Recipe,
        seed: int,
        folder: Path,
        is_fresh: bool = False,
    ) -> None:
        """Begin, or go on where the checkpoint in `folder` says.

        Args:
            task: What is to be learned.
            algorithm: By which learner.
            recipe: With which settings.
            seed: Of everything that is random.
            folder: Of the checkpoint.
            is_fresh: Whether to forget it.
        """
        self.task, self.algorithm, self.recipe, self.seed = task, algorithm, recipe, seed
        self.spec = PolicySpec.from_card(task.policy(algorithm.interface))
        self.curve: list[dict[str, float]] = []
        self.best: dict[str, Any] = {}
        self.seconds, self.path = 0.0, folder / 'policy.pt'
        kept = None if is_fresh else self._kept()
        self._begin(kept['steps'] if kept else 0)
        if kept:
            self._restore(kept)

    def _begin(self, steps: int) -> None:
        torch.set_num_threads(1)
        first = self.seed * WORLDS_A_SEED
        # An episode has at least one step: those of a resumed training were not seen before.
        makers: list[Callable[[], Any]] = [
            partial(PolicyEnv, self.task, self.spec, (first + k) % len(TRAINING), steps)
            for k in range(self.recipe.envs)
        ]
        env: Any = DummyVecEnv(makers)
        if self.recipe.normalise:
            gamma = self.recipe.options.get('gamma', 0.99)
            env = VecNormalize(env, gamma=gamma, clip_obs=10.0)
        options = dict(self.recipe.options)
        if 'noise' in options:
            spread = np.full(self.spec.action.size, options.pop('noise'))
            options['action_noise'] = NormalActionNoise(np.zeros_like(spread), spread)
        options['learning_rate'] = self._rate(options['learning_rate'])
        self.model = self.algorithm.open()(
            self.algorithm.policy,
            env,
            policy_kwargs=_policy_options(self.recipe.net),
            seed=self.seed,
            device='cpu',
            **options,
        )

    def _rate(self, first: float) -> Any:
        last = self.recipe.final_rate
        return lambda rest: first * (last + (1 - last) * rest)

    @property
    def normaliser(self) -> VecNormalize | None:
        """Statistics of the observations; None where they are taken as they are."""
        found: VecNormalize | None = self.model.get_vec_normalize_env()
        return found

    def run(self, progress: Callable[[int], None] = lambda steps: None) -> None:
        """Learn until the recipe's steps are done; the best policy is the model's in the end.

        Args:
            progress: Is told after each step how many there were.
        """
        left = self.recipe.steps - self.model.num_timesteps
        if left > 0:
            is_new = self.model.num_timesteps == 0
            self.model.learn(left, callback=Check(self, progress), reset_num_timesteps=is_new)
        self.model.policy.load_state_dict(self.best['policy'])
        set_statistics(self.normaliser, self.best['statistics'])

    def predict(self, seen: Any, memory: Any, is_first: Any) -> tuple[Any, Any]:
        """Return what it does at observations, without chance; see `validation.Predict`."""
        if self.normaliser is not None:
            seen = self.normaliser.normalize_obs(seen)
        return self.model.predict(seen, memory, is_first, deterministic=True)  # type: ignore[no-any-return]

    def check(self, seconds: float) -> dict[str, float]:
        """Validate, note that in the curve, and keep it; return what came of it."""
        seeds = VALIDATION[: self.recipe.check_episodes]
        found = summary(validate(self.predict, self.task, self.spec, seeds))
        point = {'steps': float(self.model.num_timesteps), 'minutes': seconds / 60, **found}
        self.curve.append(point)
        score = self.task.rank(found)
        if not self.best or score >= self.best['score']:
            self.best = {'score': score, 'policy': _copy(self.model.policy.state_dict())}
            self.best['statistics'] = statistics_of(self.normaliser)
        self._keep(seconds)
        return point

    def _keep(self, seconds: float) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            'steps': self.model.num_timesteps,
            'seconds': seconds,
            'seed': self.seed,
            'settings': self._settings,
            'curve': self.curve,
            'best': self.best,
            'parameters': self.model.get_parameters(),
            'statistics': statistics_of(self.normaliser),
        }
        fresh = self.path.with_suffix('.part')
        torch.save(content, fresh)
        fresh.replace(self.path)

    def _kept(self) -> dict[str, Any] | None:
        if not self.path.is_file():
            return None
        kept: dict[str, Any] = torch.load(self.path, weights_only=True)
        for name, mine in (('seed', self.seed), ('settings', self._settings)):
            if kept.get(name, mine) != mine:
                raise ValueError(
                    f'{self.path}: expected {name} {mine}, got {kept[name]}; '
                    'use --fresh to forget the checkpoint'
                )
        return kept

    @property
    def _settings(self) -> str:
        """What a checkpoint must have been learned with, in words; its length may differ."""
        return repr((self.spec, replace(self.recipe, steps=0)))

    def _restore(self, kept: dict[str, Any]) -> None:
        self.model.set_parameters(kept['parameters'], device='cpu')
        self.model.num_timesteps, self.seconds = kept['steps'], kept['seconds']
        self.curve, self.best = kept['curve'], kept['best']
        set_statistics(self.normaliser, kept['statistics'])


def _policy_options(net: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recipe's settings of the network as stable-baselines3 wants them."""
    options = dict(net)
    if 'activation' in options:
        options['activation_fn'] = choose('activation', options.pop('activation'), ACTIVATIONS)
    return options


def _copy(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in state.items()}
