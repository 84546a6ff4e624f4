"""The calibration of the camera whose images a node answers."""

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo

from robot_dl.core.bad_images import ImageError
from robot_dl.core.fit import Size
from robot_dl.core.pinhole import Pinhole
from robot_dl.ros.calibrations import pinhole_from_msg
from robot_dl.ros.newest import Newest
from robot_dl.ros.qos import LATCHED

Known = tuple[CameraInfo, Pinhole]


class KnownCamera:
    """Keeps the newest `camera_info`, and gives it out for images that it belongs to.

    A camera publishes it with every image, once in a while, or once and latched: all the same
    here. One that has changed is used from then on.

    Attributes:
        problem: Why it could not be given out for the last image; empty if it could.
    """

    def __init__(self, node: LifecycleNode, topic: str = 'camera_info') -> None:
        """Remember the topic; nothing is subscribed yet."""
        self.problem = ''
        self._newest = Newest(node, CameraInfo, topic, LATCHED)

    def need(self, is_needed: bool) -> None:
        """Listen from now on, or no more."""
        self._newest.need(is_needed)
        self.problem = ''

    def of_image(self, size_hw: Size, frame_id: str) -> Known | None:
        """Return the calibration and its intrinsics for an image; None if `problem` says why not.

        Args:
            size_hw: Height and width of the image.
            frame_id: Frame of the image.
        """
        info = self._newest.msg
        try:
            self.problem = _why_other(info, size_hw, frame_id)
            return None if self.problem else (info, pinhole_from_msg(info))
        except ImageError as error:
            self.problem = str(error)
            return None

    def complaint(self, timeout_s: float) -> str:
        """Say what is wrong, for diagnostics; empty if nothing is, or it is too early to tell.

        Args:
            timeout_s: Time after which to say that nothing has come; 0 never.
        """
        silence = self._newest.complaint(timeout_s)
        return silence or ('' if self._newest.msg is None else self.problem)


def _why_other(info: CameraInfo | None, size_hw: Size, frame_id: str) -> str:
    """Return why a calibration does not belong to an image; empty if it does."""
    if info is None:
        return 'no camera_info has come yet'
    if info.header.frame_id and frame_id and info.header.frame_id != frame_id:
        return (
            f'camera_info is of the frame {info.header.frame_id!r}, the image of {frame_id!r}: '
            'both must be of one camera'
        )
    height, width = pinhole_from_msg(info).size_hw
    if (height, width) != size_hw:
        return (
            f'camera_info is for {width} x {height} pixels, the image has {size_hw[1]} x '
            f'{size_hw[0]}: an image that was resized needs a camera_info that was, too'
        )
    return ''
