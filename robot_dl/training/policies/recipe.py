"""How a policy learns: everything about it that is a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """Settings of a training.

    Attributes:
        steps: Steps in the world, of all environments together.
        envs: Environments that take their steps together.
        options: Arguments of the algorithm of stable-baselines3.
        net: Arguments of its policy, `policy_kwargs`; `activation` is 'relu', 'tanh' or 'elu'.
        check_every: Steps between two validations.
        check_episodes: Episodes of each validation.
        final_rate: The learning rate falls linearly to this share of itself.
        normalise: Whether observations are normalised by their statistics, which then stand in
            the card; rewards are, too.
    """

    steps: int
    envs: int = 8
    options: Mapping[str, Any] = field(default_factory=dict)
    net: Mapping[str, Any] = field(default_factory=dict)
    check_every: int = 20_000
    check_episodes: int = 40
    final_rate: float = 1.0
    normalise: bool = False
