"""What a depth node under test sees: a wall that goes away to the right, and its sensors."""

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TransformStamped
from ros_messages import raw_image
from sensor_msgs.msg import CameraInfo, Image, LaserScan
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage
from toy_depth import metres_of, ramp

from robot_dl.core.pinhole import Pinhole
from robot_dl.ros.geometry import camera_info_msg, transform_msg
from robot_dl.ros.qos import LATCHED

HW = (96, 128)
IMAGE = ramp(HW)
METRES = metres_of(IMAGE[..., 0])
INSIDE = np.s_[4:-4, 4:-4]
FRAME = 'camera_optical_frame'
CAMERA = Pinhole(fx=100.0, fy=100.0, cx=63.5, cy=47.5, size_hw=HW)


class Calibration:
    """Publishes a camera_info, latched, once."""

    def __init__(self, session) -> None:
        self.publisher = session.node.create_publisher(CameraInfo, 'camera_info', LATCHED)

    def send(self, pinhole: Pinhole = CAMERA, frame_id: str = FRAME) -> None:
        self.publisher.publish(camera_info_msg(pinhole, Header(frame_id=frame_id)))


def status_of(session, complaint: str) -> dict[str, str]:
    """Wait until the node's diagnostics contain words, and return their values."""
    reports = session.record(DiagnosticArray, '/diagnostics')

    def found():
        return [s for r in reports for s in r.status if complaint in s.message]

    status = session.wait(found, f'{complaint!r} in diagnostics')[-1]
    return {pair.key: pair.value for pair in status.values}


def reference(metres: np.ndarray, encoding: str, header: Header) -> Image:
    """Return depth as a real camera sends it, with holes."""
    holes = np.random.default_rng(0).random(metres.shape) < 0.2
    if encoding == '16UC1':
        pixels = np.where(holes, 0, np.round(metres * 1000)).astype(np.uint16)
    else:
        pixels = np.where(holes, np.nan, metres).astype(np.float32)
    msg = raw_image(pixels, encoding, padding=6)
    msg.header = header
    return msg


class DepthSensor:
    """Publishes depth for each image that the camera has sent."""

    def __init__(self, session, metres=METRES, encoding='32FC1') -> None:
        self.publisher = session.node.create_publisher(Image, 'reference_depth', 1)
        self.metres, self.encoding = metres, encoding

    def send(self, header: Header) -> None:
        self.publisher.publish(reference(self.metres, self.encoding, header))


# The lidar's x goes ahead and y to the left; the optical frame's z goes ahead and x to the right.
LIDAR_AXES = np.array([[0, -1, 0], [0, 0, -1], [1, 0, 0]], np.float64)


def scan_of(shift_m: float, header: Header) -> LaserScan:
    """Return what a lidar measures that stands `shift_m` to the right of the camera.

    Every other beam is aimed at a pixel of the camera's middle row; it hits what is there.
    """
    step, count = 0.01, 128
    columns = np.linspace(2, 125, 60)
    depth = np.interp(columns, np.arange(HW[1]), METRES[48])
    x = (columns - CAMERA.cx) / CAMERA.fx * depth - shift_m
    angles = np.arctan2(-x, depth)
    msg = LaserScan(header=header, angle_min=-step * count / 2, angle_increment=step)
    msg.range_min, msg.range_max = 0.05, 20.0
    ranges = np.full(count, np.inf, np.float32)
    beams = np.round((angles - msg.angle_min) / step).astype(int)
    inside = (beams >= 0) & (beams < count)
    # The wall is a function of the column: follow each beam to where it meets it.
    for beam in beams[inside]:
        ranges[beam] = range_along(msg.angle_min + step * beam, shift_m)
    msg.ranges = ranges.tolist()
    return msg


def range_along(angle: float, shift_m: float) -> float:
    """Return how far a beam goes until it is as far ahead as what the camera sees there."""
    reach = np.linspace(0.2, 12, 6000)
    ahead, right = reach * np.cos(angle), shift_m - reach * np.sin(angle)
    column = right / ahead * CAMERA.fx + CAMERA.cx
    surface = np.interp(column, np.arange(HW[1]), METRES[48])
    return float(reach[np.argmax(ahead >= surface)])


def pose_in_camera(shift_m: float) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = LIDAR_AXES
    pose[0, 3] = shift_m
    return pose


class Robot:
    """Publishes a scan and where the lidar was at its time, after where it is by now."""

    def __init__(self, session) -> None:
        self.scans = session.node.create_publisher(LaserScan, 'scan', 1)
        self.frames = session.node.create_publisher(TFMessage, 'tf', 100)

    def place(self, shift_m: float, stamp: Time) -> None:
        pose: TransformStamped = transform_msg(FRAME, 'lidar', pose_in_camera(shift_m), stamp)
        self.frames.publish(TFMessage(transforms=[pose]))
