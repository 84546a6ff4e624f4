"""Image messages written byte by byte, as a driver does: padded rows, either byte order."""

from array import array

import numpy as np
from sensor_msgs.msg import Image
from std_msgs.msg import Header


def raw_image(
    pixels: np.ndarray, encoding: str, padding: int = 0, big_endian: bool = False
) -> Image:
    """Return `pixels` [H, W] or [H, W, C] as a message whose rows end in `padding` bytes."""
    order = '>' if big_endian else '<'
    lines = [row.astype(row.dtype.newbyteorder(order)).tobytes() for row in pixels]
    msg = Image(header=Header(frame_id='camera'), encoding=encoding)
    msg.height, msg.width = pixels.shape[:2]
    msg.step = len(lines[0]) + padding
    msg.is_bigendian = int(big_endian)
    msg.data = array('B', b''.join(line + b'\xa5' * padding for line in lines))
    return msg
