"""The pinhole camera without distortion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pinhole:
    """Intrinsics of a camera in its optical frame (REP-103: x right, y down, z forward).

    Attributes:
        fx: Focal length along x, in pixels.
        fy: Focal length along y, in pixels.
        cx: Principal point, in pixels; 0 is the centre of the first pixel, as in ROS.
        cy: Principal point, in pixels.
        size_hw: Height and width of the image, in pixels.
    """

    fx: float
    fy: float
    cx: float
    cy: float
    size_hw: tuple[int, int]

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The matrix K [3, 3] of `sensor_msgs/CameraInfo`."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1]], np.float64)

    def project(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the pixels [N, 2] where points [N, 3] in the optical frame appear."""
        return np.asarray((points_m @ self.matrix.T)[:, :2] / points_m[:, 2:])
