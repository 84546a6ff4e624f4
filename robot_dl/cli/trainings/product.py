"""What a training makes, and how: the shape that all of `robot_dl train` has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from torch import nn

from robot_dl.training.report import Training
from robot_dl.training.shards import Source
from robot_dl.training.trainer import Recipe, Trainer


@dataclass(frozen=True)
class Product(ABC):
    """One bundled model that comes out of a training.

    Attributes:
        about: One sentence for its card.
        weaknesses: What a user should know before trusting it, one sentence each.
    """

    TASK: ClassVar[str] = ''
    """Which of the tasks that are learned together it is for."""
    LOSSES: ClassVar[tuple[str, ...]]
    """Losses of the curve that belong to it."""
    SCORES: ClassVar[tuple[str, ...]]
    """Scores of the curve that belong to it."""
    IS_CALIBRATED: ClassVar[bool] = False
    """Whether the export needs validation pictures."""

    about: str
    weaknesses: tuple[str, ...]

    @abstractmethod
    def whole(self, net: Any) -> nn.Module:
        """Return its part of a trained net, as its graph will be."""

    @abstractmethod
    def export(self, net: Any, validation: Any, folder: Path, weights: str) -> None:
        """Write graph and card.

        Args:
            net: The trained net.
            validation: Pictures; None where nothing is calibrated.
            folder: Of the model.
            weights: Name of the graph's file.
        """

    @abstractmethod
    def draw(self, folder: Path) -> None:
        """Draw predictions on held-out pictures that the scores do not contain."""

    @abstractmethod
    def sections(
        self, training: Training, scores: dict[str, Any], validation: Any, folder: Path
    ) -> list[list[str]]:
        """Return what the report says of scores and data."""


@dataclass(frozen=True)
class Work:
    """One training, and the models that come out of it.

    Attributes:
        trainer: Makes a trainer that goes on in a folder, if it may.
        net: Makes an untrained net.
        source: Where the pictures come from.
        join: Makes one set of many.
        products: The models by their names.
    """

    trainer: Callable[[Recipe, Path, bool], Trainer[Any, Any, Any]]
    net: Callable[[], nn.Module]
    source: Source[Any]
    join: Callable[[list[Any]], Any]
    products: Mapping[str, Product]
