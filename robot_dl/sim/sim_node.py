"""A simulated world on ROS topics: camera, joints, robot, and what is really there."""

import time
from typing import Any

from rclpy.clock import Clock as RclClock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.time import Time
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Header
from std_srvs.srv import Trigger

from robot_dl.ros.live_params import LiveParams
from robot_dl.ros.main import run
from robot_dl.ros.qos import RESULTS
from robot_dl.sim.pace import Beat, Pace
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts import PARTS
from robot_dl.sim.stage import Stage
from robot_dl.sim.worlds import find_world

OPTICAL_FRAME = 'camera_optical_frame'


class SimNode(Node):
    """Publish what a camera in a simulated world sees, and the truth about it."""

    stage: Stage | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__('sim_node', **options)
        self._live = LiveParams(self, SimParams)
        params = self._live.value
        world_class = find_world(params.world)
        # Simulated time loses no moment; who lives in real time must see the world keep up.
        self._beat = Beat(params.rate_hz, world_class.state_hz, keeps_up=not params.publish_clock)
        self._speed = params.speed
        self._pace, self._time_ns = Pace(1 / (params.rate_hz * params.speed)), 0
        self.parts = [p(self, params) for p in PARTS if p.is_wanted(world_class, params)]
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
        self._show_scene(self.now())
        # The camera keeps real time, also for those who live in simulated time.
        steady = RclClock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(self._beat.period_s / self._speed, self.on_tick, clock=steady)
        self.create_service(Trigger, '~/next_scene', self.on_next_scene)
        self.get_logger().info(f'showing {params.world} {params.seed} at {params.rate_hz:g} Hz')
        return True

    def on_tick(self) -> None:
        """Let the world run for one period or more, and show what has become of it."""
        started_s = time.monotonic()
        periods, has_image = self._beat.strike(started_s * self._speed)
        if not periods:
            return
        dt_s = periods * self._beat.period_s
        self._time_ns += round(dt_s * 1e9)
        changed = self.stage.advance(dt_s, self._live.value.scene_period_s)
        world = self.stage.world
        if has_image:
            self._draw()
        # The world stands still while it is drawn: this is the moment that the image shows.
        now = self.now()
        if changed:
            self._show_scene(now)
        self._show_state(now)
        if has_image:
            header = Header(stamp=now.to_msg(), frame_id=OPTICAL_FRAME)
            for part in self.parts:
                part.on_image(world, header)
            self._watch_pace(time.monotonic() - started_s)

    def now(self) -> Time:
        """Return the time of the stamps: simulated time where it is published."""
        return Time(nanoseconds=self._time_ns) if self.clock else self.get_clock().now()

    def _draw(self) -> None:
        """Draw what takes long; a world whose camera cannot be opened goes on without it."""
        try:
            for part in self.parts:
                part.draw(self.stage.world)
        except RuntimeError as error:
            self.get_logger().error(str(error), throttle_duration_sec=10.0)

    def on_next_scene(self, _: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        """Show the world of the next seed: another scene, or another episode."""
        self.stage.show_next()
        self._show_scene(self.now())
        answer.success, answer.message = True, f'{self._live.value.world} {self.stage.seed}'
        return answer

    def _show_scene(self, now: Time) -> None:
        for part in self.parts:
            part.on_scene(self.stage.world, now.to_msg())

    def _show_state(self, now: Time) -> None:
        """Publish time, frames and joints, which must be known when the image arrives."""
        if self.clock:
            self.clock.publish(Clock(clock=now.to_msg()))
        for part in self.parts:
            part.on_state(self.stage.world, now.to_msg())

    def _watch_pace(self, took_s: float) -> None:
        if complaint := self._pace.complaint(took_s):
            self.get_logger().warning(complaint, throttle_duration_sec=10.0)

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
