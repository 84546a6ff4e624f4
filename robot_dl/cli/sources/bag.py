"""A ROS 2 bag, read without ROS by the `rosbags` library."""

import sqlite3
import struct
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot_dl.cli.sources.frame import Calibration, Frame, RawImage, Tell
from robot_dl.core.names import choose

SUFFIXES = ('.db3', '.mcap')
IMAGE, COMPRESSED = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'
INFO = 'sensor_msgs/msg/CameraInfo'


@dataclass(frozen=True)
class Bag:
    """The images of one topic of a bag, with the camera_info topic beside it.

    Only these topics are decoded, and their types are the same in every distribution from Humble
    on, so the other topics of the bag may have types that nobody knows.
    """

    path: Path
    types: dict[str, str]
    topic: str
    calibration: Calibration | None
    is_live: bool = False
    has_stamps: bool = True

    @property
    def title(self) -> str:
        """What is being played."""
        others = sorted(set(image_topics(self.types)) - {self.topic})
        hint = f'; --topic would choose {" or ".join(others)}' if others else ''
        return f'bag {self.path}, topic {self.topic}{hint}'

    def frames(self, tell: Tell) -> Iterator[Frame]:
        """Yield the images with their own stamps and frames."""
        info_topic = topic_of_calibration(self.types, self.topic)
        calibration = self.calibration
        for topic, time_ns, msg in _messages(self.path, {self.topic, info_topic}, tell):
            if topic == info_topic:
                calibration = _calibration(msg)
                continue
            try:
                image = _image(msg)
            except ValueError as error:
                tell(f'skipped an image: {error}')
            else:
                yield Frame(image, _stamp_ns(msg) or time_ns, msg.header.frame_id, calibration)


def open_bag(path: Path, topic: str | None) -> Bag:
    """Return the bag in `path`, a storage file or the folder that the recorder made.

    Args:
        path: File or folder.
        topic: The image topic; the first that is not a depth image when not given.

    Raises:
        ValueError: If it cannot be read, or has no such topic.
    """
    path = _storage(path)
    with _reader(path) as reader:
        types = {connection.topic: connection.msgtype for connection in reader.connections}
    topics = image_topics(types)
    if not topics:
        has = ', '.join(f'{name} ({kind})' for name, kind in sorted(types.items())) or 'nothing'
        raise ValueError(f'{path}: expected an image topic, it has {has}')
    chosen = f'/{topic.lstrip("/")}' if topic else topics[0]
    choose('image topic', chosen, dict.fromkeys(topics))
    return Bag(path, types, chosen, _first_calibration(path, topic_of_calibration(types, chosen)))


def is_bag(path: Path) -> bool:
    """Say whether `path` is a bag's file or folder."""
    if path.is_dir():
        return (path / 'metadata.yaml').exists() or bool(_storage_files(path))
    return path.suffix.lower() in SUFFIXES


def image_topics(types: dict[str, str]) -> list[str]:
    """Return the topics with images, colour before depth and raw before compressed."""
    images = [topic for topic, kind in types.items() if kind in (IMAGE, COMPRESSED)]
    return sorted(
        (topic for topic in images if not topic.endswith('/compressedDepth')),
        key=lambda topic: ('depth' in topic, types[topic] == COMPRESSED, topic),
    )


def topic_of_calibration(types: dict[str, str], image_topic: str) -> str:
    """Return the camera_info topic beside an image topic, or '' if the bag has none.

    It is in the same namespace, as image_transport has it; a compressed topic lies one deeper.
    """
    levels = 2 if types[image_topic] == COMPRESSED else 1
    beside = f'{image_topic.rsplit("/", levels)[0]}/camera_info'
    return beside if types.get(beside) == INFO else ''


def _first_calibration(path: Path, info_topic: str) -> Calibration | None:
    """Return it before it comes: the recorder may have got the first image earlier."""
    if not info_topic:
        return None
    messages = _messages(path, {info_topic}, lambda _: None)
    first = next(messages, None)
    messages.close()
    return _calibration(first[2]) if first else None


def _storage(path: Path) -> Path:
    """Return what the library can open: it wants the recorder's metadata for a folder."""
    if path.is_file() or (path / 'metadata.yaml').exists():
        return path
    files = _storage_files(path)
    if len(files) > 1:
        raise ValueError(
            f'{path}: expected metadata.yaml beside {len(files)} files; '
            '`ros2 bag reindex` writes it, or play one of the files'
        )
    return files[0]


def _storage_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


@contextmanager
def _reader(path: Path) -> Iterator[Any]:
    """Yield the library's reader.

    Raises:
        ValueError: If the library is missing, or cannot read the file.
    """
    try:
        from rosbags.rosbag2 import Reader, ReaderError
    except ImportError:
        raise ValueError("bags need the package 'rosbags': pip install rosbags") from None
    try:
        with Reader(path) as reader:
            yield reader
    except (ReaderError, sqlite3.DatabaseError, struct.error) as error:
        raise ValueError(f'{path}: expected a ROS 2 bag: {error}') from error


def _messages(
    path: Path, topics: set[str], tell: Tell
) -> Generator[tuple[str, int, Any], None, None]:
    """Yield topic, time of recording in nanoseconds, and message."""
    from rosbags.serde import SerdeError
    from rosbags.typesys import Stores, get_typestore

    typestore = get_typestore(Stores.ROS2_HUMBLE)
    with _reader(path) as reader:
        wanted = [connection for connection in reader.connections if connection.topic in topics]
        for connection, time_ns, raw in reader.messages(wanted):
            try:
                msg = typestore.deserialize_cdr(raw, connection.msgtype)
            except (SerdeError, ValueError, IndexError, struct.error) as error:
                tell(f'skipped a broken message on {connection.topic}: {error}')
            else:
                yield connection.topic, time_ns, msg


def _image(msg: Any) -> RawImage:
    if msg.__msgtype__ == COMPRESSED:
        # The only part that needs the ROS messages installed: it is shared with the nodes.
        from robot_dl.ros.compressed import rgb_from_compressed

        return RawImage.from_rgb(rgb_from_compressed(msg))
    size_hw = (msg.height, msg.width)
    return RawImage(msg.encoding, size_hw, msg.step, msg.data, bool(msg.is_bigendian))


def _calibration(msg: Any) -> Calibration:
    roi = msg.roi
    return Calibration(
        size_hw=(msg.height, msg.width),
        distortion_model=msg.distortion_model,
        d=tuple(msg.d),
        k=tuple(msg.k),
        r=tuple(msg.r),
        p=tuple(msg.p),
        binning_xy=(msg.binning_x, msg.binning_y),
        roi_xywh=(roi.x_offset, roi.y_offset, roi.width, roi.height),
        do_rectify=roi.do_rectify,
    )


def _stamp_ns(msg: Any) -> int:
    """Return the message's own time, or 0 when the driver left it out."""
    stamp = msg.header.stamp
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)
