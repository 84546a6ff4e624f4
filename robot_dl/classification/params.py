"""Parameters of the classification node."""

from dataclasses import dataclass

from robot_dl.core.node_params import ModelNodeParams, model_param
from robot_dl.core.params import param


@dataclass(frozen=True)
class ClassificationParams(ModelNodeParams):
    """Parameters of the classification node."""

    model: str = model_param('tabletop_classifier')
    top_k: int = param(5, 'Most classes to publish of an image, best first.', low=1, high=1000)
    score: float = param(0.0, 'Least score to publish.', low=0.0, high=1.0)
    classes: tuple[str, ...] = param((), 'Labels to publish; empty publishes all.')
