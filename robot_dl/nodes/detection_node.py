"""The node that finds objects in images."""

from typing import Any

from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray

from robot_dl.core.detections import Detections
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import Detector
from robot_dl.ros.detections import detections_to_msg
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.main import run
from robot_dl.ros.overlay import draw_detections
from robot_dl.ros.qos import RESULTS
from robot_dl.ros.task_node import LabellingNode


class DetectionNode(LabellingNode):
    """Publish the objects seen in each image there is time for.

    Subscribes `image`, or `image/compressed`; publishes `detections` for every image, with
    nothing in it when nothing was found, `label_info` once, and `~/overlay` while somebody
    looks.
    """

    Params, Model = DetectionParams, Detector

    def __init__(self, **options: Any) -> None:
        super().__init__('detection_node', **options)

    def announce(self) -> None:
        """Make the publishers, and ask for images."""
        super().announce()
        self.output = self.create_lifecycle_publisher(Detection2DArray, 'detections', RESULTS)
        self.listen_images('image', self.on_image)

    def on_image(self, image: Rgb, header: Header) -> None:
        """Detect, and publish under the image's own stamp and frame."""
        outputs, fit = self.infer(image)
        found = self.model.answer(outputs, fit, self.params)
        self.output.publish(detections_to_msg(found, header, self.model.card.labels))
        self.show(image, found, header)

    def draw(self, image: Rgb, found: Detections) -> Rgb:
        """Return the image with what was found in it."""
        return draw_detections(image, found, self.model.card.labels)


def main() -> int:
    """Run the node; returns the process's exit code."""
    return run(DetectionNode)


if __name__ == '__main__':
    raise SystemExit(main())
