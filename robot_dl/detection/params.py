"""Parameters of the detection node."""

from dataclasses import dataclass

from robot_dl.core.node_params import ModelNodeParams
from robot_dl.core.params import param


@dataclass(frozen=True)
class DetectionParams(ModelNodeParams):
    """Parameters of the detection node."""

    model: str = param(
        'tabletop_detector',
        'Bundled or imported model, or a folder with model.yaml.',
        fixed=True,
    )
    score: float = param(0.5, 'Least score to publish.', low=0.0, high=1.0)
    iou: float = param(
        0.6,
        'Overlap above which the weaker of two boxes of one class is dropped.',
        low=0.0,
        high=1.0,
    )
    max_detections: int = param(100, 'Most objects to publish, best first.', low=1, high=1000)
    classes: tuple[str, ...] = param((), 'Labels to publish; empty publishes all.')
