"""Parameters of the detection node."""

from dataclasses import dataclass

from robot_dl.core.node_params import ObjectParams, model_param


@dataclass(frozen=True)
class DetectionParams(ObjectParams):
    """Parameters of the detection node."""

    model: str = model_param('tabletop_detector')
