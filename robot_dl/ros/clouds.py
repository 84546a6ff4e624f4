"""Depth images as point clouds: `sensor_msgs/PointCloud2`, organised, with colours."""

from array import array

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

from robot_dl.core.pinhole import Pinhole
from robot_dl.ros.encodings import DepthM, Rgb

Plane = NDArray[np.float32]

POINT_BYTES = 16
NO_ALPHA = np.uint32(0x00FFFFFF)
FIELDS = [
    PointField(name=name, offset=4 * i, datatype=PointField.FLOAT32, count=1)
    for i, name in enumerate(('x', 'y', 'z', 'rgb'))
]


class CloudMaker:
    """Makes clouds of the depth images of one camera.

    It keeps the rays of the pixels, and the memory: to get 15 MB from the system for each cloud,
    page by page, takes several times as long as all the arithmetic.
    """

    def __init__(self, pinhole: Pinhole) -> None:
        """Reserve what clouds of this camera need."""
        self.pinhole = pinhole
        size_hw = pinhole.size_hw
        right, down = pinhole.slopes
        self._right = np.ascontiguousarray(np.broadcast_to(right, size_hw))
        self._down = np.ascontiguousarray(np.broadcast_to(down[:, None], size_hw))
        self._x, self._y = (np.empty(size_hw, np.float32) for _ in range(2))
        self._colours = np.empty((*size_hw, 4), np.uint8)
        self._data = array('B', bytes(POINT_BYTES * size_hw[0] * size_hw[1]))
        self._points = np.frombuffer(self._data, np.float32).reshape(*size_hw, 4)

    def __call__(self, depth_m: DepthM, rgb: Rgb, header: Header) -> PointCloud2:
        """Return a point for each pixel, row by row, in the camera's optical frame.

        Of a pixel without depth x, y and z are NaN, so that every point stays in its place, as
        `depth_image_proc` and PCL's organised clouds have it. Colours are in the field `rgb`,
        packed into the bits of a float32 as PCL's PointXYZRGB has them: 0x00RRGGBB.

        The message is good until the next call, which writes over its points: publish it first.

        Args:
            depth_m: Depth [H, W] float32 along the optical axis, metres, NaN where unknown.
            rgb: Colours [H, W, 3] uint8 of the same pixels.
            header: Stamp and optical frame.

        Raises:
            ValueError: If the sizes are not those of the camera.
        """
        height, width = self.pinhole.size_hw
        if not depth_m.shape == rgb.shape[:2] == (height, width):
            raise ValueError(
                f'cloud: expected the size of the camera, {[height, width]}, got depth '
                f'{list(depth_m.shape)} and colours {list(rgb.shape)}'
            )
        self._write(depth_m, rgb)
        return PointCloud2(
            header=header,
            height=height,
            width=width,
            fields=FIELDS,
            is_bigendian=False,
            point_step=POINT_BYTES,
            row_step=POINT_BYTES * width,
            data=self._data,
            is_dense=bool(np.isfinite(depth_m).all()),
        )

    def _write(self, depth_m: DepthM, rgb: Rgb) -> None:
        np.multiply(self._right, depth_m, out=self._x)
        np.multiply(self._down, depth_m, out=self._y)
        # Woven by OpenCV: strided writes by NumPy take three times as long.
        cv2.merge([self._x, self._y, depth_m, self._packed(rgb)], self._points)

    def _packed(self, rgb: Rgb) -> Plane:
        """Return the colours in the bits of float32 [H, W]; in memory B, G, R, 0."""
        cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2BGRA, self._colours)
        bits = self._colours.view(np.uint32)[..., 0]
        # With an alpha of 255 the numbers would be NaN, and some readers drop those points.
        bits &= NO_ALPHA
        return np.asarray(bits.view(np.float32))
