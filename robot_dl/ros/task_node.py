"""The nodes that look at images with the model of a task."""

from collections.abc import Mapping
from typing import Any, ClassVar

from numpy.typing import NDArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import LabelInfo

from robot_dl.core.fit import Fit
from robot_dl.ros.diagnostics import LoadedModel
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.images import image_to_msg
from robot_dl.ros.labels import label_info_msg
from robot_dl.ros.model_node import ModelNode
from robot_dl.ros.qos import LATCHED, PICTURE

Outputs = Mapping[str, NDArray[Any]]


class TaskNode(ModelNode):
    """Opens the model of a task as the parameters say, runs it, and shows people what it found.

    A derived class sets `Params` and `Model`, a class derived from `engine.task_model.TaskModel`;
    adds in `announce` what it publishes and listens to; answers images, and draws the answers.

    Attributes:
        model: The open model; None while there is none.
        overlay: Publishes `~/overlay`.
    """

    Model: ClassVar[type[Any]]

    model: Any = None

    def announce(self) -> None:
        """Make the publishers that every such node has. Called on configure."""
        self.overlay = self.create_lifecycle_publisher(Image, '~/overlay', PICTURE)

    def load(self) -> None:
        """Open the model."""
        p = self.params
        self.model = self.Model.open(
            p.model,
            p.device,
            p.require_accelerator,
            p.threads,
            p.half,
            announce=lambda sentence: self.get_logger().info(sentence),
        )
        engine = self.model.engine
        self.loaded = LoadedModel(self.model.card.name, p.device, engine.provider, engine.notice)

    def check_params(self, params: Any) -> None:
        """Refuse what names things that the model does not know."""
        if self.model:
            self.model.check_params(params)

    def infer(self, image: Rgb) -> tuple[Outputs, Fit]:
        """Return what the network gives for an image, and the fit that undoes the geometry."""
        tensor, fit = self.model.prepare(image)
        with self.inference():
            return self.model.infer(tensor), fit

    def show(self, image: Rgb, found: Any, header: Header) -> None:
        """Publish the image with what was found in it, while somebody looks."""
        if self.overlay.get_subscription_count():
            self.overlay.publish(image_to_msg(self.draw(image, found), header))

    def draw(self, image: Rgb, found: Any) -> Rgb:
        """Return an image for people, which shows what was found in `image`."""
        raise NotImplementedError


class LabellingNode(TaskNode):
    """A task's node whose results name classes: it tells once which there are."""

    def announce(self) -> None:
        """Make the publishers that every such node has. Called on configure."""
        super().announce()
        self.label_info = self.create_lifecycle_publisher(LabelInfo, 'label_info', LATCHED)

    def begin(self) -> None:
        """Tell which labels there are."""
        self.on_params(self.params)

    def on_params(self, params: Any) -> None:
        """Announce the labels and the least score that is published."""
        if self.model:
            header = Header(stamp=self.get_clock().now().to_msg())
            labels, least = self.model.card.labels, self.least_score(params)
            self.label_info.publish(label_info_msg(labels, least, header))

    def least_score(self, params: Any) -> float:
        """Return the score below which nothing is published."""
        return float(params.score)
