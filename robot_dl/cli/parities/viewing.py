"""Open a model as its node does, to look at many pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.names import choose
from robot_dl.engine.card import ModelCard, load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import Engine
from robot_dl.engine.library import find_model

Rgb = NDArray[np.uint8]
Outputs = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Viewer:
    """A model that is ready to look.

    Attributes:
        card: What it is.
        engine: What runs it.
        prepare: Returns the tensor for a picture, and what undoes the geometry.
        infer: Runs the network on a tensor.
        answer: Returns what the node would publish, from the outputs and the geometry.
    """

    card: ModelCard
    engine: Engine
    prepare: Callable[[Rgb], tuple[NDArray[Any], Any]]
    infer: Callable[[NDArray[Any]], Outputs]
    answer: Callable[[Outputs, Any], Any]


def open_viewer(model: str, device: str, half: bool = False, threads: int = 0) -> Viewer:
    """Open a model.

    Raises:
        CardError: If the model is unknown, or its parts do not fit.
        EngineError: If the runtime cannot open it.
    """
    card = load_card(find_model(model))
    try:
        return choose('task', card.task, VIEWERS)(model, device, half, threads)
    except CardError:
        raise
    except ValueError as error:
        raise CardError(f'{card.folder}: {error}') from error


def _detection(model: str, device: str, half: bool, threads: int) -> Viewer:
    from robot_dl.detection.params import DetectionParams
    from robot_dl.detection.pipeline import open_detector

    detector, params = open_detector(model, device, False, threads, half), DetectionParams()
    return Viewer(
        detector.card,
        detector.engine,
        detector.prepare,
        detector.infer,
        lambda outputs, fit: detector.find(outputs, fit, params),
    )


def _classification(model: str, device: str, half: bool, threads: int) -> Viewer:
    from robot_dl.classification.params import ClassificationParams
    from robot_dl.classification.pipeline import open_classifier

    classifier, params = (
        open_classifier(model, device, False, threads, half),
        ClassificationParams(top_k=1),
    )
    return Viewer(
        classifier.card,
        classifier.engine,
        lambda image: (classifier.prepare(image), None),
        classifier.infer,
        lambda outputs, _: classifier.classify(outputs, params),
    )


VIEWERS: dict[str, Callable[[str, str, bool, int], Viewer]] = {
    'detection': _detection,
    'classification': _classification,
}
"""By task: open the model as its node does."""
