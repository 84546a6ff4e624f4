"""Looks at a policy now and then while it learns."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from stable_baselines3.common.callbacks import BaseCallback

if TYPE_CHECKING:
    from robot_dl.training.policies.learning import Learner


class Check(BaseCallback):
    """Validates a learner's policy every so many steps, and at the end."""

    def __init__(self, learner: Learner, progress: Callable[[int], None]) -> None:
        """Watch a learner; `progress` is told after each step how many there were."""
        super().__init__()
        self._progress = progress
        self._learner, self._start_s = learner, time.process_time() - learner.seconds
        self._due = learner.model.num_timesteps

    def _on_step(self) -> bool:
        self._progress(self.num_timesteps)
        if self.num_timesteps >= self._due + self._learner.recipe.check_every:
            self._due = self.num_timesteps
            self._check()
        return True

    def _on_training_end(self) -> None:
        self._check()

    def _check(self) -> None:
        learner = self._learner
        if learner.curve and learner.curve[-1]['steps'] == self.num_timesteps:
            return
        learner.seconds = time.process_time() - self._start_s
        learner.check(learner.seconds)
        # A validation is no learning.
        self._start_s = time.process_time() - learner.seconds
