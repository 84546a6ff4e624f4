"""The node that finds the places of objects in space."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sensor_msgs.msg import CameraInfo, Image
from vision_msgs.msg import Detection2DArray, Detection3DArray
from visualization_msgs.msg import MarkerArray

from robot_dl.core.bad_images import ImageError
from robot_dl.core.detection3d_params import Detection3dParams
from robot_dl.core.detection3d_topics import CAMERA_INFO, DEPTH, DEPTH_INFO, DETECTIONS, MASK
from robot_dl.core.detections3d import Detections3D
from robot_dl.core.lifting import lift
from robot_dl.core.transforms import NoTransformError
from robot_dl.ros.detections3d import detections3d_to_msg
from robot_dl.ros.input_node import InputNode
from robot_dl.ros.main import run
from robot_dl.ros.markers import markers_of
from robot_dl.ros.newest import Newest
from robot_dl.ros.qos import LATCHED, PICTURE, RESULTS
from robot_dl.ros.registered import check_same_view, registered_depth
from robot_dl.ros.transforms import TransformListener

COUNTS = ('objects_located', 'objects_without_depth', 'images_without_transform')


class Detection3dNode(InputNode):
    """Publish where in space the objects of each image are.

    Subscribes `detections`, `depth/image` and `depth/camera_info`, which belong together by
    their stamps; publishes `detections_3d` for every one of `detections`, and `~/markers` while
    somebody looks. What has no usable depth is left out, and counted.
    """

    Params = Detection3dParams

    def __init__(self, **options: Any) -> None:
        self.counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
        super().__init__('detection3d_node', **options)
        self.transforms = TransformListener(self, self.look_again)
        self.colour = Newest(self, CameraInfo, CAMERA_INFO, LATCHED)

    def announce(self) -> None:
        """Make the publishers, and ask for what belongs together."""
        self.output = self.create_lifecycle_publisher(Detection3DArray, 'detections_3d', RESULTS)
        self.markers = self.create_lifecycle_publisher(MarkerArray, '~/markers', PICTURE)
        inputs = {DETECTIONS: Detection2DArray, DEPTH: Image, DEPTH_INFO: CameraInfo}
        inputs |= {MASK: Image} if self.params.use_masks else {}
        self.inputs = tuple(inputs)
        self.listen_together(inputs, self.on_set, self.is_due)

    def attend(self) -> None:
        """Listen to frames and to the other camera's calibration while there is work."""
        self.colour.need(self.params.sizes_differ)
        if self.params.target_frame:
            self.transforms.open()

    def ignore(self) -> None:
        """Stop that."""
        self.colour.need(False)
        self.transforms.close()

    def is_due(self, waited_s: float, messages: tuple[Any, ...]) -> bool:
        """Tell whether to answer now: all is known that is needed, or will not be any more."""
        detections, depth, *_ = messages
        if waited_s >= self.params.tf_timeout_s or not detections.detections:
            return True
        if self.params.sizes_differ and self.colour.msg is None:
            return False
        try:
            self.camera_pose(depth)
        except NoTransformError as error:
            return not error.may_come
        return True

    def on_set(self, *messages: Any) -> None:
        """Locate what was detected, and publish it under the stamp of the detections."""
        came = dict(zip(self.inputs, messages, strict=True))
        detections, depth = came[DETECTIONS], came[DEPTH]
        check_same_view(detections, depth)
        found = self.locate(came) if detections.detections else Detections3D.empty()
        frame = self.params.target_frame.lstrip('/') or depth.header.frame_id
        msg = detections3d_to_msg(found, detections, frame)
        self.output.publish(msg)
        if self.markers.get_subscription_count():
            self.markers.publish(markers_of(msg))

    def locate(self, came: Mapping[str, Any]) -> Detections3D:
        """Return the objects in the frame of the results."""
        params, detections = self.params, came[DETECTIONS]
        if params.sizes_differ and self.colour.msg is None:
            raise ImageError(f'{CAMERA_INFO}: the calibration of the boxes has not come yet')
        view = registered_depth(came[DEPTH], came[DEPTH_INFO], self.colour.msg, params.max_depth_m)
        instances = view.instances(came[MASK], detections) if MASK in came else None
        boxes = view.boxes(detections)
        found = lift(boxes, view.depth_m, view.pinhole, params.least_points, instances)
        moved = self.moved(found, came[DEPTH])
        self.counts['objects_located'] += len(found)
        self.counts['objects_without_depth'] += len(boxes) - len(found)
        return moved

    def moved(self, found: Detections3D, depth: Image) -> Detections3D:
        """Return objects in the optical frame as the target frame sees them."""
        try:
            return found.moved(self.camera_pose(depth))
        except NoTransformError as error:
            self.counts['images_without_transform'] += 1
            raise ImageError(f'no pose of the camera in target_frame: {error}') from error

    def camera_pose(self, depth: Image) -> Any:
        """Return the pose [4, 4] of the camera in the target frame when it took the depth."""
        frame, stamp = depth.header.frame_id, depth.header.stamp
        target = self.params.target_frame or frame
        return self.transforms.lookup(target, frame, stamp.sec * 10**9 + stamp.nanosec)

    def complaint(self) -> str:
        """Say why nothing is known of frames, or of the other camera."""
        timeout_s = self.params.input_timeout_s
        missing = self.transforms.silence(timeout_s), self.colour.complaint(timeout_s)
        return '; '.join(filter(None, missing))

    def details(self) -> dict[str, str]:
        """Tell how many objects were located, and why others were not."""
        counts = {**self.counts, 'transforms_refused': self.transforms.refused}
        return {name: str(count) for name, count in counts.items()}


def main() -> int:
    """Run the node; returns the process's exit code."""
    return run(Detection3dNode)


if __name__ == '__main__':
    raise SystemExit(main())
