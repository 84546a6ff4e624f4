"""What every world has that is there to be controlled: joints with limits, and an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.worlds.offscreen import Offscreen, import_mujoco
from robot_dl.sim.worlds.sensor import Sensor
from robot_dl.sim.worlds.world import CameraWorld, Frame

if TYPE_CHECKING:
    from robot_dl.core.motion import Setpoint
    from robot_dl.sim.controllers.group import JointGroup

WAITING, RUNNING, SUCCEEDED, FAILED = 'waiting', 'running', 'succeeded', 'failed'


@dataclass(frozen=True)
class Outcome:
    """How an episode stands.

    Attributes:
        state: WAITING for the first command, RUNNING, SUCCEEDED or FAILED; the last two stay.
        reason: Why it is over; empty while it is not.
        facts: What was measured, by a name with its unit, e.g. {'distance_m': 0.01}.
    """

    state: str
    reason: str = ''
    facts: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether nothing can change it any more."""
        return self.state in (SUCCEEDED, FAILED)


class ControlWorld(Protocol):
    """What is asked of a world whose joints are commanded.

    An episode begins with the first command: until then the world is held, as a person holds a
    pole upright, so that nobody hurries who connects over a network. Simulated time goes on while
    it is held. The next episode is another `seed`, or another `view` of the same (`rearrange`).
    """

    seed: int
    size_hw: tuple[int, int]
    state_hz: float
    groups: Mapping[str, JointGroup]
    """Controllers by the prefix of their topics; '' is the one that `command` speaks to."""
    episode_s: float
    """How long an episode lasts at most, simulated seconds."""

    def __init__(self, seed: int, size_hw: tuple[int, int] = (480, 640), view: int = 0) -> None:
        """Build world `seed`; opens no camera."""

    def rearrange(self, view: int) -> None:
        """Begin another episode, always the same one for the same seed and view."""

    def command(self, setpoint: Setpoint) -> None:
        """Move the joints of the group '' as its controller would; joints are found by name.

        Raises:
            ValueError: Another kind than the controller's, other joints, or not finite.
        """

    def step(self, dt_s: float) -> None:
        """Let time go by: controllers and physics."""

    @property
    def time_s(self) -> float:
        """Simulated time since the start, seconds."""

    @property
    def has_begun(self) -> bool:
        """Whether a command has come since `rearrange`."""

    def outcome(self) -> Outcome:
        """Return how the episode stands."""

    def joint_positions(self) -> dict[str, float]:
        """Return what the encoders say, in the order of `joint_states`, rad or m."""

    def joint_velocities(self) -> dict[str, float]:
        """Return how fast they turn, rad/s or m/s."""

    def joint_efforts(self) -> dict[str, float]:
        """Return what the motors do, N·m or N."""

    def frames(self) -> list[Frame]:
        """Return every frame."""

    def goal(self) -> tuple[str, NDArray[np.float64]] | None:
        """Return a frame and the goal's pose [4, 4] in it; None where there is no goal."""

    def readings(self) -> dict[str, Any]:
        """Return what a policy may know now, from which training builds its `Readings`.

        Keys are those of `Readings`: stamp_ns, joint_names [J], joint_positions [J],
        joint_velocities [J], joint_efforts [J], and goals {frame: [4, 4]} where there is a goal.
        Joints are in the order of `joint_states`, with the same noise as there.
        """

    def close(self) -> None:
        """Release what was opened."""


class LazyCameraWorld(CameraWorld):
    """A world whose camera is opened when the first picture is asked for.

    A world builds `_model`, and calls `_open_state`.
    """

    _lazy: Offscreen | None = None
    _seen: tuple[int, Sensor] | None = None

    def _open_state(self) -> None:
        """Make the state of the model."""
        self._state = import_mujoco().MjData(self._model)

    @property
    def _offscreen(self) -> Offscreen:
        if self._lazy is None:
            self._lazy = Offscreen(self._model, self.size_hw)
        return self._lazy

    @property
    def _sensor(self) -> Sensor:
        """The camera's imperfections in this view."""
        if self._seen is None or self._seen[0] != self._view:
            rng = np.random.default_rng([self.seed, 3, self._view])
            self._seen = self._view, Sensor.draw(rng, self.size_hw)
        return self._seen[1]

    def close(self) -> None:
        """Release the OpenGL context, if it was opened. Safe to call twice."""
        if self._lazy is not None:
            self._lazy.close()
            self._lazy = None


def readings_of(world: ControlWorld) -> dict[str, Any]:
    """Return those `readings` that every such world has: stamp and joints."""
    positions = world.joint_positions()
    tables = {
        'joint_positions': positions,
        'joint_velocities': world.joint_velocities(),
        'joint_efforts': world.joint_efforts(),
    }
    found: dict[str, Any] = {
        key: np.array([table[name] for name in positions]) for key, table in tables.items()
    }
    found['stamp_ns'], found['joint_names'] = round(world.time_s * 1e9), tuple(positions)
    return found
