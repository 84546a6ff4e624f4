"""The camera: colour and depth."""

from typing import Any

from rclpy.node import Node
from std_msgs.msg import Header

from robot_dl.ros.cameras import CameraPublisher
from robot_dl.ros.encodings import Pixels
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts.part import Part


class Color(Part):
    """The colour image; drawn only while somebody subscribes."""

    def __init__(self, node: Node, params: SimParams) -> None:
        self._camera = CameraPublisher(node, 'camera', 'rgb8')
        self._rgb: Pixels | None = None

    def draw(self, world: Any) -> None:
        """Draw the picture."""
        self._rgb = world.render_rgb() if self._camera.is_watched else None

    def on_image(self, world: Any, header: Header) -> None:
        """Publish the picture and the calibration."""
        self._camera.publish(self._rgb, world.pinhole, header)


class Depth(Part):
    """The depth image; drawn only while somebody subscribes."""

    def __init__(self, node: Node, params: SimParams) -> None:
        self._camera = CameraPublisher(node, 'camera/depth', '32FC1')

    @classmethod
    def is_wanted(cls, world_class: type, params: SimParams) -> bool:
        """Tell whether depth is asked for; every world has it."""
        return params.depth

    def on_image(self, world: Any, header: Header) -> None:
        """Publish the distances and the calibration."""
        depth_m = world.render_depth() if self._camera.is_watched else None
        self._camera.publish(depth_m, world.pinhole, header)
