"""The node that says how far away is what images show."""

from collections.abc import Mapping
from typing import Any

from sensor_msgs.msg import Image
from std_msgs.msg import Header

from robot_dl.core.dense import MapView, map_view
from robot_dl.core.fit import Fit
from robot_dl.depth.alignment import Alignment, align
from robot_dl.depth.params import DepthParams
from robot_dl.depth.pipeline import DepthEstimator, resampling_of, shape_of
from robot_dl.depth.references import pairs_at
from robot_dl.depth.types import DepthMap, Reading, RelativeDepth
from robot_dl.ros.depth import depth_to_msg
from robot_dl.ros.depth_outputs import DepthOutputs
from robot_dl.ros.depth_overlay import draw_depth
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.known_camera import Known, KnownCamera
from robot_dl.ros.main import run
from robot_dl.ros.measured import SENSORS, Places, Sensor
from robot_dl.ros.qos import CAMERA
from robot_dl.ros.task_node import TaskNode

UNSAID = (
    'no depth/confidence, and no use of min_confidence: the model does not tell how sure it is'
)


class DepthNode(TaskNode):
    """Publish the distance of each pixel, for each image there is time for.

    Subscribes `image`, or `image/compressed`, and `camera_info`; publishes the topics of a depth
    camera in metres, and `relative_depth/image` if the model knows only what is nearer. With
    `align_to` it hears a sensor, too, and fits metres to what that has measured.
    """

    Params, Model = DepthParams, DepthEstimator

    camera: KnownCamera | None = None
    sensor: Sensor | None = None
    alignment: Alignment | None = None
    refusal = ''
    unsaid = ''

    def __init__(self, **options: Any) -> None:
        super().__init__('depth_node', **options)

    def announce(self) -> None:
        """Make the publishers, and ask for images, and for what gives them metres."""
        super().announce()
        self.outputs = DepthOutputs(self)
        self.relative = self.create_lifecycle_publisher(Image, 'relative_depth/image', CAMERA)
        self.camera = KnownCamera(self)
        if self.params.align_to not in SENSORS:
            self.listen_images('image', self.on_image)
            return
        kind = SENSORS[self.params.align_to]
        self.sensor = kind(self, self.look_again, lambda: float(self.params.tf_timeout_s))
        topics = {'image': Image, kind.TOPIC: kind.MSG_TYPE}
        self.listen_together(topics, self.on_pair, self.sensor.is_due)

    def attend(self) -> None:
        """Hear the calibration if there will be metres, and what the sensor needs."""
        if self.camera:
            self.camera.need(bool(self.sensor) or (self.model and self.model.is_metric))
        if self.sensor:
            self.sensor.open()

    def ignore(self) -> None:
        """Hear them no more."""
        if self.camera:
            self.camera.need(False)
        if self.sensor:
            self.sensor.close()

    def on_image(self, image: Rgb, header: Header) -> None:
        """Publish the metres of a metric model, or what is nearer."""
        known = self.camera.of_image(image.shape[:2], header.frame_id)
        self.model.check_camera(known and known[1], self.camera.problem)
        self._answer(image, header, known, None)

    def on_pair(self, msg: Image, measured: Any) -> None:
        """Publish metres fitted to what a sensor has measured at the same time."""
        places = self.sensor.places(msg, measured, self.camera)
        image = rgb_from_msg(msg)
        known = self.camera.of_image(image.shape[:2], msg.header.frame_id)
        self._answer(image, msg.header, known, places)

    def complaint(self) -> str:
        """Return what keeps metres from being published."""
        timeout_s = self.params.input_timeout_s
        parts = [part.complaint(timeout_s) for part in (self.camera, self.sensor) if part]
        return '; '.join(filter(None, [*parts, self.refusal, self.unsaid]))

    def details(self) -> Mapping[str, str]:
        """Return how well the map fits what the sensor measures."""
        if self.alignment is None:
            return {}
        return {
            'align_scale': f'{self.alignment.scale:.6g}',
            'align_shift': f'{self.alignment.shift:.6g}',
            'align_points': str(self.alignment.points),
            'align_inliers': f'{self.alignment.inliers:.3f}',
            'align_error': f'{self.alignment.error:.4f}',
            'align_refusal': self.refusal,
        }

    def draw(self, image: Rgb, found: DepthMap | RelativeDepth) -> Rgb:
        """Return distances as colours."""
        return draw_depth(found)

    def _answer(
        self, image: Rgb, header: Header, known: Known | None, places: Places | None
    ) -> None:
        outputs, fit = self.infer(image)
        reading = self.model.decoder.decode(outputs)
        told = self._in_metres(reading, fit, known, places)
        found = None
        if not self.model.is_metric and (told is None or self.relative.get_subscription_count()):
            found = self.model.relative(reading, fit, self.params)
            self.relative.publish(depth_to_msg(found.nearness, header))
        if told is not None:
            wanted = self.outputs.wants_confidence or self.params.min_confidence > 0
            confidence = self.model.decoder.confidence(outputs) if wanted else None
            self.unsaid = UNSAID if wanted and confidence is None else ''
            found = self.model.metres(told, fit, self.params, confidence)
            self._publish(found, image, header, known, map_view(fit, shape_of(reading.values)))
        if found is not None:
            self.show(image, found, header)

    def _in_metres(
        self, reading: Reading, fit: Fit, known: Known | None, places: Places | None
    ) -> Reading | None:
        """Return the map in metres; None if there is nothing to get them from."""
        if places is None:
            pinhole = known and known[1]
            return self.model.in_metres(reading, fit, pinhole) if self.model.is_metric else None
        view = map_view(fit, shape_of(reading.values))
        self.alignment = align(reading, *pairs_at(reading.values, view, places))
        p = self.params
        refusal = self.alignment.refusal(p.align_max_error, p.align_min_points)
        self.refusal = refusal and f'no metres, {self.sensor.TOPIC} gives a bad fit: {refusal}'
        return None if refusal else self.alignment.applied(reading)

    def _publish(
        self, found: DepthMap, image: Rgb, header: Header, known: Known | None, view: MapView
    ) -> None:
        how = resampling_of(view, self.params)
        self.outputs.publish(found, header, known, how)
        if known is not None and self.outputs.wants_points:
            colours = image if how is None else view.shown_pixels(image)
            self.outputs.publish_points(found, colours, header, known, how)


def main() -> int:
    """Run the node; returns the process's exit code."""
    return run(DepthNode)


if __name__ == '__main__':
    raise SystemExit(main())
