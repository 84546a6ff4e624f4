"""A detector and a depth camera before a 3D detection node under test, and frames around it."""

import time
from collections.abc import Callable, Iterable

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Quaternion, Transform, TransformStamped, Vector3
from rclpy.qos import DurabilityPolicy, QoSProfile
from ros_session import ask_again
from scenes3d import BOX, boxes_msg, depth_image, info_msg, scene
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2DArray, Detection3DArray

MS = 10**6
LATCHED = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class Rig:
    """A detector and a depth camera."""

    def __init__(self, session, **more: type):
        types = {'detections': Detection2DArray, 'depth/image': Image}
        types |= {'depth/camera_info': CameraInfo, **more}
        make = session.node.create_publisher
        self.publishers = {topic: make(kind, topic, 10) for topic, kind in types.items()}
        self.session, self.stamp_ms = session, 1_000_000
        self.answers = session.record(Detection3DArray, 'detections_3d')

    def header(self, step_ms=100) -> Header:
        """Return the header of the next image."""
        self.stamp_ms += step_ms
        return header_at(self.stamp_ms)

    def ready(self):
        """Wait until all is heard."""
        for topic, publisher in self.publishers.items():
            self.session.wait(publisher.get_subscription_count, f'subscriber of {topic}')

    def send(self, messages: dict, header: Header) -> Header:
        """Publish a message on each topic under one header."""
        for topic, msg in messages.items():
            msg.header = header
            self.publishers[topic].publish(msg)
        return header

    def ask(self, messages: dict, before: Callable[[], None] = lambda: None, step_ms=100):
        """Publish messages until one set is answered, after what comes before each.

        Args:
            messages: One of each topic.
            before: Called when the stamp of the next set is known.
            step_ms: From the stamp of one set to that of the next.

        Returns:
            The answer, under the header of the last set.
        """
        self.ready()

        def once(patience_s):
            header = self.header(step_ms)
            before()
            return self.answer_within(self.send(messages, header), patience_s)

        return ask_again(once)

    def answer_within(self, header, seconds):
        """Return the answer under this stamp, or None."""

        def found():
            return [a for a in self.answers if a.header.stamp == header.stamp]

        return next(iter(self.session.until(found, seconds)), None)


def header_at(stamp_ms: int) -> Header:
    sec, ms = divmod(stamp_ms, 1000)
    return Header(stamp=Time(sec=sec, nanosec=ms * MS), frame_id='camera')


def usual(*boxes, depth=None, encoding='32FC1', ids=(), **layout) -> dict:
    """Return what belongs to one moment: a card before a wall, unless told otherwise."""
    depth = scene() if depth is None else depth
    return {
        'detections': boxes_msg(Header(), *(boxes or (BOX,)), ids=ids),
        'depth/image': depth_image(depth, encoding, **layout),
        'depth/camera_info': info_msg(),
    }


def empty() -> dict:
    return {**usual(), 'detections': Detection2DArray()}


def centre_of(element) -> list[float]:
    p = element.bbox.center.position
    return [p.x, p.y, p.z]


def summary_of(node):
    return node.frames.summary(time.monotonic())


class Frames:
    """A camera that moves 1 m/s along x of `map`, and looks along it."""

    # Columns: the optical axes x, y, z in the map (REP-103).
    AXES = (-0.5, 0.5, -0.5, 0.5)

    def __init__(self, session, rig):
        self.session, self.rig = session, rig
        self.moving = session.node.create_publisher(TFMessage, 'tf', 100)
        self.static = session.node.create_publisher(TFMessage, 'tf_static', LATCHED)
        x, y, z, w = self.AXES
        mount = Transform(rotation=Quaternion(x=x, y=y, z=z, w=w))
        header = Header(frame_id='base')
        self.static.publish(
            TFMessage(
                transforms=[
                    TransformStamped(header=header, child_frame_id='camera', transform=mount)
                ]
            )
        )

    def send(self, stamp_ms: int, yaw_rad: float = 0.0) -> None:
        """Say where the base is."""
        x_m = (stamp_ms - 1_000_000) / 1000
        turn = Quaternion(z=float(np.sin(yaw_rad / 2)), w=float(np.cos(yaw_rad / 2)))
        step = Transform(translation=Vector3(x=x_m), rotation=turn)
        header = Header(stamp=header_at(stamp_ms).stamp, frame_id='map')
        self.moving.publish(
            TFMessage(
                transforms=[TransformStamped(header=header, child_frame_id='base', transform=step)]
            )
        )

    def send_at(self, stamp_ms: int, offsets_ms: Iterable[int], yaw_rad: float = 0.0) -> None:
        """Say where the base is at several times around a stamp."""
        for offset_ms in offsets_ms:
            self.send(stamp_ms + offset_ms, yaw_rad)

    def ready(self):
        """Wait until they are heard."""
        self.session.wait(self.moving.get_subscription_count, 'subscriber of tf')
        self.session.wait(self.static.get_subscription_count, 'subscriber of tf_static')
