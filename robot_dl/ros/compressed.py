"""`sensor_msgs/CompressedImage` (JPEG, PNG) to arrays."""

import re

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage

from robot_dl.core.images import decoded
from robot_dl.core.picture_files import is_jpeg_or_png
from robot_dl.ros.encodings import DepthM, ImageError, Pixels, Rgb, metres_from_millimetres

FORMATS = ('jpeg', 'jpg', 'png')


def rgb_from_compressed(msg: CompressedImage) -> Rgb:
    """Return the colours of a compressed image.

    Its `format` may be plain ('jpeg') or what image_transport writes, such as
    'rgb8; jpeg compressed bgr8'. The channels are then those that image_transport's own
    subscriber gives: the file's colours are true if it says 'compressed bgr', else they were
    stored in the order of the raw image. A rotation noted in the file is not applied, for the
    camera's calibration knows nothing of it.

    Returns:
        RGB [H, W, 3] uint8.

    Raises:
        ImageError: If the format is not JPEG or PNG, or the data is broken.
    """
    bgr = _decode(msg, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if _stored_as_rgb(msg.format):
        return bgr
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def depth_from_compressed(msg: CompressedImage) -> DepthM:
    """Return the depth of a 16-bit PNG in millimetres, 0 meaning none (REP-118).

    Returns:
        Depth [H, W] float32 in metres; NaN where there is no measurement.

    Raises:
        ImageError: If it is not a one-channel 16-bit PNG.
    """
    pixels = _decode(msg, cv2.IMREAD_UNCHANGED)
    if pixels.dtype != np.uint16 or pixels.ndim != 2:
        came = f'{pixels.dtype.name}{list(pixels.shape)}'
        raise ImageError(f'depth image {msg.format!r}: expected uint16[H, W], got {came}')
    return metres_from_millimetres(pixels)


def _stored_as_rgb(image_format: str) -> bool:
    raw, _, packed = image_format.partition(';')
    is_colour = re.match(r'\s*(rgb|bgr)a?\d+', raw) is not None
    return bool(packed) and is_colour and 'compressed bgr' not in packed


def _decode(msg: CompressedImage, flags: int) -> Pixels:
    words = re.findall(r'\w+', msg.format.lower())
    if not set(words) & set(FORMATS) or 'compresseddepth' in words:
        raise ImageError(
            f'compressed format {msg.format!r} is not supported; use one of {", ".join(FORMATS)}'
        )
    data = bytes(msg.data)
    if data and not is_jpeg_or_png(data):
        # 35 bytes of a GIF are enough to fill 8 GiB.
        raise ImageError(
            f'compressed image {msg.format!r}: expected the data of a JPEG or PNG file, '
            f'got {len(data)} bytes that begin with {data[:4].hex(" ")}'
        )
    try:
        return decoded(data, flags)
    except ValueError as error:
        raise ImageError(f'compressed image {msg.format!r}: {error}') from error
