"""`sensor_msgs/CompressedImage` (JPEG, PNG) to arrays."""

import re

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage

from robot_dl.ros.encodings import DepthM, ImageError, Pixels, Rgb, metres_from_millimetres

FORMATS = ('jpeg', 'jpg', 'png')

# More than any camera has. A damaged or hostile file may claim 65535 x 65535, and decoding it
# would take gigabytes and seconds.
MOST_PIXELS = 2**26

# What is wrong with a file is told by an ImageError, and not again by OpenCV.
if hasattr(cv2.utils, 'logging'):
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

_PNG_START = b'\x89PNG\r\n\x1a\n'
_JPEG_END = b'\xff\xd9'


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


def claimed_hw(data: bytes) -> tuple[int, int]:
    """Return the height and width that a PNG or JPEG file gives for itself; 0, 0 if none.

    Source: ISO/IEC 15948 (PNG), 11.2.2, and ITU-T T.81 (JPEG), B.2.2: a start-of-frame segment
    is one of the markers FFC0 to FFCF except C4, C8 and CC.
    """
    if data[:8] == _PNG_START:
        return int.from_bytes(data[20:24], 'big'), int.from_bytes(data[16:20], 'big')
    place = 2
    while data[:2] == b'\xff\xd8' and len(data) >= place + 9:
        marker = data[place + 1]
        if data[place] != 0xFF or marker == 0xFF:
            place += 1  # fill bytes
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = data[place + 5 : place + 7], data[place + 7 : place + 9]
            return int.from_bytes(height, 'big'), int.from_bytes(width, 'big')
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], 'big')
    return 0, 0


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
    if not len(msg.data):
        raise ImageError(f'compressed image {msg.format!r}: expected data, got 0 bytes')
    encoded = np.frombuffer(msg.data, np.uint8)
    height, width = claimed_hw(bytes(msg.data))
    if height * width > MOST_PIXELS:
        raise ImageError(
            f'compressed image {msg.format!r}: claims {width} x {height} pixels in '
            f'{len(encoded)} bytes; expected at most {MOST_PIXELS} pixels'
        )
    # The decoder fills what is missing of a JPEG with grey, and only warns on stderr.
    cut = encoded[:2].tobytes() == b'\xff\xd8' and _JPEG_END not in bytes(msg.data)
    pixels = None if cut else _decoded_or_none(encoded, flags)
    if pixels is None:
        reason = 'its end is missing' if cut else 'they are not an image'
        raise ImageError(
            f'compressed image {msg.format!r}: cannot decode {len(encoded)} bytes; {reason}'
        )
    return pixels


def _decoded_or_none(encoded: Pixels, flags: int) -> Pixels | None:
    try:
        return cv2.imdecode(encoded, flags)
    except cv2.error:
        return None
