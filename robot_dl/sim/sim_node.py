"""A simulated world on ROS topics: camera, depth, joints, frames, and what is really there."""

import time
from typing import Any

import numpy as np
from rclpy.clock import Clock as RclClock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.time import Time
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray

from robot_dl.core.detections import Detections
from robot_dl.ros.cameras import CameraPublisher
from robot_dl.ros.detections import detections_to_msg
from robot_dl.ros.frames import FrameBroadcaster
from robot_dl.ros.geometry import joint_state_msg
from robot_dl.ros.live_params import LiveParams
from robot_dl.ros.main import run
from robot_dl.ros.qos import RESULTS
from robot_dl.sim.pace import Pace
from robot_dl.sim.params import SimParams
from robot_dl.sim.stage import Stage

OPTICAL_FRAME = 'camera_optical_frame'


class SimNode(Node):
    """Publish what a camera in a simulated world sees, and the truth about it."""

    stage: Stage | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__('sim_node', **options)
        self._live = LiveParams(self, SimParams)
        params = self._live.value
        self._period_s, self._time_ns = 1 / params.rate_hz, 0
        self._pace = Pace(self._period_s)
        self.color = CameraPublisher(self, 'camera', 'rgb8')
        self.depth = CameraPublisher(self, 'camera/depth', '32FC1') if params.depth else None
        self.truth = self.create_publisher(Detection2DArray, 'truth/detections', RESULTS)
        self.joints = self.create_publisher(JointState, 'joint_states', RESULTS)
        self.frames = FrameBroadcaster(self)
        self.clock = None
        if params.publish_clock:
            self.clock = self.create_publisher(Clock, 'clock', RESULTS)

    def start(self) -> bool:
        """Build the world and start the camera; return False where nothing can be rendered."""
        params = self._live.value
        try:
            self.stage = Stage(params.world, params.seed, (params.height, params.width))
        except (RuntimeError, ImportError) as error:
            self.get_logger().fatal(str(error))
            return False
        self.frames.send_static(self.stage.world.frames(), self._now().to_msg())
        # The camera keeps real time, also for those who live in simulated time.
        steady = RclClock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(self._period_s, self.on_tick, clock=steady)
        self.get_logger().info(f'showing {params.world} {params.seed} at {params.rate_hz:g} Hz')
        return True

    def on_tick(self) -> None:
        """Let the world run for one period, and show what has become of it."""
        started_s = time.monotonic()
        self._time_ns += round(self._period_s * 1e9)
        changed = self.stage.advance(self._period_s, self._live.value.scene_period_s)
        world = self.stage.world
        rgb = world.render_rgb() if self.color.is_watched else None
        # The world stands still while it is drawn: this is the moment that the image shows.
        header = Header(stamp=self._now().to_msg(), frame_id=OPTICAL_FRAME)
        self._publish_state(header, changed)
        self.color.publish(rgb, world.pinhole, header)
        if self.depth:
            depth_m = world.render_depth() if self.depth.is_watched else None
            self.depth.publish(depth_m, world.pinhole, header)
        if self.truth.get_subscription_count():
            self._publish_truth(header)
        if complaint := self._pace.complaint(time.monotonic() - started_s):
            self.get_logger().warning(complaint, throttle_duration_sec=10.0)

    def _now(self) -> Time:
        return Time(nanoseconds=self._time_ns) if self.clock else self.get_clock().now()

    def _publish_state(self, header: Header, changed: bool) -> None:
        """Publish time, frames and joints, which must be known when the image arrives."""
        if self.clock:
            self.clock.publish(Clock(clock=header.stamp))
        world = self.stage.world
        frames = world.frames()
        if changed:
            self.frames.send_static(frames, header.stamp)
        self.frames.send_moving(frames, header.stamp)
        positions, velocities = world.joint_positions(), world.joint_velocities()
        self.joints.publish(joint_state_msg(positions, velocities, header.stamp))

    def _publish_truth(self, header: Header) -> None:
        """Publish the objects in the image, with score 0 for those that do not count."""
        truth = self.stage.world.truth()
        scores = np.where(truth.ignored, 0, 1).astype(np.float32)
        objects = Detections(truth.boxes_xyxy, scores, truth.class_ids)
        self.truth.publish(detections_to_msg(objects, header, truth.labels))

    def destroy_node(self) -> None:
        """Release what the world renders with, then the node."""
        if self.stage:
            self.stage.close()
        super().destroy_node()


def main() -> int:
    """Run the node; returns the process's exit code."""
    return run(SimNode)


if __name__ == '__main__':
    raise SystemExit(main())
