"""What is really in the image: boxes, and the class and object of every pixel."""

from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray, LabelInfo

from robot_dl.core.detections import Detections
from robot_dl.ros.detections import detections_to_msg
from robot_dl.ros.labels import label_info_msg
from robot_dl.ros.masks import mask_to_msg
from robot_dl.ros.qos import LATCHED, RESULTS
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts.part import Part


class TrueBoxes(Part):
    """`truth/detections`, with score 0 for what is too hidden or too small to count.

    The `id` of each is its number in `truth/instances`.
    """

    needs = ('truth',)

    def __init__(self, node: Node, params: SimParams) -> None:
        self._publisher = node.create_publisher(Detection2DArray, 'truth/detections', RESULTS)

    def on_image(self, world: Any, header: Header) -> None:
        """Publish the objects in the image, if anybody asks."""
        if not self._publisher.get_subscription_count():
            return
        truth = world.truth()
        scores = np.where(truth.ignored, 0, 1).astype(np.float32)
        objects = Detections(truth.boxes_xyxy, scores, truth.class_ids)
        ids = [str(number) for number in truth.numbers.tolist()]
        self._publisher.publish(detections_to_msg(objects, header, truth.labels, ids))


class TruePixels(Part):
    """`truth/mask` and `truth/instances`, drawn only while somebody subscribes."""

    needs = ('pixels', 'segment_labels')

    def __init__(self, node: Node, params: SimParams) -> None:
        self._classes = node.create_publisher(Image, 'truth/mask', RESULTS)
        self._instances = node.create_publisher(Image, 'truth/instances', RESULTS)
        self._labels = node.create_publisher(LabelInfo, 'truth/label_info', LATCHED)

    def on_scene(self, world: Any, stamp: Time) -> None:
        """Publish the names of the classes."""
        self._labels.publish(label_info_msg(world.segment_labels, 0.0, Header(stamp=stamp)))

    def on_image(self, world: Any, header: Header) -> None:
        """Publish what the pixels of the image show."""
        watched = [p for p in (self._classes, self._instances) if p.get_subscription_count()]
        if not watched:
            return
        pixels = world.pixels()
        masks = {self._classes: pixels.class_ids, self._instances: pixels.instance_ids}
        for publisher in watched:
            publisher.publish(mask_to_msg(masks[publisher], header))
