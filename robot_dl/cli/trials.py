"""Let a model look at a picture as its node would, and say what it has found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.parities.viewing import Viewer, open_viewer
from robot_dl.cli.parities.words import words

Rgb = NDArray[np.uint8]
HEIGHT, WIDTH = 480, 640


@dataclass(frozen=True)
class Sight:
    """What a model made of a picture.

    Attributes:
        viewer: The model.
        outputs: What the graph returned, by name.
        answer: What the node would have published.
        repeat: Runs the graph once more on the same picture.
    """

    viewer: Viewer
    outputs: Mapping[str, NDArray[Any]]
    answer: Any
    repeat: Callable[[], object]

    @property
    def words(self) -> str:
        """The answer for people."""
        return words(self.answer, self.viewer.card.labels)


def look(model: str, device: str, image: Rgb) -> Sight:
    """Open a model on a device, and return what it makes of an image [H, W, 3].

    Raises:
        CardError: If the model is unknown, or its parts do not fit.
        EngineError: If the runtime cannot open or run it.
        ValueError: If the outputs are not what its decoder expects.
    """
    viewer = open_viewer(model, device)
    tensor, fit = viewer.prepare(image)
    outputs = viewer.infer(tensor)
    return Sight(viewer, outputs, viewer.answer(outputs, fit), lambda: viewer.infer(tensor))


def trial_picture() -> Rgb:
    """Return shapes of all colours before a slope of light, [480, 640, 3]: the same every time."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    image = np.stack([x * 200 / WIDTH, y * 200 / HEIGHT, (x + y) * 200 / (WIDTH + HEIGHT)], -1)
    for _ in range(12):
        row, column = rng.integers(0, HEIGHT), rng.integers(0, WIDTH)
        size = rng.integers(20, 120)
        color = rng.integers(0, 256, 3)
        image[row : row + size, column : column + size] = color
        image[np.hypot(y - rng.integers(0, HEIGHT), x - rng.integers(0, WIDTH)) < size / 2] = color
    return np.clip(image + rng.normal(0, 8, image.shape), 0, 255).astype(np.uint8)


def picture_of(path: Path | None) -> Rgb:
    """Return an image file as RGB [H, W, 3], or the test picture."""
    if path is None:
        return trial_picture()
    from robot_dl.cli.sources.images import read_rgb

    return read_rgb(path)
