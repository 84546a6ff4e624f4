"""The node that says what images show."""

from typing import Any

from std_msgs.msg import Header
from vision_msgs.msg import Classification as ClassificationMsg

from robot_dl.classification.params import ClassificationParams
from robot_dl.classification.pipeline import Classifier
from robot_dl.classification.types import Classification
from robot_dl.ros.classifications import classification_to_msg
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.main import run
from robot_dl.ros.overlay import draw_classification
from robot_dl.ros.qos import RESULTS
from robot_dl.ros.task_node import LabellingNode


class ClassificationNode(LabellingNode):
    """Publish the likeliest classes of each image there is time for.

    Subscribes `image`, or `image/compressed`; publishes `classification` for every image,
    `label_info` once, and `~/overlay` while somebody looks.
    """

    Params, Model = ClassificationParams, Classifier

    def __init__(self, **options: Any) -> None:
        super().__init__('classification_node', **options)

    def announce(self) -> None:
        """Make the publishers, and ask for images."""
        super().announce()
        self.output = self.create_lifecycle_publisher(ClassificationMsg, 'classification', RESULTS)
        self.listen_images('image', self.on_image)

    def on_image(self, image: Rgb, header: Header) -> None:
        """Classify, and publish under the image's own stamp and frame."""
        outputs, fit = self.infer(image)
        found = self.model.answer(outputs, fit, self.params)
        self.output.publish(classification_to_msg(found, header, self.model.card.labels))
        self.show(image, found, header)

    def draw(self, image: Rgb, found: Classification) -> Rgb:
        """Return the image with what was found in it."""
        return draw_classification(image, found, self.model.card.labels)


def main() -> int:
    """Run the node; returns the process's exit code."""
    return run(ClassificationNode)


if __name__ == '__main__':
    raise SystemExit(main())
