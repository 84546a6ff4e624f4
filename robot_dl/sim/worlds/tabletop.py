"""A table with household and workshop objects, seen by a camera on a motorised boom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.worlds import looks
from robot_dl.sim.worlds.distractors import DISTRACTORS
from robot_dl.sim.worlds.objects import CLASSES, Rng
from robot_dl.sim.worlds.offscreen import import_mujoco
from robot_dl.sim.worlds.pixels import PixelTruth
from robot_dl.sim.worlds.placement import Place, place_all
from robot_dl.sim.worlds.scene import (
    ALONE_GROUP,
    BACKGROUND_GROUP,
    OBJECT_GROUP,
    TABLE_HEIGHT_M,
    Thing,
    build_model,
)
from robot_dl.sim.worlds.sensor import Sensor
from robot_dl.sim.worlds.truth import Truth, truth_from_owners
from robot_dl.sim.worlds.world import CameraWorld, Frame

LABELS: tuple[str, ...] = tuple(CLASSES)
SEGMENT_LABELS: tuple[str, ...] = ('background', *LABELS)
"""Classes of pixels: the objects' and that of everything else."""
AREA_HALF_M = (0.24, 0.30)
"""Half size of the area on which objects are put."""
SWEEP_RAD, SWEEP_S = 0.6, 30.0
"""How far the camera swings to each side, and how long a full swing takes."""
SETTLE_STEPS = 60


class TabletopWorld(CameraWorld):
    """One random table. The same seed, view and steps give the same pixels.

    A world renders with OpenGL, so use it in the thread that made it, and close it.
    """

    segment_labels = SEGMENT_LABELS

    def __init__(self, seed: int, size_hw: tuple[int, int] = (480, 640), view: int = 0) -> None:
        """Build the world.

        Args:
            seed: Everything random follows from it.
            size_hw: Size of the pictures, pixels.
            view: Which of the arrangements of this world's things; see `rearrange`.
        """
        self.seed, self.size_hw = seed, size_hw
        rng = np.random.default_rng([seed, 0])
        self._things = self._draw_things(rng)
        self._model = build_model(rng, self._things, size_hw)
        self._paints = self._model.mat_rgba.copy()
        self._open_camera()
        self._objects = [k for k, thing in enumerate(self._things) if thing.label]
        self._owner_of_geom = self._owners()
        self.rearrange(view)

    def rearrange(self, view: int) -> None:
        """Put the same things elsewhere, under another light, before another camera.

        Args:
            view: Any non-negative number; each is another arrangement, always the same one.
        """
        rng = np.random.default_rng([self.seed, 1, view])
        import_mujoco().mj_resetData(self._model, self._state)
        self._view, self._time_zero_rad = view, float(rng.uniform(-np.pi, np.pi))
        self._model.mat_rgba[:] = self._paints
        looks.tint_materials(rng, self._model)
        looks.aim_camera(rng, self._model, self.size_hw)
        looks.light_scene(rng, self._model)
        self._sensor = Sensor.draw(rng, self.size_hw)
        self._put_things(rng)
        self._sweep_phase = float(rng.uniform(-np.pi, np.pi))
        self._state.joint('camera_orbit_joint').qpos[0] = self._target_rad()
        for _ in range(SETTLE_STEPS):
            self._advance()
        self._state.time = 0.0

    def _draw_things(self, rng: Rng) -> list[Thing]:
        """Draw what stands on the table."""
        return _draw_things(rng)

    def _put_things(self, rng: Rng) -> None:
        """Find places for all things."""
        shapes = [thing.shape for thing in self._things]
        self._put_at(place_all(rng, shapes, AREA_HALF_M))

    def _put_at(self, places: list[Place | None]) -> None:
        """Put each thing at its place."""
        for thing, place in zip(self._things, places, strict=True):
            joint = self._state.joint(f'{thing.name}_joint')
            # What finds no room waits under the floor, where no camera looks.
            pos = place.pos if place else (0.0, 0.0, -5.0)
            joint.qpos[:3] = np.add(pos, (0.0, 0.0, TABLE_HEIGHT_M))
            joint.qpos[3:] = place.quat if place else (1.0, 0.0, 0.0, 0.0)

    def _target_rad(self) -> float:
        turn = 2 * np.pi * self._state.time / SWEEP_S + self._sweep_phase
        return self._time_zero_rad + SWEEP_RAD * float(np.sin(turn))

    def _advance(self) -> None:
        self._state.ctrl[0] = self._target_rad()
        import_mujoco().mj_step(self._model, self._state)

    def step(self, dt_s: float) -> None:
        """Let physics and the camera's motor run for `dt_s` seconds (to the nearest 4 ms)."""
        for _ in range(max(1, round(dt_s / self._model.opt.timestep))):
            self._advance()

    def truth(self) -> Truth:
        """Return what the picture shows, from the renderer's labels."""
        self._forward()
        groups = [BACKGROUND_GROUP, OBJECT_GROUP]
        geoms = self._offscreen.geom_ids(self._state, self.size_hw, groups)
        class_ids = [LABELS.index(str(self._things[k].label)) for k in self._objects]
        # The extra last entry answers for -1, the pixels that show no geom.
        return truth_from_owners(
            self._owner_of_geom[geoms], self._silhouettes(), np.array(class_ids, np.int64), LABELS
        )

    def _owners(self) -> NDArray[np.int32]:
        """Return the object of each geom [G + 1], -1 for none; the last entry is -1."""
        owners = np.full(self._model.ngeom + 1, -1, np.int32)
        for number, k in enumerate(self._objects):
            body = self._model.body(self._things[k].name).id
            owners[:-1][self._model.geom_bodyid == body] = number
        return owners

    def pixels(self, size_hw: tuple[int, int] | None = None) -> PixelTruth:
        """Return what every pixel shows.

        Args:
            size_hw: Size of the answer, at most that of the pictures, which is the default.
        """
        self._forward()
        geoms, depth_m = self._offscreen.geom_ids_and_depth(self._state, size_hw or self.size_hw)
        instance_ids = (self._owner_of_geom[geoms] + 1).astype(np.uint16)
        classes = [LABELS.index(str(self._things[k].label)) + 1 for k in self._objects]
        of_instance = np.array([0, *classes], np.uint8)
        return PixelTruth(
            SEGMENT_LABELS, of_instance[instance_ids], instance_ids, of_instance[1:], depth_m
        )

    def _silhouettes(self) -> NDArray[np.float64]:
        """Return the pixels [M] each object covers alone, seen in a frame twice as wide."""
        half = (self.size_hw[0] // 2, self.size_hw[1] // 2)
        fovy = float(self._model.cam_fovy[0])
        wide = 2 * np.degrees(np.arctan(2 * np.tan(np.radians(fovy) / 2)))
        self._model.cam_fovy[0] = wide
        pixels = np.empty(len(self._objects))
        for number in range(len(self._objects)):
            geoms = np.flatnonzero(self._owner_of_geom[:-1] == number)
            self._model.geom_group[geoms] = ALONE_GROUP
            alone = self._offscreen.geom_ids(self._state, half, [ALONE_GROUP])
            self._model.geom_group[geoms] = OBJECT_GROUP
            pixels[number] = 16.0 * np.count_nonzero(alone >= 0)
        self._model.cam_fovy[0] = fovy
        return pixels

    def joint_positions(self) -> dict[str, float]:
        """Return the motorised joints' positions, radians."""
        return {'camera_orbit_joint': float(self._state.joint('camera_orbit_joint').qpos[0])}

    def joint_velocities(self) -> dict[str, float]:
        """Return the motorised joints' velocities, radians per second."""
        return {'camera_orbit_joint': float(self._state.joint('camera_orbit_joint').qvel[0])}

    def frames(self) -> list[Frame]:
        """Return (parent, child, parent_T_child [4, 4], is_static) of every frame."""
        world_T_optical = self.world_T_camera_optical()
        table, orbit, link = map(self._world_T_body, ('table', 'camera_orbit', 'camera_link'))
        return [
            ('world', 'table', table, True),
            ('world', 'camera_orbit', orbit, False),
            ('camera_orbit', 'camera_link', np.linalg.inv(orbit) @ link, True),
            ('camera_link', 'camera_optical_frame', np.linalg.inv(link) @ world_T_optical, True),
        ]


def _draw_things(rng: Rng) -> list[Thing]:
    """Draw three to seven objects, no class thrice, and up to three distractors."""
    deck = rng.permutation(np.concatenate([rng.permutation(LABELS), rng.permutation(LABELS)[:3]]))
    labels = [str(label) for label in deck[: int(rng.integers(3, 8))]]
    things = [
        Thing(f'object_{k}_{label}', label, CLASSES[label](rng)) for k, label in enumerate(labels)
    ]
    names = rng.choice(list(DISTRACTORS), int(rng.integers(0, 4)))
    for k, name in enumerate(names):
        things.append(Thing(f'distractor_{k}_{name}', None, DISTRACTORS[str(name)](rng)))
    return things
