"""Open a model as its node does, to look at many pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import Fit
from robot_dl.core.names import choose
from robot_dl.engine.card import ModelCard, load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import Engine
from robot_dl.engine.library import find_model
from robot_dl.engine.task_model import TaskModel

Rgb = NDArray[np.uint8]
Outputs = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Viewer:
    """A model that is ready to look, with parameters of its node.

    Attributes:
        model: The model.
        params: What its answers depend on.
    """

    model: TaskModel[Any, Any, Any]
    params: Any

    @property
    def card(self) -> ModelCard:
        """What it is."""
        return self.model.card

    @property
    def engine(self) -> Engine:
        """What runs it."""
        return self.model.engine

    def prepare(self, image: Rgb) -> tuple[NDArray[Any], Fit]:
        """Return the tensor for a picture, and what undoes the geometry."""
        return self.model.prepare(image)

    def infer(self, tensor: NDArray[Any]) -> Outputs:
        """Run the network on a tensor."""
        return self.model.infer(tensor)

    def answer(self, outputs: Outputs, fit: Fit) -> Any:
        """Return what the node would publish, from the outputs and the geometry."""
        return self.model.answer(outputs, fit, self.params)


def open_viewer(model: str, device: str, half: bool = False, threads: int = 0) -> Viewer:
    """Open a model.

    Raises:
        CardError: If the model is unknown, or its parts do not fit.
        EngineError: If the runtime cannot open it.
    """
    card = load_card(find_model(model))
    try:
        kind, params = choose('task', card.task, VIEWERS)()
        return Viewer(kind.open(model, device, False, threads, half), params)
    except CardError:
        raise
    except ValueError as error:
        raise CardError(f'{card.folder}: {error}') from error


def _detection() -> tuple[type[TaskModel[Any, Any, Any]], Any]:
    from robot_dl.detection.params import DetectionParams
    from robot_dl.detection.pipeline import Detector

    return Detector, DetectionParams()


def _classification() -> tuple[type[TaskModel[Any, Any, Any]], Any]:
    from robot_dl.classification.params import ClassificationParams
    from robot_dl.classification.pipeline import Classifier

    return Classifier, ClassificationParams(top_k=1)


VIEWERS: dict[str, Callable[[], tuple[type[TaskModel[Any, Any, Any]], Any]]] = {
    'detection': _detection,
    'classification': _classification,
}
"""By task: what opens the model, and the parameters to look with."""
