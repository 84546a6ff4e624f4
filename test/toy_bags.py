"""Bags with a camera in them, written by the `rosbags` library."""

from pathlib import Path

import numpy as np
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

STORE = get_typestore(Stores.ROS2_JAZZY)
TYPES = STORE.types
IMAGE, COMPRESSED, INFO = (
    f'sensor_msgs/msg/{name}' for name in ('Image', 'CompressedImage', 'CameraInfo')
)
START_NS = 1_700_000_000_000_000_000
# A type that no installation has, with a definition that no parser understands.
UNKNOWN = {'msgtype': 'acme_msgs/msg/Flux', 'msgdef': '?? flux []', 'rihs01': 'RIHS01_00'}
PLUGINS = {'mcap': StoragePlugin.MCAP, 'db3': StoragePlugin.SQLITE3}


def header(stamp_ns: int, frame_id: str = 'left_optical'):
    time = TYPES['builtin_interfaces/msg/Time'](*divmod(stamp_ns, 1_000_000_000))
    return TYPES['std_msgs/msg/Header'](time, frame_id)


def image(stamp_ns: int, value: int = 0, frame_id: str = 'left_optical'):
    data = np.full(2 * 8, value, np.uint8)  # Two rows of two pixels, padded to eight bytes.
    return TYPES[IMAGE](header(stamp_ns, frame_id), 2, 2, 'bgr8', 0, 8, data)


def compressed(stamp_ns: int, data: bytes, image_format: str):
    return TYPES[COMPRESSED](header(stamp_ns), image_format, np.frombuffer(data, np.uint8))


def camera_info(stamp_ns: int, focal: float = 100.0):
    k = np.array([focal, 0, 1, 0, focal, 1, 0, 0, 1], np.float64)
    p = np.array([focal, 0, 1, 0, 0, focal, 1, 0, 0, 0, 1, 0], np.float64)
    roi = TYPES['sensor_msgs/msg/RegionOfInterest'](0, 0, 0, 0, False)
    distortion = np.array([0.1, 0.2, 0.3, 0.4, 0.5], np.float64)
    return TYPES[INFO](
        header(stamp_ns), 2, 2, 'plumb_bob', distortion, k, np.eye(3).reshape(-1), p, 0, 0, roi
    )


def write_bag(folder: Path, messages, storage: str = 'mcap') -> Path:
    """Write (topic, time_ns, message) triples, and one message of an unknown type."""
    with Writer(folder, version=9, storage_plugin=PLUGINS[storage]) as writer:
        flux = writer.add_connection('/flux', **UNKNOWN)
        writer.write(flux, START_NS, b'\x00\x01\x00\x00')
        connections = {}
        for topic, time_ns, msg in messages:
            kind = msg.__msgtype__
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
            writer.write(connections[topic], time_ns, STORE.serialize_cdr(msg, kind))
    return folder
