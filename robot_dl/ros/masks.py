"""Masks, one number for each pixel, as `sensor_msgs/Image` and back."""

from typing import Any

from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from robot_dl.ros.encodings import unsupported
from robot_dl.ros.images import image_to_msg, pixels_from_msg

ENCODINGS = {'uint8': 'mono8', 'uint16': 'mono16'}
"""By the type of the numbers. Class ids are no colours, but every tool shows these."""

MASK_ENCODINGS = ('mono8', '8UC1', 'mono16', '16UC1')

Mask = NDArray[Any]


def mask_to_msg(mask: Mask, header: Header) -> Image:
    """Return a mask [H, W] uint8 as mono8, uint16 as mono16, under the header of its image.

    Raises:
        ImageError: If it is of another type or shape, or has no pixels.
    """
    return image_to_msg(mask, header, ENCODINGS.get(mask.dtype.name, 'mono16'))


def mask_from_msg(msg: Image) -> Mask:
    """Return the numbers of a mask [H, W], whatever the padding of its rows and its byte order.

    Returns:
        uint8 or uint16 in the byte order of this machine; it may be a read-only view.

    Raises:
        ImageError: If the encoding has no whole numbers or several channels, the mask has no
            pixels, or its data is shorter than its size says.
    """
    if msg.encoding not in MASK_ENCODINGS:
        raise unsupported(msg.encoding, MASK_ENCODINGS)
    pixels = pixels_from_msg(msg)
    return pixels.astype(pixels.dtype.newbyteorder('='), copy=False)
