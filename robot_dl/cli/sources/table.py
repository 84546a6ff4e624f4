"""Which kind of source a name means."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from robot_dl.cli.sources.frame import Source


@dataclass(frozen=True)
class SourceOptions:
    """What a source may be told.

    Attributes:
        topic: The image topic of a bag; its first when None.
        rate_hz: Images per second that a camera shall take; its own choice when None.
    """

    topic: str | None = None
    rate_hz: float | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of source.

    Attributes:
        name: As it is called in messages.
        is_meant: Whether a name is of this kind.
        open: Opens it.
    """

    name: str
    is_meant: Callable[[str], bool]
    open: Callable[[str, SourceOptions], Source]


def open_source(name: str, options: SourceOptions) -> Source:
    """Return the source that `name` means: a camera, a bag, a folder, an image or a video.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is of no known kind, or cannot be read.
    """
    for kind in KINDS:
        if kind.is_meant(name):
            return kind.open(name, options)
    if not Path(name).exists():
        raise FileNotFoundError(f'{name}: no such file or folder')
    kinds = ', '.join(kind.name for kind in KINDS)
    raise ValueError(f'{name}: expected one of {kinds}; cannot tell which this is')


def _is_webcam(name: str) -> bool:
    return re.fullmatch(r'\d+|/dev/video\d+', name) is not None


def _is_bag(name: str) -> bool:
    from robot_dl.cli.sources.bag import is_bag

    return Path(name).exists() and is_bag(Path(name))


def _is_image(name: str) -> bool:
    from robot_dl.cli.sources.images import SUFFIXES

    return Path(name).is_file() and Path(name).suffix.lower() in SUFFIXES


def _is_video(name: str) -> bool:
    from robot_dl.cli.sources.video import SUFFIXES

    return Path(name).is_file() and Path(name).suffix.lower() in SUFFIXES


def _open_webcam(name: str, options: SourceOptions) -> Source:
    from robot_dl.cli.sources.video import Webcam

    return Webcam(name, options.rate_hz)


def _open_bag(name: str, options: SourceOptions) -> Source:
    from robot_dl.cli.sources.bag import open_bag

    return open_bag(Path(name), options.topic)


def _open_folder(name: str, _: SourceOptions) -> Source:
    from robot_dl.cli.sources.images import open_folder

    return open_folder(Path(name))


def _open_image(name: str, _: SourceOptions) -> Source:
    from robot_dl.cli.sources.images import open_image

    return open_image(Path(name))


def _open_video(name: str, _: SourceOptions) -> Source:
    from robot_dl.cli.sources.video import VideoFile

    return VideoFile(Path(name))


KINDS = (
    Kind('camera (0 or /dev/video0)', _is_webcam, _open_webcam),
    Kind('ROS 2 bag', _is_bag, _open_bag),
    Kind('folder of images', lambda name: Path(name).is_dir(), _open_folder),
    Kind('image', _is_image, _open_image),
    Kind('video', _is_video, _open_video),
)
