"""Publish depth with its calibration, its confidence and its points."""

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from std_msgs.msg import Header

from robot_dl.core.resampling import Resampling
from robot_dl.depth.types import DepthMap
from robot_dl.ros.calibrations import info_for
from robot_dl.ros.clouds import CloudMaker
from robot_dl.ros.depth import METRES, depth_to_msg
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.images import image_to_msg
from robot_dl.ros.known_camera import Known
from robot_dl.ros.qos import CAMERA, PICTURE


class DepthOutputs:
    """The topics of metres, named as those of a depth camera."""

    def __init__(self, node: LifecycleNode) -> None:
        """Announce them."""
        self._image = node.create_lifecycle_publisher(Image, 'depth/image', CAMERA)
        self._info = node.create_lifecycle_publisher(CameraInfo, 'depth/camera_info', CAMERA)
        self._confidence = node.create_lifecycle_publisher(Image, 'depth/confidence', CAMERA)
        self._points = node.create_lifecycle_publisher(PointCloud2, 'depth/points', PICTURE)
        self._cloud: CloudMaker | None = None

    @property
    def wants_confidence(self) -> bool:
        """Whether anybody subscribes it."""
        return bool(self._confidence.get_subscription_count())

    @property
    def wants_points(self) -> bool:
        """Whether anybody subscribes them."""
        return bool(self._points.get_subscription_count())

    def publish(
        self, found: DepthMap, header: Header, known: Known | None, how: Resampling | None
    ) -> None:
        """Publish metres, and what belongs to them if it is known.

        Args:
            found: The metres, and their confidence if anybody wants it.
            header: Header of the image.
            known: Calibration of the image; None if it is not known.
            how: How the image became the size of the metres; None if it is of that size.
        """
        self._image.publish(depth_to_msg(found.depth_m, header))
        if known is not None:
            self._info.publish(info_for(known[0], header, how))
        if found.confidence is not None and self.wants_confidence:
            self._confidence.publish(image_to_msg(found.confidence, header, METRES))

    def publish_points(
        self, found: DepthMap, colours: Rgb, header: Header, known: Known, how: Resampling | None
    ) -> None:
        """Publish a point for each pixel; `colours` [H, W, 3] are those of the same pixels."""
        pinhole = known[1] if how is None else known[1].resampled(how)
        if self._cloud is None or self._cloud.pinhole != pinhole:
            self._cloud = CloudMaker(pinhole)
        self._points.publish(self._cloud(found.depth_m, colours, header))
