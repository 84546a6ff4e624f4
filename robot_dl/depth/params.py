"""Parameters of the depth node."""

from dataclasses import dataclass

from robot_dl.core.node_params import SyncedNodeParams, model_param
from robot_dl.core.params import ParamError, param

IMAGE, NETWORK = 'image', 'network'
NOTHING, DEPTH, SCAN = 'none', 'depth', 'scan'


@dataclass(frozen=True)
class DepthParams(SyncedNodeParams):
    """Parameters of the depth node."""

    model: str = model_param('tabletop_depth')
    output_size: str = param(
        IMAGE,
        "Size of the results: that of the image, or the network's own, without its padding.",
        choices=(IMAGE, NETWORK),
        fixed=True,
    )
    min_depth_m: float = param(0.0, 'Nearer than this is unknown.', low=0.0, high=1000.0)
    max_depth_m: float = param(100.0, 'Farther than this is unknown.', low=0.1, high=1000.0)
    min_confidence: float = param(
        0.0,
        'Depth of less confidence is unknown; only where the network tells its confidence.',
        low=0.0,
        high=1.0,
    )
    align_to: str = param(
        NOTHING,
        "What gives metres by a fit of scale and shift: a depth camera's `reference_depth`, "
        "a lidar's `scan`, or nothing.",
        choices=(NOTHING, DEPTH, SCAN),
        fixed=True,
    )
    align_max_error: float = param(
        0.1,
        'Greatest median error of the fit, as a part of the distance; a worse fit is refused.',
        low=0.001,
        high=1.0,
    )
    align_min_points: int = param(
        50, 'Fewest measured points for a fit; with fewer it is refused.', low=2, high=100000
    )

    tf_timeout_s: float = param(
        0.2,
        'With `align_to: scan`, longest wait for the pose of the lidar at the time of its scan.',
        low=0.0,
        high=10.0,
    )

    def __post_init__(self) -> None:
        """Check types and ranges, and that parameters fit each other.

        Raises:
            ParamError: If a value does not fit.
        """
        super().__post_init__()
        if self.min_depth_m >= self.max_depth_m:
            raise ParamError(
                f'min_depth_m: expected less than max_depth_m ({self.max_depth_m:g}), '
                f'got {self.min_depth_m:g}'
            )
        if self.align_to != NOTHING and self.transport != 'raw':
            raise ParamError(
                f'transport: expected raw with align_to: {self.align_to}, whose two topics are '
                f'paired as they come, got {self.transport}'
            )
