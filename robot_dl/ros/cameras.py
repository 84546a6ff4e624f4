"""Publish what a camera sees, with its calibration."""

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from robot_dl.core.pinhole import Pinhole
from robot_dl.ros.encodings import Pixels
from robot_dl.ros.geometry import camera_info_msg
from robot_dl.ros.images import image_to_msg
from robot_dl.ros.qos import CAMERA


class CameraPublisher:
    """Publishes `image_raw` and `camera_info` under one name, as camera drivers do."""

    def __init__(self, node: Node, name: str, encoding: str) -> None:
        """Announce both topics below `name`, for images of one encoding."""
        self._encoding = encoding
        self._image = node.create_publisher(Image, f'{name}/image_raw', CAMERA)
        self._info = node.create_publisher(CameraInfo, f'{name}/camera_info', CAMERA)

    @property
    def is_watched(self) -> bool:
        """Whether anybody subscribes the images."""
        return bool(self._image.get_subscription_count())

    def publish(self, pixels: Pixels | None, pinhole: Pinhole, header: Header) -> None:
        """Publish the calibration, and an image under the same header if there is one.

        Args:
            pixels: Array [H, W] or [H, W, C] in the layout of the encoding.
            pinhole: The camera's intrinsics.
            header: Stamp and optical frame.
        """
        self._info.publish(camera_info_msg(pinhole, header))
        if pixels is not None:
            self._image.publish(image_to_msg(pixels, header, self._encoding))
