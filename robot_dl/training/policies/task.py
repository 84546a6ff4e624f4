"""What is to be learned in a world."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.safety.step import Limiter
from robot_dl.training.policies.recipe import Recipe

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Interface:
    """What a learner needs of a policy: how it may look and act.

    Attributes:
        is_discrete: Whether it chooses among actions instead of giving numbers.
        is_recurrent: Whether it has a memory, and so can do with less of an observation.
    """

    is_discrete: bool = False
    is_recurrent: bool = False


class Task(ABC):
    """One task; a subclass for each world, and an entry of `tasks.TASKS`."""

    world: ClassVar[str]
    """Entry of `sim.worlds.WORLDS`."""
    name: ClassVar[str]
    """What models are called after it, with the algorithm behind it: '<name>_<algorithm>'."""
    about: ClassVar[str]
    """One sentence for the cards."""
    tick_s: ClassVar[float]
    """The world's own step: commands arrive at multiples of it."""
    latency_s: ClassVar[float]
    """A command arrives at most so long after the readings that it follows from."""
    recipes: ClassVar[Mapping[str, Recipe]]
    """How each algorithm learns it, by the algorithm's name."""
    weaknesses: ClassVar[tuple[str, ...]] = ()
    """What a user should know before trusting such a policy, one sentence each."""

    @abstractmethod
    def policy(self, interface: Interface) -> dict[str, Any]:
        """Return the part `policy` of the card: observation and action, nothing of the network."""

    def begin(self, world: Any) -> None:  # noqa: B027 most tasks need none
        """Note what the reward needs, at the beginning of an episode."""

    def guard(self) -> Limiter | None:
        """Return what the command gate would keep commands within; None where nothing is cut.

        A policy whose targets jump is smoothed by the gate, and has to learn with that.
        """
        return None

    def verdict(self, world: Any) -> tuple[bool, bool]:
        """Return whether an episode of the training has failed, and whether it is over else.

        What succeeds would go on: it is cut off, not at its end (Pardo et al., Time limits in
        reinforcement learning, 2018).
        """
        outcome = world.outcome()
        has_failed = outcome.state == 'failed'
        return has_failed, outcome.is_over and not has_failed

    def rank(self, found: Mapping[str, float]) -> tuple[float, ...]:
        """Return by what a validation is better than another: the greater, the better.

        Args:
            found: What `validation.summary` says of it.
        """
        return found['success_rate'], found['reward']

    @abstractmethod
    def reward(self, world: Any, action: Array) -> float:
        """Return what the last step was worth.

        Args:
            world: After the step; `outcome()` says whether it is over.
            action: [A] what the policy did, before scaling, each number mostly from -1 to 1; for
                a discrete policy 1 for what it has chosen and 0 else.
        """
