"""What the models have in common that tell something of every pixel of a world's pictures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from robot_dl.cli.trainings.product import Product, Work
from robot_dl.training.evaluation import pictures
from robot_dl.training.pixel_net import PixelNet
from robot_dl.training.pixel_trainer import PixelTrainer
from robot_dl.training.pixels import SOURCES, Pixels, join
from robot_dl.training.report import Training, data_section
from robot_dl.training.seeds import HELD_OUT
from robot_dl.training.trainer import Recipe

SHOWN = 8
"""Pictures on a sheet of predictions."""


@dataclass(frozen=True)
class PixelProduct(Product):
    """A model that looks at a world.

    Attributes:
        world: Its name.
        labels: What the classes of pixels are called.
    """

    world: str
    labels: tuple[str, ...]

    def shown(self, render: Any, count: int = SHOWN) -> list[Any]:
        """Return held-out pictures that the scores do not contain."""
        return list(pictures(partial(render, self.world), HELD_OUT[-count:]))

    def data_lines(
        self, training: Training, scores: dict[str, Any], validation: Pixels, *sentences: str
    ) -> list[str]:
        """Return what the report says of the data."""
        served = 'the curves and the temperature' if self.IS_CALIBRATED else 'the curves'
        return data_section(
            training,
            scores,
            "The truth of every pixel is the renderer's own. Everything is rendered by "
            f'`robot_dl/sim/worlds/{self.world}.py`. {len(validation)} further pictures '
            f'(validation) served {served}.',
            *sentences,
        )


def pixel_work(
    world: str,
    labels: tuple[str, ...],
    tasks: tuple[str, ...],
    products: dict[str, Product],
) -> Work:
    """Return the training of all models of a world.

    Args:
        world: Its name.
        labels: What the classes of pixels are called.
        tasks: What is learned together, some of `pixel_net.TASKS`.
        products: The models by their names.
    """

    def trainer(recipe: Recipe, folder: Path, resume: bool) -> PixelTrainer:
        return PixelTrainer(recipe, labels, folder, resume, tasks)

    return Work(trainer, lambda: PixelNet(tasks, len(labels)), SOURCES[world], join, products)
