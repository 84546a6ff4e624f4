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

    needs = ('render_rgb', 'pinhole')

    def __init__(self, node: Node, params: SimParams) -> None:
        self._camera = CameraPublisher(node, 'camera', 'rgb8')
        self._rgb: Pixels | None = None

    def draw(self, world: Any) -> None:
        """Draw the picture."""
        self._rgb = None
        if self._camera.is_watched:
            self._rgb = world.render_rgb()

    def on_image(self, world: Any, header: Header) -> None:
        """Publish the picture and the calibration."""
        self._camera.publish(self._rgb, world.pinhole, header)


class Depth(Part):
    """The depth image; drawn only while somebody subscribes."""

    needs = ('render_depth', 'pinhole')

    def __init__(self, node: Node, params: SimParams) -> None:
        self._camera = CameraPublisher(node, 'camera/depth', '32FC1')
        self._depth_m: Pixels | None = None

    @classmethod
    def is_wanted(cls, world_class: type, params: SimParams) -> bool:
        """Tell whether the world has a camera, and depth is asked for."""
        return params.depth and super().is_wanted(world_class, params)

    def draw(self, world: Any) -> None:
        """Draw the distances."""
        self._depth_m = None
        if self._camera.is_watched:
            self._depth_m = world.render_depth()

    def on_image(self, world: Any, header: Header) -> None:
        """Publish the distances and the calibration."""
        self._camera.publish(self._depth_m, world.pinhole, header)
