"""`sensor_msgs/Image` to arrays and back.

Meaning is normalised here, once: colour is RGB uint8. Nothing downstream asks for the encoding
again. Depth is read by `robot_dl.ros.depth`.
"""

import sys
from array import array

import numpy as np
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from robot_dl.ros.encodings import (
    COLOUR_ENCODINGS,
    ENCODINGS,
    ImageError,
    Pixels,
    Rgb,
    unsupported,
)


def rgb_from_msg(msg: Image) -> Rgb:
    """Return the colours of an image message.

    `rgb8` is a read-only view of the message, also with padded rows; all else is converted.
    An encoding that is not in `ENCODINGS` goes through `cv_bridge` where that is installed.

    Returns:
        RGB [H, W, 3] uint8.

    Raises:
        ImageError: If the encoding is unknown or holds no colours, the image has no pixels,
            or its data is shorter than its size says.
    """
    encoding = ENCODINGS.get(msg.encoding)
    if encoding is None:
        return _rgb_by_cv_bridge(msg)
    if encoding.to_rgb is None:
        raise unsupported(msg.encoding, COLOUR_ENCODINGS)
    return encoding.to_rgb(pixels_from_msg(msg))


def pixels_from_msg(msg: Image) -> Pixels:
    """Return the pixels as they lie in the message, without padding and without a copy.

    Returns:
        A read-only view [H, W] or [H, W, C], in the byte order of the message.

    Raises:
        ImageError: As `rgb_from_msg`.
    """
    if msg.encoding not in ENCODINGS:
        raise unsupported(msg.encoding, tuple(ENCODINGS))
    encoding = ENCODINGS[msg.encoding]
    dtype = np.dtype(('>' if msg.is_bigendian else '<') + encoding.element)
    pixel_bytes = encoding.channels * dtype.itemsize
    _check_size(msg, pixel_bytes)
    shape: tuple[int, ...] = (msg.height, msg.width, encoding.channels)
    strides: tuple[int, ...] = (msg.step, pixel_bytes, dtype.itemsize)
    if encoding.channels == 1:
        shape, strides = shape[:2], strides[:2]
    pixels = np.ndarray(shape, dtype, buffer=msg.data, strides=strides)
    pixels.flags.writeable = False
    return pixels


def image_to_msg(pixels: Pixels, header: Header, encoding: str = 'rgb8') -> Image:
    """Put pixels into a message, as they are: the inverse of `pixels_from_msg`.

    Args:
        pixels: Array [H, W] or [H, W, C] in the layout of the encoding: RGB [H, W, 3] uint8
            for `rgb8`, metres [H, W] float32 for `32FC1`.
        header: Stamp and optical frame.
        encoding: One of `ENCODINGS`.

    Raises:
        ImageError: If the encoding is unknown or the array does not fit it.
    """
    if encoding not in ENCODINGS:
        raise unsupported(encoding, tuple(ENCODINGS))
    _check_fits(pixels, encoding)
    lines = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder('='))
    msg = Image(header=header, height=lines.shape[0], width=lines.shape[1], encoding=encoding)
    msg.step = lines.strides[0]
    msg.is_bigendian = int(sys.byteorder == 'big' and lines.itemsize > 1)
    # Into the array that the message has: to set another one would copy it once more.
    msg.data.frombytes(memoryview(lines).cast('B'))
    return msg


def message_bytes(values: Pixels) -> 'array[int]':
    """Return a contiguous array's bytes as the one type that messages take over as it is.

    Every other type is checked byte by byte.
    """
    data = array('B')
    data.frombytes(memoryview(values).cast('B'))
    return data


def _check_size(msg: Image, pixel_bytes: int) -> None:
    name = f'{msg.encoding} image of {msg.width} x {msg.height}'
    if not msg.width or not msg.height:
        raise ImageError(f'{name}: expected at least one pixel')
    if msg.step < msg.width * pixel_bytes:
        row = f'{msg.width * pixel_bytes} bytes (width x {pixel_bytes})'
        raise ImageError(f'{name}: expected a step of at least {row}, got {msg.step}')
    if len(msg.data) < msg.step * msg.height:
        need = f'{msg.step * msg.height} bytes (step {msg.step} x height {msg.height})'
        raise ImageError(f'{name}: expected {need}, got {len(msg.data)}')


def _check_fits(pixels: Pixels, name: str) -> None:
    encoding = ENCODINGS[name]
    tail = (encoding.channels,) if encoding.channels > 1 else ()
    wanted = np.dtype(encoding.element).name
    right = pixels.dtype.name == wanted and pixels.ndim == 2 + len(tail)
    if not right or pixels.shape[2:] != tail or not pixels.size:
        shape = ', '.join(['H', 'W', *map(str, tail)])
        came = f'{pixels.dtype.name}{list(pixels.shape)}'
        raise ImageError(f'{name} image: expected {wanted}[{shape}], got {came}')


def _rgb_by_cv_bridge(msg: Image) -> Rgb:
    try:
        from cv_bridge import CvBridge, CvBridgeError
    except ImportError:
        raise unsupported(msg.encoding, COLOUR_ENCODINGS) from None
    try:
        return np.asarray(CvBridge().imgmsg_to_cv2(msg, 'rgb8'), np.uint8)
    except (CvBridgeError, ValueError, TypeError) as error:
        supported = unsupported(msg.encoding, COLOUR_ENCODINGS)
        raise ImageError(f'{supported}; cv_bridge says: {error}') from error
