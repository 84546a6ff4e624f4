"""Parameters of the segmentation nodes."""

import math
from dataclasses import dataclass

from robot_dl.core.node_params import ModelNodeParams, ObjectParams, model_param
from robot_dl.core.params import ParamError, param

MOST_CELLS = 1_000_000
"""More would take longer than the network."""


@dataclass(frozen=True)
class SegmentationParams(ModelNodeParams):
    """Parameters of the segmentation node."""

    model: str = model_param('tabletop_segmenter')
    drivable_classes: tuple[str, ...] = param(
        (), 'Labels of the ground one may drive on; empty publishes no free space.'
    )
    camera_height_m: float = param(
        0.0, 'Height of the camera above that ground; free space needs it.', low=0.0, high=100.0
    )
    camera_pitch_rad: float = param(
        0.0,
        'How far the camera looks down from the horizontal.',
        low=-math.pi / 2,
        high=math.pi / 2,
    )
    ground_frame: str = param(
        'camera_ground',
        'Frame of the free space: on the ground below the camera, x ahead, y left, z up.',
        fixed=True,
    )
    publish_ground_frame: bool = param(
        True,
        'Tell tf2 where that frame is, as a child of the frame of the image; false if something '
        'else does.',
        fixed=True,
    )
    grid_length_m: float = param(5.0, 'How far the grid reaches ahead.', low=0.1, high=100.0)
    grid_width_m: float = param(5.0, 'Width of the grid, half on each side.', low=0.1, high=100.0)
    grid_resolution_m: float = param(0.05, 'Side of a cell of the grid.', low=0.01, high=10.0)
    scan_step_rad: float = param(
        0.005, 'Angle between the beams of the scan.', low=0.001, high=0.1
    )
    scan_range_m: float = param(
        10.0, 'Greatest range of the scan; less where the view ends.', low=0.1, high=100.0
    )

    def __post_init__(self) -> None:
        """Check types and ranges, and that free space can be told.

        Raises:
            ParamError: If a value does not fit.
        """
        super().__post_init__()
        if self.drivable_classes and not self.camera_height_m > 0:
            raise ParamError(
                'camera_height_m: expected more than 0 because drivable_classes asks for free '
                'space, got 0; measure from the ground to the lens'
            )
        cells = self.grid_length_m * self.grid_width_m / self.grid_resolution_m**2
        if cells > MOST_CELLS:
            raise ParamError(
                f'grid_resolution_m: expected a grid of at most {MOST_CELLS} cells, got '
                f'{cells:.0f} from {self.grid_length_m:g} m x {self.grid_width_m:g} m; take '
                'larger cells or a smaller grid'
            )


@dataclass(frozen=True)
class InstanceSegmentationParams(ObjectParams):
    """Parameters of the instance segmentation node."""

    model: str = model_param('tabletop_instances')
    mask_threshold: float = param(
        0.5, 'Chance above which a pixel belongs to an object.', low=0.01, high=0.99
    )
