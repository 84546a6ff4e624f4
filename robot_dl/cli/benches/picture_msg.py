"""The message that a benchmark publishes."""

from pathlib import Path

from sensor_msgs.msg import Image
from std_msgs.msg import Header

from robot_dl.cli.benches.picture import picture
from robot_dl.ros.images import image_to_msg


def picture_msg(size: str, path: Path | None) -> Image:
    """Return `picture` as most drivers of cameras publish it: bgr8."""
    return image_to_msg(picture(size, path)[..., ::-1], Header(), 'bgr8')
