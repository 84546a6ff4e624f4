"""How well a policy does what it should: many episodes at once, the network asked once a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.policy.spec import PolicySpec
from robot_dl.training.policies.env import chosen
from robot_dl.training.policies.episodes import Episodes
from robot_dl.training.policies.task import Task

Predict = Callable[[NDArray[np.float32], Any, NDArray[np.bool_]], tuple[Any, Any]]
"""Observations [N, D], the memory, and whether an episode begins [N] → actions [N, …], memory."""


@dataclass(frozen=True)
class Result:
    """One episode: whether it succeeded, how long it was, and what it was worth."""

    seed: int
    has_succeeded: bool
    seconds: float
    reward: float


def validate(predict: Predict, task: Task, spec: PolicySpec, seeds: Sequence[int]) -> list[Result]:
    """Let a policy act in the worlds of `seeds`; return what came of each."""
    runs = [Episodes(task, spec) for _ in seeds]
    seen = np.stack([run.begin(seed) for run, seed in zip(runs, seeds, strict=True)])
    is_first, memory = np.ones(len(runs), bool), None
    start_s = [run.world.time_s for run in runs]
    rewards, ends = np.zeros(len(runs)), [0.0] * len(runs)
    active = set(range(len(runs)))
    while active:
        actions, memory = predict(seen, memory, is_first)
        is_first[:] = False
        for k in sorted(active):
            run = runs[k]
            plan = run.loop.act_by(chosen(spec, actions[k]), run.readings)
            seen[k] = run.step(plan)
            rewards[k] += run.reward()
            if run.is_over:
                ends[k] = run.world.time_s - start_s[k]
                active.remove(k)
    results = [
        Result(run.seed, run.world.outcome().state == 'succeeded', ends[k], float(rewards[k]))
        for k, run in enumerate(runs)
    ]
    for run in runs:
        run.close()
    return results


def summary(results: Sequence[Result]) -> dict[str, float]:
    """Return shares and means."""
    return {
        'success_rate': float(np.mean([one.has_succeeded for one in results])),
        'seconds': float(np.mean([one.seconds for one in results])),
        'reward': float(np.mean([one.reward for one in results])),
    }
