"""The pinhole camera without distortion."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.resampling import Resampling

T = TypeVar('T', bound=np.generic)


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

    def unproject(self, points_uvz: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the points [N, 3] in the optical frame, metres, that pixels show.

        Args:
            points_uvz: Column and row in pixels, and depth along the optical axis, metres [N, 3].
        """
        u, v, z = points_uvz.T
        return np.stack([(u - self.cx) / self.fx * z, (v - self.cy) / self.fy * z, z], axis=1)

    def boxes_in(self, other: 'Pinhole', boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where boxes of this image lie in another image from the same viewpoint.

        Args:
            other: Camera at the same place with the same axes, of another size, crop or focal
                length.
            boxes_xyxy: Boxes [N, 4] in pixels; the left edge of the first pixel is 0.

        Returns:
            Boxes [N, 4] in pixels of the other image, which they may reach beyond.
        """
        scale = np.array([other.fx / self.fx, other.fy / self.fy] * 2)
        middle = np.array([self.cx, self.cy] * 2) + 0.5
        other_middle = np.array([other.cx, other.cy] * 2) + 0.5
        return np.asarray((boxes_xyxy - middle) * scale + other_middle, np.float32)

    def view_of(self, other: 'Pinhole', image: NDArray[T]) -> NDArray[T]:
        """Return what this camera would see of another one's image, from the same viewpoint.

        Args:
            other: Camera at the same place with the same axes.
            image: Its image [h, w].

        Returns:
            The nearest pixel [H, W] of the other image, 0 beyond its edges.
        """
        height, width = self.size_hw
        u = np.rint((np.arange(width) - self.cx) / self.fx * other.fx + other.cx)
        v = np.rint((np.arange(height) - self.cy) / self.fy * other.fy + other.cy)
        rows, columns = (
            np.flatnonzero((v >= 0) & (v < image.shape[0])),
            np.flatnonzero((u >= 0) & (u < image.shape[1])),
        )
        seen = np.zeros(self.size_hw, image.dtype)
        seen[np.ix_(rows, columns)] = image[np.ix_(v[rows].astype(int), u[columns].astype(int))]
        return seen

    @property
    def slopes(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """How far right [W] and down [H] the ray of each column and row goes per metre ahead.

        A point at depth z seen in column u and row v has x = right[u] · z and y = down[v] · z.
        """
        height, width = self.size_hw
        right = (np.arange(width) - self.cx) / self.fx
        down = (np.arange(height) - self.cy) / self.fy
        return right.astype(np.float32), down.astype(np.float32)

    def resampled(self, how: Resampling) -> 'Pinhole':
        """Return the intrinsics of the image that this camera's image became.

        The outer edge of an image lies half a pixel before the centre of its first pixel, which
        is 0 here.
        """
        (scale_x, scale_y), (shift_x, shift_y) = how.scale_xy, how.shift_xy
        return Pinhole(
            fx=self.fx * scale_x,
            fy=self.fy * scale_y,
            cx=(self.cx + 0.5) * scale_x + shift_x - 0.5,
            cy=(self.cy + 0.5) * scale_y + shift_y - 0.5,
            size_hw=how.size_hw,
        )
