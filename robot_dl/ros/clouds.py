"""Depth images as point clouds: `sensor_msgs/PointCloud2`, organised, with colours."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

from robot_dl.core.pinhole import Pinhole
from robot_dl.ros.encodings import DepthM, Rgb
from robot_dl.ros.images import message_bytes

Plane = NDArray[np.float32]

POINT_BYTES = 16
NO_ALPHA = np.uint32(0x00FFFFFF)


def cloud_to_msg(depth_m: DepthM, rgb: Rgb, pinhole: Pinhole, header: Header) -> PointCloud2:
    """Return a point for each pixel, row by row, in the camera's optical frame.

    Of a pixel without depth x, y and z are NaN, so that every point stays in its place, as
    `depth_image_proc` and PCL's organised clouds have it. Colours are in the field `rgb`, packed
    into the bits of a float32 as PCL's PointXYZRGB has them: 0x00RRGGBB.

    Args:
        depth_m: Depth [H, W] float32 along the optical axis, metres, NaN where unknown.
        rgb: Colours [H, W, 3] uint8 of the same pixels.
        pinhole: The camera, for images of this size.
        header: Stamp and optical frame.

    Raises:
        ValueError: If the sizes differ.
    """
    if not depth_m.shape == rgb.shape[:2] == pinhole.size_hw:
        raise ValueError(
            f'cloud: expected one size, got depth {list(depth_m.shape)}, colours '
            f'{list(rgb.shape)} and a camera of {list(pinhole.size_hw)}'
        )
    right, down = _rays(pinhole)
    # Four planes woven into one by OpenCV: strided writes by NumPy take three times as long.
    points = cv2.merge([right * depth_m, down * depth_m, depth_m, _packed(rgb)])
    height, width = depth_m.shape
    return PointCloud2(
        header=header,
        height=height,
        width=width,
        fields=[
            PointField(name=name, offset=4 * i, datatype=PointField.FLOAT32, count=1)
            for i, name in enumerate(('x', 'y', 'z', 'rgb'))
        ],
        is_bigendian=False,
        point_step=POINT_BYTES,
        row_step=POINT_BYTES * width,
        data=message_bytes(np.asarray(points)),
        is_dense=bool(np.isfinite(depth_m).all()),
    )


@lru_cache(maxsize=4)
def _rays(pinhole: Pinhole) -> tuple[Plane, Plane]:
    """Return x [H, W] and y [H, W] of each pixel's ray, per metre ahead."""
    right, down = pinhole.slopes
    planes = (
        np.broadcast_to(right, pinhole.size_hw),
        np.broadcast_to(down[:, None], pinhole.size_hw),
    )
    return np.ascontiguousarray(planes[0]), np.ascontiguousarray(planes[1])


def _packed(rgb: Rgb) -> Plane:
    """Return the colours [H, W, 3] in the bits of float32 [H, W]; in memory B, G, R, 0."""
    colours = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2BGRA).view(np.uint32)[..., 0]
    # With an alpha of 255 the numbers would be NaN, and some readers drop those points.
    colours &= NO_ALPHA
    return np.asarray(colours.view(np.float32))
