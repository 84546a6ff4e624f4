"""Open a model as its node does, and look at a picture with it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.names import choose
from robot_dl.engine.card import load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.library import find_model

Rgb = NDArray[np.uint8]
HEIGHT, WIDTH = 480, 640


@dataclass(frozen=True)
class Sight:
    """What a model made of a picture.

    Attributes:
        provider: What executed it.
        notice: Why that is not what was asked for; empty if it is.
        outputs: What the graph returned, by name.
        answer: What the node would have published.
        words: The same for people.
        repeat: Runs the graph once more, on the same picture.
    """

    provider: str
    notice: str
    outputs: dict[str, NDArray[Any]]
    answer: Any
    words: str
    repeat: Callable[[], object]


def look(model: str, device: str, image: Rgb) -> Sight:
    """Open a model on a device, and return what it makes of an image [H, W, 3].

    Raises:
        CardError: If the model is unknown, or its parts do not fit.
        EngineError: If the runtime cannot open or run it.
        ValueError: If the outputs are not what its decoder expects.
    """
    card = load_card(find_model(model))
    try:
        looks = choose('task', card.task, LOOKS)
    except ValueError as error:
        raise CardError(f'{card.folder}: {error}') from error
    return looks(model, device, image)


def test_picture() -> Rgb:
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


def _look_for_objects(model: str, device: str, image: Rgb) -> Sight:
    from robot_dl.detection.params import DetectionParams
    from robot_dl.detection.pipeline import open_detector

    detector = open_detector(model, device)
    tensor, fit = detector.prepare(image)
    outputs = detector.infer(tensor)
    found = detector.find(outputs, fit, DetectionParams())
    names = sorted({detector.card.labels[i] for i in found.class_ids})
    words = f'{len(found)} objects' + (f': {", ".join(names[:5])}' if names else '')
    engine = detector.engine
    return Sight(
        engine.provider, engine.notice, outputs, found, words, lambda: detector.infer(tensor)
    )


def _look_for_classes(model: str, device: str, image: Rgb) -> Sight:
    from robot_dl.classification.params import ClassificationParams
    from robot_dl.classification.pipeline import open_classifier

    classifier = open_classifier(model, device)
    tensor = classifier.prepare(image)
    outputs = classifier.infer(tensor)
    found = classifier.classify(outputs, ClassificationParams(top_k=3))
    pairs = zip(found.class_ids, found.scores, strict=True)
    words = ', '.join(f'{classifier.card.labels[i]} {score:.2f}' for i, score in pairs)
    engine = classifier.engine
    return Sight(
        engine.provider, engine.notice, outputs, found, words, lambda: classifier.infer(tensor)
    )


LOOKS: dict[str, Callable[[str, str, Rgb], Sight]] = {
    'detection': _look_for_objects,
    'classification': _look_for_classes,
}
"""By task: open the model as its node does, and look."""


def picture_of(path: Path | None) -> Rgb:
    """Return an image file as RGB [H, W, 3], or the test picture."""
    if path is None:
        return test_picture()
    from robot_dl.cli.sources.images import read_rgb

    return read_rgb(path)
