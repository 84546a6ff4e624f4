"""Depth images as messages, and back (REP-117, REP-118)."""

from sensor_msgs.msg import Image
from std_msgs.msg import Header

from robot_dl.ros.encodings import DEPTH_ENCODINGS, ENCODINGS, DepthM, unsupported
from robot_dl.ros.images import image_to_msg, pixels_from_msg

METRES = '32FC1'


def depth_from_msg(msg: Image) -> DepthM:
    """Return the depth of an image message, in whichever encoding it comes.

    REP-118 knows two: 16UC1 is millimetres, 0 where nothing was measured; 32FC1 is metres, where
    REP-117 writes too near, too far and not measured as -inf, +inf and NaN. Some drivers send 0
    there, too. Here all of these are NaN.

    Returns:
        Depth [H, W] float32 in metres along the optical axis; NaN where there is no measurement.
        It belongs to the caller.

    Raises:
        ImageError: If the encoding holds no depth, the image has no pixels, or its data is
            shorter than its size says.
    """
    encoding = ENCODINGS.get(msg.encoding)
    if encoding is None or encoding.to_metres is None:
        raise unsupported(msg.encoding, DEPTH_ENCODINGS)
    return encoding.to_metres(pixels_from_msg(msg))


def depth_to_msg(depth_m: DepthM, header: Header) -> Image:
    """Return depth [H, W] float32 in metres as a 32FC1 image; NaN stays NaN.

    Raises:
        ImageError: If the array is something else, or empty.
    """
    return image_to_msg(depth_m, header, METRES)
