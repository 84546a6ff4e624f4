"""A pole that stands on a cart: an effort on the cart's joint `slider` keeps it from falling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.motion import Setpoint
from robot_dl.sim.balance.build import Build
from robot_dl.sim.balance.encoders import Encoders
from robot_dl.sim.controllers.group import JointGroup
from robot_dl.sim.controllers.limits import JointLimits
from robot_dl.sim.worlds.control import (
    FAILED,
    RUNNING,
    SUCCEEDED,
    WAITING,
    LazyCameraWorld,
    Outcome,
    readings_of,
)
from robot_dl.sim.worlds.offscreen import import_mujoco
from robot_dl.sim.worlds.world import Frame

MJCF = Path(__file__).resolve().parents[1] / 'balance' / 'cart_pole.xml'
JOINTS = ('slider', 'pole')
TIMESTEP_S = 0.0025
RAIL_M, EFFORT_N = 1.2, 10.0
SLIDER = JointLimits('slider', -RAIL_M, RAIL_M, effort=EFFORT_N)
FALLEN_RAD, BALANCED_S = float(np.radians(12.0)), 20.0
COMMAND_TIMEOUT_S = 0.2
"""After this time without a command the motor gives nothing any more, simulated seconds."""


class BalanceWorld(LazyCameraWorld):
    """One random cart-pole, held as it starts until the first command lets go of it.

    The same seed, view, steps and commands give the same readings.
    """

    state_hz = 100.0
    episode_s = BALANCED_S

    def __init__(self, seed: int, size_hw: tuple[int, int] = (480, 640), view: int = 0) -> None:
        """Build the world; see `ControlWorld`."""
        self.seed, self.size_hw = seed, size_hw
        spec = import_mujoco().MjSpec.from_file(str(MJCF))
        spec.visual.global_.offheight, spec.visual.global_.offwidth = size_hw
        self._model = spec.compile()
        self._open_state()
        self.groups = {'': JointGroup((SLIDER,), 'effort', COMMAND_TIMEOUT_S)}
        self.rearrange(view)

    def rearrange(self, view: int) -> None:
        """Take another cart and pole, and hold them at another start; see `ControlWorld`."""
        mujoco, rng = import_mujoco(), np.random.default_rng([self.seed, 20, view])
        self._view, self.build = view, Build.draw(rng)
        self._encoders = Encoders(rng, self.build.bias_rad)
        self.build.into(self._model)
        mujoco.mj_setConst(self._model, self._state)
        mujoco.mj_resetData(self._model, self._state)
        self._state.qpos[:] = self.build.start[:2]
        self._begun_s: float | None = None
        self._outcome = Outcome(WAITING)
        self.groups[''].reset(np.zeros(1))
        self._forward()

    def command(self, setpoint: Setpoint) -> None:
        """Push the cart with an effort in newtons until the next command, or for 0.2 s.

        Raises:
            ValueError: It is not one finite effort for `slider`.
        """
        self.groups[''].move(setpoint, self.time_s)

    @property
    def has_begun(self) -> bool:
        """Whether somebody has let go of the pole."""
        return self.groups[''].has_begun

    def step(self, dt_s: float) -> None:
        """Let the cart and pole move for `dt_s` seconds (to the nearest 2.5 ms)."""
        steps = max(1, round(dt_s / TIMESTEP_S))
        if not self.has_begun:
            self._state.time += steps * TIMESTEP_S
            return
        if self._begun_s is None:
            self._begun_s, self._state.qvel[:] = self.time_s, self.build.start[2:]
        self._state.ctrl[:] = self.groups[''].target(self.time_s)
        import_mujoco().mj_step(self._model, self._state, steps)
        if not self._outcome.is_over:
            self._outcome = self._judge()

    def _judge(self) -> Outcome:
        slider_m, pole_rad = (float(one) for one in self._state.qpos)
        survived_s = self.time_s - (self._begun_s or 0.0)
        facts = {'survived_s': survived_s, 'slider_m': slider_m, 'pole_rad': pole_rad}
        if abs(pole_rad) > FALLEN_RAD:
            return Outcome(FAILED, 'the pole has fallen', facts)
        if abs(slider_m) >= RAIL_M:
            return Outcome(FAILED, 'the cart is at the end of the rail', facts)
        over = survived_s >= BALANCED_S - TIMESTEP_S / 2
        return Outcome(SUCCEEDED if over else RUNNING, 'it has balanced' if over else '', facts)

    def outcome(self) -> Outcome:
        """Return whether the pole has stood for 20 s, has fallen, or is still in the balance."""
        return self._outcome

    def true_state(self) -> NDArray[np.float64]:
        """Return positions (m, rad) and velocities (m/s, rad/s) of slider and pole [4]."""
        return np.concatenate([self._state.qpos, self._state.qvel])

    def _measured(self) -> list[float]:
        moment = round(self.time_s / TIMESTEP_S)
        measured: list[float] = self._encoders.read(self.true_state(), moment).tolist()
        return measured

    def joint_positions(self) -> dict[str, float]:
        """Return what the encoders say, m and rad."""
        return dict(zip(JOINTS, self._measured()[:2], strict=True))

    def joint_velocities(self) -> dict[str, float]:
        """Return what the encoders say of the speeds, m/s and rad/s."""
        return dict(zip(JOINTS, self._measured()[2:], strict=True))

    def joint_efforts(self) -> dict[str, float]:
        """Return what the motor does, N; nothing drives the pole."""
        return {'slider': float(self._state.ctrl[0]), 'pole': 0.0}

    def readings(self) -> dict[str, Any]:
        """Return what a policy may know now; see `ControlWorld`."""
        return readings_of(self)

    def goal(self) -> None:
        """Return that there is no goal: upright and on the rail is all."""

    def frames(self) -> list[Frame]:
        """Return (parent, child, parent_T_child [4, 4], is_static) of every frame (REP-105)."""
        self._forward()
        cart, pole = (self._world_T_body(name) for name in ('cart', 'pole'))
        link, optical = self._world_T_body('camera_link'), self.world_T_camera_optical()
        return [
            ('base_link', 'cart', cart, False),
            ('cart', 'pole', np.linalg.inv(cart) @ pole, False),
            ('base_link', 'camera_link', link, True),
            ('camera_link', 'camera_optical_frame', np.linalg.inv(link) @ optical, True),
        ]
