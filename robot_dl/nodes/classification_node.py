"""The node that says what images show."""

from typing import Any

from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import Classification as ClassificationMsg
from vision_msgs.msg import LabelInfo

from robot_dl.classification.params import ClassificationParams
from robot_dl.classification.pipeline import Classifier, open_classifier
from robot_dl.classification.types import Classification
from robot_dl.ros.classifications import classification_to_msg
from robot_dl.ros.diagnostics import LoadedModel
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.images import image_to_msg
from robot_dl.ros.labels import label_info_msg
from robot_dl.ros.main import run
from robot_dl.ros.model_node import ModelNode
from robot_dl.ros.overlay import draw_classification
from robot_dl.ros.qos import LATCHED, PICTURE, RESULTS


class ClassificationNode(ModelNode):
    """Publish the likeliest classes of each image there is time for.

    Subscribes `image`, or `image/compressed`; publishes `classification` for every image,
    `label_info` once, and `~/overlay` while somebody looks.
    """

    Params = ClassificationParams

    classifier: Classifier | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__('classification_node', **options)

    def announce(self) -> None:
        """Make the publishers, and ask for images."""
        self.output = self.create_lifecycle_publisher(ClassificationMsg, 'classification', RESULTS)
        self.label_info = self.create_lifecycle_publisher(LabelInfo, 'label_info', LATCHED)
        self.overlay = self.create_lifecycle_publisher(Image, '~/overlay', PICTURE)
        self.listen_images('image', self.on_image)

    def load(self) -> None:
        """Open the model."""
        p = self.params
        self.classifier = open_classifier(
            p.model,
            p.device,
            p.require_accelerator,
            p.threads,
            p.half,
            announce=lambda sentence: self.get_logger().info(sentence),
        )
        card, engine = self.classifier.card, self.classifier.engine
        self.loaded = LoadedModel(card.name, p.device, engine.provider, engine.notice)

    def begin(self) -> None:
        """Tell which labels there are."""
        self.on_params(self.params)

    def check_params(self, params: ClassificationParams) -> None:
        """Refuse classes that the model does not know."""
        if self.classifier:
            self.classifier.check_params(params)

    def on_params(self, params: ClassificationParams) -> None:
        """Announce the least score that is published."""
        if self.classifier:
            header = Header(stamp=self.get_clock().now().to_msg())
            labels = self.classifier.card.labels
            self.label_info.publish(label_info_msg(labels, params.score, header))

    def on_image(self, image: Rgb, header: Header) -> None:
        """Classify, and publish under the image's own stamp and frame."""
        assert self.classifier is not None
        params = self.params
        tensor, fit = self.classifier.prepare(image)
        with self.inference():
            outputs = self.classifier.infer(tensor)
        found = self.classifier.answer(outputs, fit, params)
        self.output.publish(classification_to_msg(found, header, self.classifier.card.labels))
        if self.overlay.get_subscription_count():
            self.show(image, found, header)

    def show(self, image: Rgb, found: Classification, header: Header) -> None:
        """Publish the image with its classes."""
        assert self.classifier is not None
        picture = draw_classification(image, found, self.classifier.card.labels)
        self.overlay.publish(image_to_msg(picture, header))


def main() -> int:
    """Run the node; returns the process's exit code."""
    return run(ClassificationNode)


if __name__ == '__main__':
    raise SystemExit(main())
