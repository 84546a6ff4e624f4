"""A node that publishes the frames of a source as a camera."""

import time
from collections.abc import Callable, Iterator
from itertools import count

from builtin_interfaces.msg import Time
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image, RegionOfInterest
from std_msgs.msg import Header

from robot_dl.cli.sources.frame import Calibration, Frame, RawImage, Source, Tell
from robot_dl.cli.sources.options import PlayOptions
from robot_dl.cli.sources.schedule import Schedule
from robot_dl.ros.images import message_bytes
from robot_dl.ros.qos import CAMERA

NANOSECONDS = 1_000_000_000


class Player:
    """Publish `camera/image_raw`, and `camera/camera_info` where a calibration is known."""

    def __init__(self, source: Source, options: PlayOptions, tell: Tell) -> None:
        """Announce the topics."""
        self.node = Node('player')
        self.source, self.options, self.tell = source, options, tell
        self.images = self.node.create_publisher(Image, 'camera/image_raw', CAMERA)
        known = options.calibration or source.calibration
        self.infos = (
            self.node.create_publisher(CameraInfo, 'camera/camera_info', CAMERA) if known else None
        )
        self.misfits: set[tuple[int, int]] = set()
        self.published = 0
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)

    def play(self) -> None:
        """Publish the source's frames.

        Raises:
            ValueError: If the source has no frame that can be read.
        """
        if not self.source.is_live:
            self._wait_until(self._is_watched, time.monotonic() + self.options.wait_s)
        for frame, stamp_ns in self._timed():
            if not self.node.context.ok():
                break
            self._publish(frame, stamp_ns)
            self.published += 1
        if self.node.context.ok():
            self.images.wait_for_all_acked(Duration(seconds=1))

    def _timed(self) -> Iterator[tuple[Frame, int]]:
        """Yield each frame when it is due, with its stamp in nanoseconds."""
        if self.source.is_live:
            yield from self._thinned()
            return
        schedule = Schedule(self.options.speed)
        for index, frame in enumerate(self._frames(schedule)):
            due_ns = schedule.due_ns(self._time_ns(frame, index), time.time_ns())
            early_s = (due_ns - time.time_ns()) / 1e9
            self._wait_until(lambda: not self.node.context.ok(), time.monotonic() + early_s)
            yield frame, frame.time_ns if self.options.original_stamps else due_ns

    def _time_ns(self, frame: Frame, index: int) -> int:
        rate_hz = self.options.rate_hz
        return round(index * NANOSECONDS / rate_hz) if rate_hz else frame.time_ns

    def _frames(self, schedule: Schedule) -> Iterator[Frame]:
        """Yield the frames of one round, or of round after round."""
        for _ in count() if self.options.loop else range(1):
            frame = None
            for frame in self.source.frames(self.tell):
                yield frame
            if frame is None:
                raise ValueError(
                    f'{self.source.title}: expected images, could not read a single one'
                )
            if not self.options.rate_hz:
                schedule.restart()

    def _thinned(self) -> Iterator[tuple[Frame, int]]:
        """Yield a live camera's frames, without those that come faster than asked for."""
        period_ns = round(0.9 * NANOSECONDS / self.options.rate_hz) if self.options.rate_hz else 0
        last_ns = 0
        for frame in self.source.frames(self.tell):
            if frame.time_ns - last_ns >= period_ns:
                last_ns = frame.time_ns
                yield frame, frame.time_ns

    def _publish(self, frame: Frame, stamp_ns: int) -> None:
        sec, nanosec = divmod(stamp_ns, NANOSECONDS)
        name = frame.frame_id if self.options.frame_id is None else self.options.frame_id
        header = Header(stamp=Time(sec=sec, nanosec=nanosec), frame_id=name)
        self.images.publish(image_msg(frame.image, header))
        calibration = self._calibration_of(frame)
        if calibration and self.infos:
            self.infos.publish(camera_info_msg(calibration, header))

    def _calibration_of(self, frame: Frame) -> Calibration | None:
        """Return the user's calibration, if it is one for this image; else the source's."""
        given, size_hw = self.options.calibration, frame.image.size_hw
        if given is None or given.size_hw == size_hw:
            return given or frame.calibration
        if size_hw not in self.misfits:
            self.misfits.add(size_hw)
            (height, width), (wanted_height, wanted_width) = size_hw, given.size_hw
            wanted = f'the calibration is for {wanted_width} x {wanted_height}'
            self.tell(f'no camera_info for images of {width} x {height}: {wanted}')
        return None

    def _is_watched(self) -> bool:
        return self.images.get_subscription_count() > 0 or not self.node.context.ok()

    def _wait_until(self, condition: Callable[[], bool], deadline_s: float) -> None:
        """Serve the node until `condition`, at most until `deadline_s` on the steady clock."""
        while not condition() and (left_s := deadline_s - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=min(left_s, 0.05))


def image_msg(image: RawImage, header: Header) -> Image:
    """Return the message of an image."""
    height, width = image.size_hw
    return Image(
        header=header,
        height=height,
        width=width,
        encoding=image.encoding,
        is_bigendian=int(image.is_bigendian),
        step=image.step,
        data=message_bytes(image.data),
    )


def camera_info_msg(calibration: Calibration, header: Header) -> CameraInfo:
    """Return the message of a calibration."""
    height, width = calibration.size_hw
    x, y, roi_width, roi_height = calibration.roi_xywh
    return CameraInfo(
        header=header,
        height=height,
        width=width,
        distortion_model=calibration.distortion_model,
        d=calibration.d,
        k=calibration.k,
        r=calibration.r,
        p=calibration.p,
        binning_x=calibration.binning_xy[0],
        binning_y=calibration.binning_xy[1],
        roi=RegionOfInterest(
            x_offset=x,
            y_offset=y,
            width=roi_width,
            height=roi_height,
            do_rectify=calibration.do_rectify,
        ),
    )
