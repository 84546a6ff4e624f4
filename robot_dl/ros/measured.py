"""What other sensors measure of a camera's view: places in its image, with their depth."""

from collections.abc import Callable
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import Image, LaserScan
from std_msgs.msg import Header

from robot_dl.core.bad_images import ImageError
from robot_dl.core.pinhole import Pinhole
from robot_dl.core.transforms import NoTransformError
from robot_dl.ros.depth import depth_from_msg
from robot_dl.ros.encodings import DepthM
from robot_dl.ros.known_camera import KnownCamera
from robot_dl.ros.scans import points_from_scan
from robot_dl.ros.transforms import TransformListener

Places = NDArray[np.float64]
"""Column and row in the image, in pixels, and depth in metres, [N, 3]."""

MOST_STEPS = 160
"""Places along each axis: more would say the same again."""
SHAPES_ALIKE = 0.02


class Sensor(Protocol):
    """Measures what a camera sees, too."""

    TOPIC: ClassVar[str]
    MSG_TYPE: ClassVar[type]
    NEEDS_CAMERA: ClassVar[bool]

    def open(self) -> None:
        """Begin to hear what is needed besides."""

    def close(self) -> None:
        """Stop that."""

    def is_due(self, waited_s: float, messages: tuple[Any, ...]) -> bool:
        """Tell whether an image and what was measured then can be used, or will never be."""

    def places(self, image: Image, measured: Any, camera: KnownCamera) -> Places:
        """Return what was measured in view of the image.

        Raises:
            ImageError: If it cannot be said where that is in the image.
        """

    def complaint(self, timeout_s: float) -> str:
        """Say what has not come for a while; empty if all has."""


class DepthCamera:
    """A depth image of the same view: of the same camera, or registered to it."""

    TOPIC: ClassVar[str] = 'reference_depth'
    MSG_TYPE: ClassVar[type] = Image
    NEEDS_CAMERA: ClassVar[bool] = False

    def __init__(
        self, node: LifecycleNode, changed: Callable[[], None], patience_s: Callable[[], float]
    ) -> None:
        """Need nothing."""

    def open(self) -> None:
        """Hear nothing besides."""

    def close(self) -> None:
        """Hear nothing besides."""

    def is_due(self, waited_s: float, messages: tuple[Any, ...]) -> bool:
        """Wait for nothing."""
        return True

    def places(self, image: Image, measured: Image, camera: KnownCamera) -> Places:
        """Return the pixels of the depth image, as places of the image; see `Sensor.places`."""
        _check_frames(image.header, measured.header)
        depth_m = depth_from_msg(measured)
        shape, wanted = depth_m.shape[1] / depth_m.shape[0], image.width / max(1, image.height)
        if abs(shape - wanted) > SHAPES_ALIKE * wanted:
            raise ImageError(
                f'reference_depth: expected the shape of the image, {image.width} x '
                f'{image.height}, to which it is registered; got {measured.width} x '
                f'{measured.height}'
            )
        return places_in_image(depth_m, (image.height, image.width))

    def complaint(self, timeout_s: float) -> str:
        """Say nothing: what is missing on the topic is told as of every input."""
        return ''


class Lidar:
    """A planar lidar, which is where tf says."""

    TOPIC: ClassVar[str] = 'scan'
    MSG_TYPE: ClassVar[type] = LaserScan
    NEEDS_CAMERA: ClassVar[bool] = True

    def __init__(
        self, node: LifecycleNode, changed: Callable[[], None], patience_s: Callable[[], float]
    ) -> None:
        """Begin closed.

        Args:
            node: The node that listens.
            changed: Called when a pose has come, for which something may wait.
            patience_s: Tells the longest wait for a pose.
        """
        self._transforms, self._patience_s = TransformListener(node, changed), patience_s

    def open(self) -> None:
        """Begin to hear transforms."""
        self._transforms.open()

    def close(self) -> None:
        """Stop that."""
        self._transforms.close()

    def is_due(self, waited_s: float, messages: tuple[Any, ...]) -> bool:
        """Wait for the pose of the lidar at the time of its scan."""
        image, scan = messages
        try:
            self._pose_of_lidar(image, scan)
        except NoTransformError as error:
            return not error.may_come or waited_s >= self._patience_s()
        return True

    def places(self, image: Image, measured: LaserScan, camera: KnownCamera) -> Places:
        """Return where in the image the lidar has hit something; see `Sensor.places`."""
        known = camera.of_image((image.height, image.width), image.header.frame_id)
        if known is None:
            raise ImageError(
                f'scan: camera_info is needed to find it in the image: {camera.problem}'
            )
        try:
            pose = self._pose_of_lidar(image, measured)
        except NoTransformError as error:
            raise ImageError(f'scan: cannot be found in the image: {error}') from error
        points_m = points_from_scan(measured) @ pose[:3, :3].T + pose[:3, 3]
        return places_of_points(points_m, known[1])

    def complaint(self, timeout_s: float) -> str:
        """Say that no transform has come for a while; empty if one has."""
        return self._transforms.silence(timeout_s)

    def _pose_of_lidar(self, image: Image, scan: LaserScan) -> NDArray[np.float64]:
        """Return the pose [4, 4] of the lidar in the camera at the time of its scan."""
        stamp = scan.header.stamp
        stamp_ns = stamp.sec * 10**9 + stamp.nanosec
        return self._transforms.lookup(image.header.frame_id, scan.header.frame_id, stamp_ns)


SENSORS: dict[str, type[DepthCamera] | type[Lidar]] = {'depth': DepthCamera, 'scan': Lidar}
"""What can give metres, by the values of `align_to`."""


def places_in_image(depth_m: DepthM, size_hw: tuple[int, int]) -> Places:
    """Return pixels of a depth image [H, W], evenly spread, as places in an image of any size."""
    height, width = depth_m.shape
    rows = np.arange(0, height, 1 + (height - 1) // MOST_STEPS)
    columns = np.arange(0, width, 1 + (width - 1) // MOST_STEPS)
    v = (rows + 0.5) * size_hw[0] / height - 0.5
    u = (columns + 0.5) * size_hw[1] / width - 0.5
    z = depth_m[np.ix_(rows, columns)]
    places = np.column_stack([np.tile(u, len(v)), np.repeat(v, len(u)), z.ravel()])
    return np.asarray(places[np.isfinite(z).ravel()])


def places_of_points(points_m: NDArray[np.float64], pinhole: Pinhole) -> Places:
    """Return where points [N, 3] in the optical frame are in the image; not those behind it."""
    ahead = points_m[points_m[:, 2] > 0]
    return np.column_stack([pinhole.project(ahead), ahead[:, 2]])


def _check_frames(image: Header, measured: Header) -> None:
    frames = image.frame_id, measured.frame_id
    if all(frames) and frames[0] != frames[1]:
        raise ImageError(
            f'reference_depth is of the frame {frames[1]!r}, the image of {frames[0]!r}: expected '
            'depth that is registered to the image'
        )
