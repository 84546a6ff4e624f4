"""Rooms and corridors with doors, furniture and things that move, seen by a robot on the floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.rooms import looks
from robot_dl.sim.rooms.crowd import Crowd, put
from robot_dl.sim.rooms.doors import LEAF_HALF_M
from robot_dl.sim.rooms.layout import Grid, corners, free_floor, stamp
from robot_dl.sim.rooms.lidar import LASER_HEIGHT_M, LidarSpec, Ranges
from robot_dl.sim.rooms.model import TIMESTEP_S, build_floor
from robot_dl.sim.rooms.occupancy import Leaf, Occupancy, draw_map
from robot_dl.sim.rooms.odometry import Motion, Pose
from robot_dl.sim.rooms.poses import start_pose
from robot_dl.sim.rooms.robot import Robot
from robot_dl.sim.rooms.segments import SEGMENT_LABELS, segments_of
from robot_dl.sim.worlds.offscreen import import_mujoco
from robot_dl.sim.worlds.pixels import PixelTruth
from robot_dl.sim.worlds.sensor import Sensor
from robot_dl.sim.worlds.world import CameraWorld, Frame

WHEELS = ('left_wheel_joint', 'right_wheel_joint')
WALK_STEPS = 4
"""What moves is moved every so many steps of physics."""


class RoomsWorld(CameraWorld):
    """One random floor. The same seed, view and steps give the same pixels.

    A world renders with OpenGL, so use it in the thread that made it, and close it.
    """

    state_hz = 30.0
    noise_stream = 12
    segment_labels = SEGMENT_LABELS

    def __init__(self, seed: int, size_hw: tuple[int, int] = (480, 640), view: int = 0) -> None:
        """Build the world.

        Args:
            seed: Everything random follows from it.
            size_hw: Size of the pictures, pixels.
            view: Which start of the robot on this floor; see `rearrange`.
        """
        self.seed, self.size_hw = seed, size_hw
        self._floor = build_floor(np.random.default_rng([seed, 10]), size_hw)
        self._model = self._floor.model
        self._paints = self._model.mat_rgba.copy()
        self._open_camera()
        pieces = [piece for _, piece in self._floor.obstacles]
        self._crowd = Crowd(self._model, self._state, pieces)
        self._furnished, self._segments = self._standing_free(), segments_of(self._floor)
        self.rearrange(view)

    def rearrange(self, view: int) -> None:
        """Put the robot and what moves elsewhere, turn the doors, change the light.

        Args:
            view: Any non-negative number; each is another arrangement, always the same one.
        """
        rng = np.random.default_rng([self.seed, 11, view])
        import_mujoco().mj_resetData(self._model, self._state)
        self._view = view
        self._model.mat_rgba[:] = self._paints
        looks.tint_materials(rng, self._model)
        looks.mount_camera(rng, self._model)
        free = self._turn_doors(rng)
        x, y, yaw = start_pose(rng, free)
        self.robot = Robot(self._model, self._state, Pose(x, y, yaw), (self.seed, view))
        looks.light_rooms(rng, self._model, self._floor.plan, (x, y))
        ways = np.random.default_rng([self.seed, 13, view])
        self._crowd.place(rng, ways, free, self.robot.pose)
        self._sensor = Sensor.draw(rng, self.size_hw)
        self._state.time, self._steps = 0.0, 0
        self._forward()

    def _standing_free(self) -> Grid:
        """Return the floor that the furniture leaves free; doors count as open."""
        free = free_floor(self._floor.plan, with_doors=True)
        for thing in self._floor.furniture:
            outline = corners(thing.piece.half_xy, thing.x, thing.y, thing.yaw)
            free &= ~stamp(free.shape, outline)
        return free

    def _turn_doors(self, rng: np.random.Generator) -> Grid:
        """Draw how far each door is open; return the floor that is left free."""
        free, self._leaves = self._furnished.copy(), list[Leaf]()
        for door in self._floor.doors:
            (x, y), yaw = door.hinge(), door.yaw(door.draw_angle(rng))
            put(self._model, self._state, door.name, x, y, yaw)
            half = door.gap.width / 2 - 0.03
            middle = x + half * np.cos(yaw), y + half * np.sin(yaw)
            free &= ~stamp(free.shape, corners((half, LEAF_HALF_M), *middle, yaw))
            self._leaves.append((*middle, yaw, half, LEAF_HALF_M))
        return free

    def command(self, speed_mps: float, turn_radps: float) -> None:
        """Drive the robot until the next command, or until it has been silent for 0.5 s.

        Args:
            speed_mps: Ahead, or back if negative; cut down to what the robot can do.
            turn_radps: To the left, or to the right if negative; the same.

        Raises:
            ValueError: If a number is not finite.
        """
        self.robot.command(speed_mps, turn_radps)

    def step(self, dt_s: float) -> None:
        """Let the robot drive and what moves move for `dt_s` seconds (to the nearest 5 ms)."""
        self.robot.has_touched = False
        for _ in range(max(1, round(dt_s / TIMESTEP_S))):
            if self._steps % WALK_STEPS == 0:
                self._crowd.advance(WALK_STEPS * TIMESTEP_S, self.robot.pose)
            self.robot.push(TIMESTEP_S)
            import_mujoco().mj_step(self._model, self._state)
            self.robot.feel()
            self._steps += 1

    @property
    def has_touched(self) -> bool:
        """Whether the robot touched anything in the last `step`."""
        return self.robot.has_touched

    def odometry(self) -> Motion:
        """Return what the robot believes: its pose in the frame `odom`, with drift."""
        return self.robot.believed

    def true_motion(self) -> Motion:
        """Return where the robot is in the frame `map`, and how it moves."""
        return self.robot.motion

    @property
    def lidar(self) -> LidarSpec:
        """What the lidar is like."""
        return self.robot.lidar

    def scan(self) -> Ranges:
        """Return the lidar's ranges [B] in metres (REP-117); the same at the same time."""
        self._forward()
        return self.robot.scan(np.random.default_rng([self.seed, 16, self._view, self._steps]))

    def occupancy(self, resolution_m: float = 0.05) -> Occupancy:
        """Return the true map: walls, doors as they are, and furniture up to a robot's height.

        Raises:
            ValueError: If the resolution is not positive.
        """
        return draw_map(self._floor.plan, self._floor.furniture, self._leaves, resolution_m)

    def joint_positions(self) -> dict[str, float]:
        """Return how far the wheels have turned, radians."""
        return dict(zip(WHEELS, self.robot.wheels_rad, strict=True))

    def joint_velocities(self) -> dict[str, float]:
        """Return how fast the wheels turn, radians per second."""
        return dict(zip(WHEELS, self.robot.wheels_radps, strict=True))

    def frames(self) -> list[Frame]:
        """Return (parent, child, parent_T_child [4, 4], is_static) of every frame (REP-105)."""
        self._forward()
        base, link = (self._world_T_body(name) for name in ('base_link', 'camera_link'))
        laser = np.eye(4)
        optical = self.world_T_camera_optical()
        laser[2, 3] = LASER_HEIGHT_M
        return [
            ('odom', 'base_link', self.odometry().pose.matrix, False),
            ('base_link', 'camera_link', np.linalg.inv(base) @ link, True),
            ('camera_link', 'camera_optical_frame', np.linalg.inv(link) @ optical, True),
            ('base_link', 'laser', laser, True),
        ]

    def map_T_odom(self) -> NDArray[np.float64]:  # noqa: N802
        """Return where the frame `odom` is in `map` [4, 4]: what a perfect localisation says."""
        return self.robot.pose.matrix @ np.linalg.inv(self.odometry().pose.matrix)

    def pixels(self, size_hw: tuple[int, int] | None = None) -> PixelTruth:
        """Return what every pixel shows; doors, furniture and what moves are its objects.

        Args:
            size_hw: Size of the answer, at most that of the pictures, which is the default.
        """
        self._forward()
        geoms, depth_m = self._offscreen.geom_ids_and_depth(self._state, size_hw or self.size_hw)
        return PixelTruth(
            SEGMENT_LABELS,
            self._segments.class_of_geom[geoms],
            self._segments.instance_of_geom[geoms],
            self._segments.instance_class_ids,
            depth_m,
        )
