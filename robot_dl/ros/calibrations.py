"""What `sensor_msgs/CameraInfo` says of a camera."""

import copy

import numpy as np
from sensor_msgs.msg import CameraInfo, RegionOfInterest
from std_msgs.msg import Header

from robot_dl.core.bad_images import ImageError
from robot_dl.core.pinhole import Pinhole
from robot_dl.core.resampling import Resampling


def pinhole_from_msg(msg: CameraInfo) -> Pinhole:
    """Return the intrinsics of the image that a calibration belongs to.

    They are those of P, which holds for rectified images, as `image_geometry` and
    `depth_image_proc` take them; those of K where a driver leaves P empty. Region of interest
    and binning are applied: the calibration is that of all pixels of the sensor. Distortion is
    for whoever rectifies.

    Raises:
        ImageError: If the camera is not calibrated (K is zero), or of no size.
    """
    fx, fy, cx, cy = _intrinsics(msg)
    roi = msg.roi
    bins_x, bins_y = max(1, msg.binning_x), max(1, msg.binning_y)
    height, width = roi.height or msg.height, roi.width or msg.width
    if not height // bins_y or not width // bins_x:
        raise ImageError(f'camera_info: expected at least one pixel, got {width} x {height}')
    return Pinhole(
        fx=fx / bins_x,
        fy=fy / bins_y,
        # The centre of a pixel is a whole number, also that of one that was binned of several.
        cx=(cx - roi.x_offset + 0.5) / bins_x - 0.5,
        cy=(cy - roi.y_offset + 0.5) / bins_y - 0.5,
        size_hw=(height // bins_y, width // bins_x),
    )


def info_for(info: CameraInfo, header: Header, how: Resampling | None = None) -> CameraInfo:
    """Return the calibration of an image that was made of the camera's image.

    Distortion is a matter of rays, and stays as it is; region of interest and binning have been
    used up.

    Args:
        info: That of the camera's image.
        header: Header of the image that was made.
        how: How it was made; None if each of its pixels is one of the camera's image.
    """
    msg = copy.copy(info)
    msg.header = header
    if how is None:
        return msg
    bins_x, bins_y, roi = max(1, info.binning_x), max(1, info.binning_y), info.roi
    # What the sensor's pixels become in the image, and then in what was made of it.
    scale_x, scale_y = how.scale_xy[0] / bins_x, how.scale_xy[1] / bins_y
    shift_x = how.shift_xy[0] - roi.x_offset * scale_x
    shift_y = how.shift_xy[1] - roi.y_offset * scale_y
    change = np.array(
        [
            [scale_x, 0, shift_x + 0.5 * scale_x - 0.5],
            [0, scale_y, shift_y + 0.5 * scale_y - 0.5],
            [0, 0, 1],
        ]
    )
    msg.k = (change @ np.reshape(info.k, (3, 3))).ravel()
    msg.p = (change @ np.reshape(info.p, (3, 4))).ravel()
    msg.height, msg.width = how.size_hw
    msg.binning_x = msg.binning_y = 0
    msg.roi = RegionOfInterest()
    return msg


def _intrinsics(msg: CameraInfo) -> tuple[float, float, float, float]:
    matrix, columns = (msg.p, 4) if msg.p[0] > 0 and msg.p[5] > 0 else (msg.k, 3)
    fx, cx, fy, cy = (float(matrix[i]) for i in (0, 2, columns + 1, columns + 2))
    if not all(-1e6 < n < 1e6 for n in (fx, fy, cx, cy)) or fx <= 0 or fy <= 0:
        raise ImageError(
            f'camera_info: expected focal lengths > 0, got fx {fx:g}, fy {fy:g}, cx {cx:g}, '
            f'cy {cy:g}; calibrate the camera'
        )
    return fx, fy, cx, cy
