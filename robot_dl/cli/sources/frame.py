"""What every source yields."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class RawImage:
    """The pixels as `sensor_msgs/Image` carries them.

    Attributes:
        encoding: As in `sensor_msgs/image_encodings`, e.g. 'rgb8'.
        size_hw: Height and width, in pixels.
        step: Bytes from one row to the next.
        data: The rows [height * step].
        is_bigendian: Whether elements of several bytes have the greatest first.
    """

    encoding: str
    size_hw: tuple[int, int]
    step: int
    data: Bytes
    is_bigendian: bool = False

    @staticmethod
    def from_rgb(rgb: Bytes) -> 'RawImage':
        """Return RGB [H, W, 3] uint8 as an `rgb8` image."""
        height, width = rgb.shape[:2]
        return RawImage('rgb8', (height, width), width * 3, np.ascontiguousarray(rgb).reshape(-1))


@dataclass(frozen=True)
class Calibration:
    """A camera's calibration, with the fields of `sensor_msgs/CameraInfo`.

    Attributes:
        size_hw: Height and width of the images it is for, in pixels.
        distortion_model: E.g. 'plumb_bob'.
        d: Distortion coefficients; how many depends on the model.
        k: Intrinsic matrix [9], row by row, in pixels.
        r: Rectification matrix [9], row by row.
        p: Projection matrix [12], row by row, in pixels.
        binning_xy: Pixels of the sensor per pixel of the image; 0 means 1.
        roi_xywh: Part of the sensor that the image shows, in pixels; all zero means the whole.
        do_rectify: Whether that part depends on the rectification.
    """

    size_hw: tuple[int, int]
    distortion_model: str
    d: tuple[float, ...]
    k: tuple[float, ...]
    r: tuple[float, ...]
    p: tuple[float, ...]
    binning_xy: tuple[int, int] = (0, 0)
    roi_xywh: tuple[int, int, int, int] = (0, 0, 0, 0)
    do_rectify: bool = False


@dataclass(frozen=True)
class Frame:
    """One image, and when it was taken.

    Attributes:
        image: The pixels.
        time_ns: When it was taken, by the source's own clock, in nanoseconds. Only differences
            mean something, unless the source `has_stamps`.
        frame_id: The camera's frame, if the source knows it.
        calibration: The camera's calibration, if the source knows it.
    """

    image: RawImage
    time_ns: int
    frame_id: str = ''
    calibration: Calibration | None = None


class Source(Protocol):
    """Something that yields frames, again each time it is asked."""

    @property
    def title(self) -> str:
        """What is being played, for people."""

    @property
    def is_live(self) -> bool:
        """Whether frames come when they are taken, instead of when they are asked for."""

    @property
    def has_stamps(self) -> bool:
        """Whether its times count from 1970, so that they may be published as they are."""

    @property
    def calibration(self) -> Calibration | None:
        """The camera's calibration, if it is known before the first frame."""

    def frames(self, tell: Tell) -> Iterator[Frame]:
        """Yield the frames in order; `tell` hears of each that had to be skipped."""
