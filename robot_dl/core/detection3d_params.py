"""Parameters of the node that finds the places of objects in space."""

from dataclasses import dataclass

from robot_dl.core.node_params import NodeParams, SyncParams
from robot_dl.core.params import param


@dataclass(frozen=True)
class Detection3dParams(SyncParams, NodeParams):
    """Parameters of the 3D detection node."""

    target_frame: str = param(
        '', 'Frame in which the results are given; empty takes that of the camera.', fixed=True
    )
    tf_timeout_s: float = param(
        0.2,
        'Longest wait for the pose of the camera in target_frame at the time of its image.',
        low=0.0,
        high=10.0,
    )
    sizes_differ: bool = param(
        False,
        'The depth image is of another size or crop than the image of the boxes, whose '
        'calibration then comes on `camera_info`.',
        fixed=True,
    )
    use_masks: bool = param(
        False,
        'Take the pixels of each object from `mask`, whose numbers are the ids of the detections.',
        fixed=True,
    )
    least_points: int = param(
        12, 'Fewest pixels with depth on an object; with fewer it is left out.', low=4, high=1000
    )
    max_depth_m: float = param(
        0.0, 'Greatest depth to believe, metres; 0 believes every one.', low=0.0, high=1000.0
    )
