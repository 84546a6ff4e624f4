"""The node that says of every pixel what it shows."""

from typing import Any

from sensor_msgs.msg import Image
from std_msgs.msg import Header

from robot_dl.ros.encodings import Rgb
from robot_dl.ros.free_space import FreeSpacePublisher
from robot_dl.ros.known_camera import KnownCamera
from robot_dl.ros.main import run
from robot_dl.ros.masks import mask_to_msg
from robot_dl.ros.overlay import colours_of, draw_mask
from robot_dl.ros.qos import CAMERA
from robot_dl.ros.task_node import LabellingNode
from robot_dl.segmentation.free_space import free_space
from robot_dl.segmentation.ground import Mount
from robot_dl.segmentation.params import SegmentationParams
from robot_dl.segmentation.pipeline import Segmenter
from robot_dl.segmentation.types import SemanticMask


class SegmentationNode(LabellingNode):
    """Publish the class of every pixel of each image there is time for.

    Subscribes `image`, or `image/compressed`; publishes `mask` for every image, `label_info`
    once, and while somebody subscribes them `confidence` and `~/overlay`. With `drivable_classes`
    it hears `camera_info`, too, and publishes `free_space` and `free_space_scan`.
    """

    Params, Model = SegmentationParams, Segmenter

    camera: KnownCamera | None = None
    is_unsure = False

    def __init__(self, **options: Any) -> None:
        super().__init__('segmentation_node', **options)

    def announce(self) -> None:
        """Make the publishers, and ask for images."""
        super().announce()
        self.mask = self.create_lifecycle_publisher(Image, 'mask', CAMERA)
        self.confidence = self.create_lifecycle_publisher(Image, 'confidence', CAMERA)
        self.ground = FreeSpacePublisher(self, self.params.publish_ground_frame)
        self.camera = KnownCamera(self)
        self.listen_images('image', self.on_image)

    def ignore(self) -> None:
        """Hear the calibration no more."""
        if self.camera:
            self.camera.need(False)

    def on_image(self, image: Rgb, header: Header) -> None:
        """Tell the classes, and publish them under the image's own stamp and frame."""
        outputs, fit = self.infer(image)
        is_asked = bool(self.confidence.get_subscription_count())
        found = self.model.answer(outputs, fit, self.params, is_asked)
        if self.mask.get_subscription_count():
            self.mask.publish(mask_to_msg(found.class_ids, header))
        if found.confidence is not None:
            self.confidence.publish(mask_to_msg(found.confidence, header))
        self.is_unsure = is_asked and found.confidence is None
        self._tell_free_space(found, header)
        self.show(image, found, header)

    def complaint(self) -> str:
        """Say that somebody waits for what cannot be told, and why."""
        sentences = [self.camera.complaint(self.params.input_timeout_s)] if self.camera else []
        if self.is_unsure:
            name = self.loaded.name
            sentences.append(f'{name} does not tell how sure it is: `confidence` stays empty')
        if self.camera and self.ground.is_wanted and not self.params.drivable_classes:
            sentences.append('drivable_classes is empty: there is no free space to subscribe')
        return '; '.join(filter(None, sentences))

    def least_score(self, params: SegmentationParams) -> float:
        """Return 0: every pixel gets a class, however unsure."""
        return 0.0

    def draw(self, image: Rgb, found: SemanticMask) -> Rgb:
        """Return the image under the colours of its classes."""
        card = self.model.card
        return draw_mask(image, found, card.labels, colours_of(card.labels, card.palette))

    def _tell_free_space(self, found: SemanticMask, header: Header) -> None:
        """Publish where one can drive, if anybody wants it and the camera is known."""
        params = self.params
        is_wanted = bool(params.drivable_classes) and self.ground.is_wanted
        self.camera.need(is_wanted)
        known = is_wanted and self.camera.of_image(found.class_ids.shape, header.frame_id)
        if known:
            ids = self.model.label_ids(params.drivable_classes)
            space = free_space(found, ids, known[1], params)
            mount = Mount(params.camera_height_m, params.camera_pitch_rad)
            self.ground.publish(space, header, params, mount.optical_T_ground())


def main() -> int:
    """Run the node; returns the process's exit code."""
    return run(SegmentationNode)


if __name__ == '__main__':
    raise SystemExit(main())
