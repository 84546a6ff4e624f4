"""An episode as stable-baselines3 wants to see it: a gymnasium environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from robot_dl.policy.spec import PolicySpec
from robot_dl.training.policies.episodes import Episodes
from robot_dl.training.policies.task import Task
from robot_dl.training.seeds import TRAINING

FAR = 10.0
"""No element of an observation is meant to be greater; nothing is cut."""


def action_space(spec: PolicySpec) -> spaces.Space[Any]:
    """Return what a learner may do: one of the rows of a table, or numbers from -1 to 1."""
    action = spec.action
    if action.table:
        return spaces.Discrete(len(action.table))
    return spaces.Box(-1.0, 1.0, (action.size,), np.float32)


class PolicyEnv(gymnasium.Env[NDArray[np.float32], Any]):
    """One world; every reset begins its next episode."""

    def __init__(self, task: Task, spec: PolicySpec, number: int, first_view: int = 0) -> None:
        """Prepare for `reset`.

        Args:
            task: What is to be learned.
            spec: How the policy looks and acts.
            number: Which of the seeds for training the world has.
            first_view: Number of its first episode.
        """
        self.episodes = Episodes(task, spec)
        self.observation_space = spaces.Box(-FAR, FAR, (spec.size,), np.float32)
        self.action_space = action_space(spec)
        self._seed, self._first_view = TRAINING[number], first_view
        self._views = _count(first_view)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin the next episode, or with a seed the first; return the first observation [D].

        Which episodes there are is up to the world's seed alone.
        """
        super().reset(seed=seed)
        if seed is not None:
            self._views = _count(self._first_view)
        return self.episodes.begin(self._seed, next(self._views)), {}

    def step(self, action: Any) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Act for one period.

        Returns:
            The observation [D], what the step was worth, whether the episode has failed, whether
            it is over without that, and nothing else.
        """
        loop, one = self.episodes.loop, self.episodes
        plan = loop.act_by(chosen(loop.spec, action), one.readings)
        observation = one.step(plan)
        return observation, one.reward(), *one.task.verdict(one.world), {}

    def close(self) -> None:
        """Close the world."""
        self.episodes.close()


def chosen(spec: PolicySpec, action: Any) -> NDArray[np.float64]:
    """Return the action [1, A] that a learner means by its number or its vector [A]."""
    if spec.action.table:
        return np.eye(spec.action.size)[[int(action)]]
    row = np.asarray(action, np.float64)[np.newaxis]
    return row if spec.action.clip is None else np.clip(row, *spec.action.clip)


def _count(first: int) -> Iterator[int]:
    while True:
        yield first
        first += 1
