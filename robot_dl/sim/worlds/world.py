"""What every world has: a MuJoCo model, its state, and a camera that is not perfect."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.pinhole import Pinhole
from robot_dl.sim.worlds.offscreen import Offscreen, import_mujoco
from robot_dl.sim.worlds.pixels import PixelTruth
from robot_dl.sim.worlds.sensor import Sensor

Frame = tuple[str, str, NDArray[np.float64], bool]
"""Parent, child, parent_T_child [4, 4] in metres, and whether it never moves."""

# From MuJoCo's camera axes (x right, y up, looking along -z) to REP-103's optical ones.
_OPTICAL = np.diag([1.0, -1.0, -1.0])


class World(Protocol):
    """What is asked of every world.

    A world may offer more: `truth()` (boxes of objects), and what `Drivable` has.
    """

    seed: int
    size_hw: tuple[int, int]
    state_hz: float
    segment_labels: tuple[str, ...]

    def __init__(self, seed: int, size_hw: tuple[int, int] = (480, 640), view: int = 0) -> None:
        """Build world `seed`; see `rearrange`."""

    def rearrange(self, view: int) -> None:
        """Change to another arrangement: places, light, camera."""

    def step(self, dt_s: float) -> None:
        """Let time go by."""

    @property
    def time_s(self) -> float:
        """Simulated time since the start, seconds."""

    @property
    def pinhole(self) -> Pinhole:
        """The camera's intrinsics."""

    def render_rgb(self) -> NDArray[np.uint8]:
        """Return the camera's picture [H, W, 3]."""

    def render_depth(self) -> NDArray[np.float32]:
        """Return the distance along the optical axis [H, W] in metres, NaN for none."""

    def pixels(self, size_hw: tuple[int, int] | None = None) -> PixelTruth:
        """Return what every pixel shows."""

    def frames(self) -> list[Frame]:
        """Return every frame."""

    def joint_positions(self) -> dict[str, float]:
        """Return the joints' positions."""

    def joint_velocities(self) -> dict[str, float]:
        """Return the joints' velocities."""

    def close(self) -> None:
        """Release the OpenGL context."""


class CameraWorld:
    """The camera of a world, and its end.

    A world builds `_model` first, calls `_open_camera`, and draws a `_sensor` for each view.
    """

    state_hz = 0.0
    """How often, at least, joints and frames are worth telling; 0 is with each image."""
    noise_stream = 2
    """Which stream of random numbers the noise of the pictures is."""
    seed: int
    size_hw: tuple[int, int]
    _model: Any
    _sensor: Sensor
    _view: int

    def _open_camera(self) -> None:
        """Make the state of the model, and prepare for pictures of it."""
        self._state = import_mujoco().MjData(self._model)
        self._offscreen = Offscreen(self._model, self.size_hw)

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

    def render_rgb(self) -> NDArray[np.uint8]:
        """Return the camera's picture [H, W, 3] with its noise; the same at the same time."""
        self._forward()
        moment = round(self.time_s / self._model.opt.timestep)
        rng = np.random.default_rng([self.seed, self.noise_stream, self._view, moment])
        return self._sensor.expose(self._offscreen.rgb(self._state), rng)

    def render_depth(self) -> NDArray[np.float32]:
        """Return the distance along the optical axis [H, W] in metres, NaN for none (REP-118)."""
        self._forward()
        return self._offscreen.depth(self._state)

    def world_T_camera_optical(self) -> NDArray[np.float64]:  # noqa: N802
        """Return the optical frame's pose [4, 4] in the world (x right, y down, z forward)."""
        self._forward()
        pose = np.eye(4)
        pose[:3, :3] = self._state.cam_xmat[0].reshape(3, 3) @ _OPTICAL
        pose[:3, 3] = self._state.cam_xpos[0]
        return pose

    def _world_T_body(self, name: str) -> NDArray[np.float64]:  # noqa: N802
        """Return a body's pose [4, 4] as it was when positions were last computed."""
        body = self._state.body(name)
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = body.xmat.reshape(3, 3), body.xpos
        return pose

    def _forward(self) -> None:
        import_mujoco().mj_forward(self._model, self._state)

    def close(self) -> None:
        """Release the OpenGL context. Safe to call twice."""
        self._offscreen.close()

    def __enter__(self) -> Any:
        """Return itself."""
        return self

    def __exit__(self, *_: Any) -> None:
        """Close the world."""
        self.close()
