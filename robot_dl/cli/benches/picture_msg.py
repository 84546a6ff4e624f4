"""The messages that a benchmark publishes."""

from pathlib import Path

from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from robot_dl.cli.benches.picture import picture
from robot_dl.core.pinhole import Pinhole
from robot_dl.ros.geometry import camera_info_msg
from robot_dl.ros.images import image_to_msg


def picture_msg(size: str, path: Path | None) -> Image:
    """Return `picture` as most drivers of cameras publish it: bgr8."""
    return image_to_msg(picture(size, path)[..., ::-1], Header(), 'bgr8')


def camera_of(height: int, width: int) -> Pinhole:
    """Return a camera that sees 53 degrees to both sides together, without distortion."""
    return Pinhole(width, width, (width - 1) / 2, (height - 1) / 2, (height, width))


def calibration_msg(image: Image) -> CameraInfo:
    """Return the calibration of the camera that takes such images."""
    return camera_info_msg(camera_of(image.height, image.width), Header())


def info_topic(image_topic: str) -> str:
    """Return the topic of the calibration that belongs to a topic of images."""
    namespace, slash, _ = image_topic.rpartition('/')
    return f'{namespace}{slash}camera_info'
