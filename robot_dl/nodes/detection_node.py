"""The node that finds objects in images."""

from typing import Any

from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray, LabelInfo

from robot_dl.core.detections import Detections
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import Detector, open_detector
from robot_dl.ros.detections import detections_to_msg
from robot_dl.ros.diagnostics import LoadedModel
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.images import image_to_msg
from robot_dl.ros.labels import label_info_msg
from robot_dl.ros.main import run
from robot_dl.ros.model_node import ModelNode
from robot_dl.ros.overlay import draw_detections
from robot_dl.ros.qos import LATCHED, PICTURE, RESULTS


class DetectionNode(ModelNode):
    """Publish the objects seen in each image there is time for.

    Subscribes `image`, or `image/compressed`; publishes `detections` for every image, with
    nothing in it when nothing was found, `label_info` once, and `~/overlay` while somebody
    looks.
    """

    Params = DetectionParams

    detector: Detector | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__('detection_node', **options)

    def announce(self) -> None:
        """Make the publishers, and ask for images."""
        self.output = self.create_lifecycle_publisher(Detection2DArray, 'detections', RESULTS)
        self.label_info = self.create_lifecycle_publisher(LabelInfo, 'label_info', LATCHED)
        self.overlay = self.create_lifecycle_publisher(Image, '~/overlay', PICTURE)
        self.listen_images('image', self.on_image)

    def load(self) -> None:
        """Open the model."""
        p = self.params
        self.detector = open_detector(
            p.model,
            p.device,
            p.require_accelerator,
            p.threads,
            p.half,
            announce=lambda sentence: self.get_logger().info(sentence),
        )
        card, engine = self.detector.card, self.detector.engine
        self.loaded = LoadedModel(card.name, p.device, engine.provider, engine.notice)

    def begin(self) -> None:
        """Tell which labels there are."""
        self.on_params(self.params)

    def check_params(self, params: DetectionParams) -> None:
        """Refuse classes that the model does not know."""
        if self.detector:
            self.detector.check_params(params)

    def on_params(self, params: DetectionParams) -> None:
        """Announce the least score that is published."""
        if self.detector:
            header = Header(stamp=self.get_clock().now().to_msg())
            labels = self.detector.card.labels
            self.label_info.publish(label_info_msg(labels, params.score, header))

    def on_image(self, image: Rgb, header: Header) -> None:
        """Detect, and publish under the image's own stamp and frame."""
        assert self.detector is not None
        params = self.params
        tensor, fit = self.detector.prepare(image)
        with self.inference():
            outputs = self.detector.infer(tensor)
        found = self.detector.answer(outputs, fit, params)
        self.output.publish(detections_to_msg(found, header, self.detector.card.labels))
        if self.overlay.get_subscription_count():
            self.show(image, found, header)

    def show(self, image: Rgb, found: Detections, header: Header) -> None:
        """Publish the image with what was found in it."""
        assert self.detector is not None
        picture = draw_detections(image, found, self.detector.card.labels)
        self.overlay.publish(image_to_msg(picture, header))


def main() -> int:
    """Run the node; returns the process's exit code."""
    return run(DetectionNode)


if __name__ == '__main__':
    raise SystemExit(main())
