"""Where the pixels of a camera lie on flat ground, along beams as those of a lidar.

The frame of the ground has its origin below the lens, x ahead, y to the left and z up (REP-103).
A beam is a vertical plane through the lens; what stands on the ground hides whatever is behind it
in that plane, also where the camera looks down and the plane is no column of the image.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import Size
from robot_dl.core.pinhole import Pinhole
from robot_dl.core.resampling import Resampling

Numbers = NDArray[Any]

WIDEST_RAD = math.radians(85)
"""Beams farther to the side are left away: they never leave the camera's feet."""


@dataclass(frozen=True)
class Mount:
    """How a camera stands above the ground; it does not roll.

    Attributes:
        height_m: From the ground to the lens.
        pitch_rad: How far it looks down from the horizontal.
    """

    height_m: float
    pitch_rad: float

    def optical_T_ground(self) -> Numbers:  # noqa: N802 (transforms read so)
        """Return the pose [4, 4] of the ground's frame in the optical one, metres."""
        sin, cos = math.sin(self.pitch_rad), math.cos(self.pitch_rad)
        pose = np.eye(4)
        pose[:3, :3] = np.array([[0.0, -1.0, 0.0], [-sin, 0.0, -cos], [cos, 0.0, -sin]])
        pose[:3, 3] = 0, self.height_m * cos, self.height_m * sin
        return pose

    def depth_m(self, slopes: Numbers) -> Numbers:
        """Return the depth [N] at which rays that fall by slopes [N] a metre meet the ground.

        Infinite for those that never do.
        """
        falls = math.sin(self.pitch_rad) + slopes * math.cos(self.pitch_rad)
        with np.errstate(divide='ignore'):
            return np.where(falls > 0, self.height_m / np.maximum(falls, 0), np.inf)

    def ahead_m(self, slopes: Numbers) -> Numbers:
        """Return how far ahead [N] those rays meet the ground."""
        depth_m = self.depth_m(slopes)
        forward = math.cos(self.pitch_rad) - slopes * math.sin(self.pitch_rad)
        return np.where(np.isinf(depth_m), np.inf, depth_m * forward)


@dataclass(frozen=True)
class Beams:
    """The ground along some bearings, as a camera sees it.

    Attributes:
        angles_rad: The bearings [N], rising, 0 ahead and positive to the left.
        pixels: Which pixel of the flattened image each beam crosses in each row [M, N], from the
            nearest row of the ground to the farthest.
        is_outside: Whether the beam is beyond the image's sides there [M, N].
        edges_m: How far ahead the rows begin, and where the last one ends [M + 1].
        sight_m: How far ahead the image shows the ground.
    """

    angles_rad: Numbers
    pixels: NDArray[np.intp]
    is_outside: NDArray[np.bool_]
    edges_m: Numbers
    sight_m: float

    @property
    def stretch(self) -> Numbers:
        """Length along each beam for a metre ahead [N]."""
        return 1 / np.cos(self.angles_rad)


@lru_cache(maxsize=2)
def beams(camera: Pinhole, image_hw: Size, mount: Mount, step_rad: float, range_m: float) -> Beams:
    """Return the beams of a camera.

    Args:
        camera: It, calibrated for an image of any size that shows the same.
        image_hw: Height and width of the image that will be looked at, in pixels.
        mount: How it stands above the ground.
        step_rad: Angle between neighbours.
        range_m: How far ahead they have to reach.
    """
    camera = _sized(camera, image_hw)
    height, width = image_hw
    rows = np.arange(height - 1, -1, -1)
    borders_m = mount.ahead_m((np.arange(height, -1, -1) - 0.5 - camera.cy) / camera.fy)
    centres_m = mount.ahead_m((rows - camera.cy) / camera.fy)
    # Rows on the ground ahead: neither behind the feet, nor at the horizon, nor too far away.
    used = (centres_m > 0) & np.isfinite(centres_m) & (borders_m[:-1] < range_m)
    rows, ahead_m = rows[used], centres_m[used]
    first = int(used.argmax())
    edges_m = np.maximum(borders_m[first : first + len(rows) + 1], 0)
    # Metres to the right for each pixel, in each row.
    per_pixel_m = mount.depth_m((rows - camera.cy) / camera.fy) / camera.fx
    angles_rad = _bearings(camera, ahead_m, per_pixel_m, step_rad)
    columns = camera.cx - np.tan(angles_rad) * (ahead_m / per_pixel_m)[:, None]
    nearest = np.rint(columns).astype(np.intp)
    is_outside = (nearest < 0) | (nearest >= width)
    pixels = rows[:, None] * width + np.clip(nearest, 0, width - 1)
    return Beams(angles_rad, pixels, is_outside, edges_m, float(borders_m[-1]))


def _bearings(camera: Pinhole, ahead_m: Numbers, per_pixel_m: Numbers, step_rad: float) -> Numbers:
    """Return multiples of a step [N], from the rightmost to the leftmost visible ground."""
    if not len(ahead_m):
        return np.zeros(1)
    sides = np.array([camera.size_hw[1] - 0.5 - camera.cx, -0.5 - camera.cx])
    visible_rad = np.arctan2(-sides[:, None] * per_pixel_m, ahead_m)
    right, left = visible_rad[0].min(), visible_rad[1].max()
    first = math.ceil(max(right, -WIDEST_RAD) / step_rad)
    last = math.floor(min(left, WIDEST_RAD) / step_rad)
    return np.arange(min(first, last), last + 1) * step_rad


def _sized(camera: Pinhole, size_hw: Size) -> Pinhole:
    """Return a camera whose image of another size shows the same."""
    scale_y, scale_x = (new / old for new, old in zip(size_hw, camera.size_hw, strict=True))
    return camera.resampled(Resampling((scale_x, scale_y), (0, 0), size_hw))
