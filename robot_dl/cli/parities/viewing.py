"""Open a model as its node does, to look at many pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import Fit
from robot_dl.core.names import choose
from robot_dl.core.pinhole import Pinhole
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


class DepthViewer(Viewer):
    """A depth estimator, before the camera for which its metres hold as they are."""

    def answer(self, outputs: Outputs, fit: Fit) -> Any:
        """Return what the node would publish; see `Viewer`."""
        estimator: Any = self.model
        focal_px = estimator.decoder.focal_px
        fy, fx = (
            focal_px * source / inner
            for source, inner in zip(fit.source_hw, fit.inner_hw, strict=True)
        )
        height, width = fit.source_hw
        pinhole = Pinhole(fx, fy, (width - 1) / 2, (height - 1) / 2, fit.source_hw)
        return estimator.answer(outputs, fit, self.params, pinhole)


def open_viewer(model: str, device: str, half: bool = False, threads: int = 0) -> Viewer:
    """Open a model.

    Raises:
        CardError: If the model is unknown, or its parts do not fit.
        EngineError: If the runtime cannot open it.
    """
    card = load_card(find_model(model))
    try:
        return choose('task', card.task, VIEWERS)(model, device, False, threads, half)
    except CardError:
        raise
    except ValueError as error:
        raise CardError(f'{card.folder}: {error}') from error


def _detection(*how: Any) -> Viewer:
    from robot_dl.detection.params import DetectionParams
    from robot_dl.detection.pipeline import open_detector

    return Viewer(open_detector(*how), DetectionParams())


def _classification(*how: Any) -> Viewer:
    from robot_dl.classification.params import ClassificationParams
    from robot_dl.classification.pipeline import open_classifier

    return Viewer(open_classifier(*how), ClassificationParams(top_k=1))


def _segmentation(*how: Any) -> Viewer:
    from robot_dl.segmentation.params import SegmentationParams
    from robot_dl.segmentation.pipeline import open_segmenter

    return Viewer(open_segmenter(*how), SegmentationParams())


def _instance_segmentation(*how: Any) -> Viewer:
    from robot_dl.segmentation.instances import open_instance_segmenter
    from robot_dl.segmentation.params import InstanceSegmentationParams

    return Viewer(open_instance_segmenter(*how), InstanceSegmentationParams())


def _depth(*how: Any) -> Viewer:
    from robot_dl.depth.params import DepthParams
    from robot_dl.depth.pipeline import open_depth

    return DepthViewer(open_depth(*how), DepthParams())


VIEWERS: dict[str, Callable[..., Viewer]] = {
    'detection': _detection,
    'classification': _classification,
    'segmentation': _segmentation,
    'instance_segmentation': _instance_segmentation,
    'depth': _depth,
}
"""By task: what opens a model as `TaskModel.open` does, with parameters to look with."""
