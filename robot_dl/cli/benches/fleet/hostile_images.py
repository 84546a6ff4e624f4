"""Image messages that mean harm, or that nobody would ever send."""

import random
import struct
from array import array
from typing import Any

import cv2
import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from robot_dl.ros.encodings import ENCODINGS

NAMES = (*ENCODINGS, '', 'rgb9', 'RGB8', '8UC5', '64FC1', 'jpeg', '\u2603' * 50, 'x' * 5000)
SIZES = (0, 1, 2, 3, 7, 64, 65535, 2**31 - 1, 2**31, 2**32 - 1)
DATA = (b'', b'\x00', b'\xff' * 7, b'\x00' * 300, b'\xff' * 20_000)
STAMPS = (Time(), Time(sec=-(2**31)), Time(sec=2**31 - 1, nanosec=2**32 - 1), Time(sec=1))
FRAMES = ('', 'camera', '/' * 300, '\u2603', 'a b\nc')
FORMATS = ('jpeg', 'png', '', 'h265', 'rgb8; jpeg compressed bgr8', ';' * 500)
ODD_SHAPES = ((1, 1), (1, 9999), (5000, 1), (2, 2), (3, 5), (16, 16))
# Behind the four bytes that say how what follows is encoded.
FIRST_BYTE = 4
FRAGILE_BYTES = 100


def hostile_header(rng: random.Random) -> Header:
    """Return a header with a stamp that makes no sense."""
    return Header(stamp=rng.choice(STAMPS), frame_id=rng.choice(FRAMES))


def contradictory_image(rng: random.Random) -> Image:
    """Return an image whose size, encoding and data do not belong together."""
    msg = Image(header=hostile_header(rng), encoding=rng.choice(NAMES))
    msg.height, msg.width, msg.step = (rng.choice(SIZES) for _ in range(3))
    msg.is_bigendian = rng.choice((0, 1, 255))
    msg.data = rng.choice(DATA)
    return msg


def odd_image(rng: random.Random) -> Image:
    """Return an image that is valid but odd: one pixel high, very wide, NaN everywhere."""
    name = rng.choice(list(ENCODINGS))
    element, channels = ENCODINGS[name].element, ENCODINGS[name].channels
    height, width = rng.choice(ODD_SHAPES)
    fill = np.nan if element.startswith('f') else rng.choice((0, 255))
    row = np.full(width * channels, fill, element).tobytes() + b'\xa5' * rng.choice((0, 3))
    msg = Image(header=hostile_header(rng), encoding=name, height=height, width=width)
    msg.step = len(row)
    msg.data = array('B', row * height)
    return msg


def damaged_file(rng: random.Random) -> CompressedImage:
    """Return a compressed image that is none, or a damaged one."""
    picture = np.zeros((64, 96, 3), np.uint8)
    picture[:32, 32:64] = 255
    data = bytearray(cv2.imencode(rng.choice(('.jpg', '.png')), picture)[1].tobytes())
    for _ in range(rng.choice((0, 1, 20))):
        data[rng.randrange(len(data))] = rng.randrange(256)
    part = bytes(data[: rng.choice((0, 1, 10, len(data) // 2, len(data)))])
    return CompressedImage(header=hostile_header(rng), format=rng.choice(FORMATS), data=part)


def monstrous_file(rng: random.Random) -> CompressedImage:
    """Return a few bytes that make a trusting decoder fill gigabytes."""
    data = rng.choice((_gif(60000, 17000), _run_length_bmp(32000), _png_with_a_huge_chunk()))
    return CompressedImage(header=hostile_header(rng), format='jpeg', data=data)


def garbled(msg: Any, rng: random.Random) -> bytes:
    """Return a message as it lies on the wire, with wrong bytes at its beginning, or cut off.

    The node may never get to see it: what the middleware cannot read it drops.
    """
    wire = bytearray(serialize_message(msg))
    for _ in range(rng.choice((1, 3, 10))):
        place = rng.randrange(FIRST_BYTE, min(len(wire), FRAGILE_BYTES))
        wire[place] = rng.choice((0, 128, 255, rng.randrange(256)))
    return bytes(wire[: rng.choice((len(wire), len(wire), rng.randrange(FIRST_BYTE, len(wire))))])


def good_image(size_hw: tuple[int, int] = (480, 640)) -> NDArray[np.uint8]:
    """Return a grey image with noise [H, W, 3] uint8, always the same."""
    return np.random.default_rng(0).integers(90, 140, (*size_hw, 3), dtype=np.uint8)


def _gif(width: int, height: int) -> bytes:
    """Return a GIF of one colour."""
    size = struct.pack('<HH', width, height)
    head = b'GIF89a' + size + b'\x80\0\0' + b'\0\0\0\xff\xff\xff'
    return head + b',' + bytes(4) + size + b'\0' + b'\x02\x02\x4c\x01\0;'


def _run_length_bmp(side: int) -> bytes:
    """Return a BMP whose runs end at once."""
    info = struct.pack('<IiiHHIIiiII', 40, side, side, 1, 8, 1, 0, 0, 0, 0, 0)
    head = b'BM' + struct.pack('<IHHI', 2000, 0, 0, 54 + 1024)
    return head + info + bytes(1024) + b'\0\1'


def _png_with_a_huge_chunk() -> bytes:
    data = bytearray(cv2.imencode('.png', good_image((8, 8)))[1].tobytes())
    at = data.index(b'IDAT') - 4
    data[at : at + 4] = (2**31 - 20).to_bytes(4, 'big')
    return bytes(data)


RAW = (*[contradictory_image] * 4, odd_image)
COMPRESSED = (*[damaged_file] * 9, monstrous_file)
"""What is sent into a node, each as often as it stands there."""
