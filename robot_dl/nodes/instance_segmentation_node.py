"""The node that finds objects in images, and the pixels that are theirs."""

from typing import Any

from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray

from robot_dl.ros.detections import detections_to_msg
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.main import run
from robot_dl.ros.masks import mask_to_msg
from robot_dl.ros.overlay import draw_instances
from robot_dl.ros.qos import CAMERA, RESULTS
from robot_dl.ros.task_node import LabellingNode
from robot_dl.segmentation.instances import InstanceSegmenter
from robot_dl.segmentation.params import InstanceSegmentationParams
from robot_dl.segmentation.types import Instances


class InstanceSegmentationNode(LabellingNode):
    """Publish the objects seen in each image there is time for, and which pixels are theirs.

    Subscribes `image`, or `image/compressed`; publishes for every image `detections`, whose `id`
    is the number that the object has in `mask`; `label_info` once, and `~/overlay` while somebody
    looks.
    """

    Params, Model = InstanceSegmentationParams, InstanceSegmenter

    def __init__(self, **options: Any) -> None:
        super().__init__('instance_segmentation_node', **options)

    def announce(self) -> None:
        """Make the publishers, and ask for images."""
        super().announce()
        self.output = self.create_lifecycle_publisher(Detection2DArray, 'detections', RESULTS)
        self.mask = self.create_lifecycle_publisher(Image, 'mask', CAMERA)
        self.listen_images('image', self.on_image)

    def on_image(self, image: Rgb, header: Header) -> None:
        """Find objects, and publish them under the image's own stamp and frame."""
        outputs, fit = self.infer(image)
        found = self.model.answer(outputs, fit, self.params)
        ids = [str(number) for number in range(1, len(found) + 1)]
        labels = self.model.card.labels
        self.output.publish(detections_to_msg(found.detections, header, labels, ids))
        # Else the middleware would still copy it, and keep as much memory as the largest needs.
        if self.mask.get_subscription_count():
            self.mask.publish(mask_to_msg(found.instance_ids, header))
        self.show(image, found, header)

    def draw(self, image: Rgb, found: Instances) -> Rgb:
        """Return the image with its objects, each in a colour of its own."""
        return draw_instances(image, found, self.model.card.labels)


def main() -> int:
    """Run the node; returns the process's exit code."""
    return run(InstanceSegmentationNode)


if __name__ == '__main__':
    raise SystemExit(main())
