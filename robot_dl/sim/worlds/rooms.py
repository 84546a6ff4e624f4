"""Rooms and corridors with doors, furniture and things that move, seen by a robot on the floor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.pinhole import Pinhole
from robot_dl.sim.rooms import looks
from robot_dl.sim.rooms.doors import LEAF_HALF_M
from robot_dl.sim.rooms.layout import Grid, corners, free_floor, stamp
from robot_dl.sim.rooms.model import build_floor
from robot_dl.sim.rooms.poses import place_obstacle, start_pose
from robot_dl.sim.worlds.offscreen import Offscreen, import_mujoco
from robot_dl.sim.worlds.pixels import PixelTruth
from robot_dl.sim.worlds.sensor import Sensor

SEGMENT_LABELS: tuple[str, ...] = ('floor', 'wall', 'door', 'furniture', 'moving_obstacle')
"""Classes of pixels. `wall` is all that stays: walls, ceiling, frames, windows, pictures; a `door`
is the leaf with its handle, so an open doorway is none."""
_FLOOR, _WALL, _DOOR, _FURNITURE, _OBSTACLE = range(5)

# From MuJoCo's camera axes (x right, y up, looking along -z) to REP-103's optical ones.
_OPTICAL = np.diag([1.0, -1.0, -1.0])


class RoomsWorld:
    """One random floor. The same seed, view and steps give the same pixels.

    A world renders with OpenGL, so use it in the thread that made it, and close it.
    """

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
        self._state = import_mujoco().MjData(self._model)
        self._offscreen = Offscreen(self._model, size_hw)
        self._furnished = self._standing_free()
        self._label_geoms()
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
        self._state.qpos[:3] = x, y, yaw
        looks.light_rooms(rng, self._model, self._floor.plan, (x, y))
        self._put_obstacles(rng, free, (x, y))
        self._sensor = Sensor.draw(rng, self.size_hw)
        self._state.time = 0.0

    def _standing_free(self) -> Grid:
        """Return the floor that the furniture leaves free; doors count as open."""
        free = free_floor(self._floor.plan, with_doors=True)
        for thing in self._floor.furniture:
            outline = corners(thing.piece.half_xy, thing.x, thing.y, thing.yaw)
            free &= ~stamp(free.shape, outline)
        return free

    def _puppet(self, name: str, x: float, y: float, yaw: float) -> None:
        """Put a body that is moved by hand at a pose on the floor."""
        number = self._model.body(name).mocapid[0]
        self._state.mocap_pos[number] = [x, y, 0.0]
        self._state.mocap_quat[number] = [np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)]

    def _turn_doors(self, rng: np.random.Generator) -> Grid:
        """Draw how far each door is open; return the floor that is left free."""
        free = self._furnished.copy()
        for door in self._floor.doors:
            (x, y), yaw = door.hinge(), door.yaw(door.draw_angle(rng))
            self._puppet(door.name, x, y, yaw)
            half = door.gap.width / 2 - 0.03
            middle = x + half * np.cos(yaw), y + half * np.sin(yaw)
            free &= ~stamp(free.shape, corners((half, LEAF_HALF_M), *middle, yaw))
        return free

    def _put_obstacles(
        self, rng: np.random.Generator, free: Grid, robot_xy: tuple[float, float]
    ) -> None:
        free = free.copy()
        for number, (_, piece) in enumerate(self._floor.obstacles):
            radius = float(np.hypot(*piece.half_xy))
            x, y, yaw = place_obstacle(rng, free, radius, robot_xy)
            free &= ~stamp(free.shape, corners(piece.half_xy, x, y, yaw))
            self._puppet(f'obstacle_{number}', x, y, yaw)

    @property
    def time_s(self) -> float:
        """Simulated time since the start, seconds."""
        return float(self._state.time)

    @property
    def pinhole(self) -> Pinhole:
        """The camera's intrinsics; the centre of the first pixel is (0, 0), as in ROS."""
        height, width = self.size_hw
        focal = height / 2 / np.tan(np.radians(float(self._model.cam_fovy[0])) / 2)
        return Pinhole(focal, focal, (width - 1) / 2, (height - 1) / 2, self.size_hw)

    def world_T_camera_optical(self) -> NDArray[np.float64]:  # noqa: N802
        """Return the optical frame's pose [4, 4] in the world (x right, y down, z forward)."""
        self._forward()
        pose = np.eye(4)
        pose[:3, :3] = self._state.cam_xmat[0].reshape(3, 3) @ _OPTICAL
        pose[:3, 3] = self._state.cam_xpos[0]
        return pose

    def render_rgb(self) -> NDArray[np.uint8]:
        """Return the camera's picture [H, W, 3] with its noise; the same at the same time."""
        self._forward()
        moment = round(self.time_s / self._model.opt.timestep)
        rng = np.random.default_rng([self.seed, 12, self._view, moment])
        return self._sensor.expose(self._offscreen.rgb(self._state), rng)

    def render_depth(self) -> NDArray[np.float32]:
        """Return the distance along the optical axis [H, W] in metres, NaN for none (REP-118)."""
        self._forward()
        return self._offscreen.depth(self._state)

    def pixels(self, size_hw: tuple[int, int] | None = None) -> PixelTruth:
        """Return what every pixel shows; doors, furniture and what moves are its objects.

        Args:
            size_hw: Size of the answer, at most that of the pictures, which is the default.
        """
        self._forward()
        geoms, depth_m = self._offscreen.geom_ids_and_depth(self._state, size_hw or self.size_hw)
        return PixelTruth(
            SEGMENT_LABELS,
            self._class_of_geom[geoms],
            self._instance_of_geom[geoms],
            self._instance_classes,
            depth_m,
        )

    def _label_geoms(self) -> None:
        """Note class and object of each geom [G + 1]; the last entry answers for no geom."""
        counts = {
            'door': (_DOOR, [door.name for door in self._floor.doors]),
            'furniture': (
                _FURNITURE,
                [f'furniture_{k}' for k in range(len(self._floor.furniture))],
            ),
            'obstacle': (
                _OBSTACLE,
                [f'obstacle_{k}' for k in range(len(self._floor.obstacles))],
            ),
        }
        self._class_of_geom = np.full(self._model.ngeom + 1, _WALL, np.uint8)
        self._instance_of_geom = np.zeros(self._model.ngeom + 1, np.uint16)
        self._class_of_geom[:-1][self._of_body('floor')] = _FLOOR
        classes: list[int] = []
        for class_id, names in counts.values():
            for name in names:
                classes.append(class_id)
                self._class_of_geom[:-1][self._of_body(name)] = class_id
                self._instance_of_geom[:-1][self._of_body(name)] = len(classes)
        self._instance_classes = np.array(classes, np.uint8)

    def _of_body(self, name: str) -> NDArray[np.bool_]:
        return self._model.geom_bodyid == self._model.body(name).id

    def _forward(self) -> None:
        import_mujoco().mj_forward(self._model, self._state)

    def close(self) -> None:
        """Release the OpenGL context. Safe to call twice."""
        self._offscreen.close()

    def __enter__(self) -> RoomsWorld:
        """Return itself."""
        return self

    def __exit__(self, *_: Any) -> None:
        """Close the world."""
        self.close()
