"""What `sensor_msgs/CameraInfo` says of a camera."""

from sensor_msgs.msg import CameraInfo

from robot_dl.core.bad_images import ImageError
from robot_dl.core.pinhole import Pinhole


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


def _intrinsics(msg: CameraInfo) -> tuple[float, float, float, float]:
    matrix, columns = (msg.p, 4) if msg.p[0] > 0 and msg.p[5] > 0 else (msg.k, 3)
    fx, cx, fy, cy = (float(matrix[i]) for i in (0, 2, columns + 1, columns + 2))
    if not all(-1e6 < n < 1e6 for n in (fx, fy, cx, cy)) or fx <= 0 or fy <= 0:
        raise ImageError(
            f'camera_info: expected focal lengths > 0, got fx {fx:g}, fy {fy:g}, cx {cx:g}, '
            f'cy {cy:g}; calibrate the camera'
        )
    return fx, fy, cx, cy
