"""A video file, or a camera that OpenCV opens."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from robot_dl.cli.sources.frame import Bytes, Calibration, Frame, RawImage, Tell

SUFFIXES = ('.avi', '.m4v', '.mjpeg', '.mkv', '.mov', '.mp4', '.mpeg', '.mpg', '.webm', '.wmv')
USUAL_FPS = 30.0


@dataclass(frozen=True)
class VideoFile:
    """A recorded video, with the times that stand in it."""

    path: Path
    is_live: bool = False
    has_stamps: bool = False
    calibration: Calibration | None = None

    @property
    def title(self) -> str:
        """What is being played."""
        return f'video {self.path}'

    def frames(self, tell: Tell) -> Iterator[Frame]:
        """Yield the pictures from the first on.

        Raises:
            ValueError: If OpenCV cannot read the file.
        """
        capture = cv2.VideoCapture(str(self.path))
        if not capture.isOpened():
            raise ValueError(f'{self.path}: OpenCV cannot read it as a video')
        try:
            yield from _recorded_frames(capture, tell)
        finally:
            capture.release()


@dataclass(frozen=True)
class Webcam:
    """A camera of this machine."""

    device: str
    rate_hz: float | None
    is_live: bool = True
    has_stamps: bool = True
    calibration: Calibration | None = None

    @property
    def title(self) -> str:
        """What is being played."""
        return f'camera {self.device}'

    def frames(self, tell: Tell) -> Iterator[Frame]:
        """Yield pictures, each with the time at which it came from the driver.

        Raises:
            ValueError: If there is no such camera, or it stops.
        """
        capture = cv2.VideoCapture(int(self.device) if self.device.isdecimal() else self.device)
        try:
            if not capture.isOpened():
                raise ValueError(f'camera {self.device} does not open; {_present_cameras()}')
            if self.rate_hz:
                capture.set(cv2.CAP_PROP_FPS, self.rate_hz)
            while (read := capture.read())[0]:
                yield Frame(_image(np.asarray(read[1], np.uint8)), time.time_ns())
        finally:
            capture.release()
        raise ValueError(f'camera {self.device} gives no more images')


def _recorded_frames(capture: cv2.VideoCapture, tell: Tell) -> Iterator[Frame]:
    fps = capture.get(cv2.CAP_PROP_FPS)
    if not 0.0 < fps < 1e4:
        tell(f'the video does not say how fast it is; taking {USUAL_FPS:g} images a second')
        fps = USUAL_FPS
    time_ms, period_ms = -1000.0 / fps, 1000.0 / fps
    while (read := capture.read())[0]:
        # Zero is what some containers give for every picture.
        said_ms = capture.get(cv2.CAP_PROP_POS_MSEC)
        time_ms = said_ms if said_ms > time_ms and said_ms > 0 else time_ms + period_ms
        yield Frame(_image(np.asarray(read[1], np.uint8)), round(time_ms * 1e6))


def _image(bgr: Bytes) -> RawImage:
    return RawImage.from_rgb(np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8))


def _present_cameras() -> str:
    devices = sorted(str(path) for path in Path('/dev').glob('video*'))
    return f'there are {", ".join(devices)}' if devices else 'there is no /dev/video*'
