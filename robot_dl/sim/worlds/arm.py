"""A six-axis arm with a gripper on a table, and a place to reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.arm.links import (
    ARM,
    ARM_LIMITS,
    FINGERS,
    GRIPPER_LIMITS,
    LINKS,
    STATE_ORDER,
    STROKE_M,
    TCP_M,
)
from robot_dl.sim.arm.model import TABLE_HEIGHT_M, TIMESTEP_S, build_model
from robot_dl.sim.arm.tasks import base_T_tcp, draw_reach
from robot_dl.sim.arm.urdf import arm_urdf
from robot_dl.sim.controllers.group import JointGroup
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

if TYPE_CHECKING:
    from robot_dl.core.motion import Setpoint

REACHED_M, HOLD_S = 0.02, 0.2
"""How near to the goal, and for how long, is there."""
LOOK_STEPS = 2
"""The goal is looked at every so many steps of physics."""
SPREAD = 0.1
"""Share by which friction and inertia of a joint differ between episodes."""


class ArmWorld(LazyCameraWorld):
    """One arm. The same seed, view, commands and steps give the same motion."""

    state_hz = 100.0
    noise_stream = 22
    episode_s = 5.0

    def __init__(self, seed: int, size_hw: tuple[int, int] = (480, 640), view: int = 0) -> None:
        """Build the world; it opens no camera until a picture is asked for.

        Args:
            seed: Everything random follows from it.
            size_hw: Size of the pictures, pixels.
            view: Which start and goal; see `rearrange`.
        """
        self.seed, self.size_hw = seed, size_hw
        self._model = build_model(size_hw)
        self._open_state()
        self._scratch = import_mujoco().MjData(self._model)
        self._nominal = [row.copy() for row in self._bearings()]
        self._arm = JointGroup(ARM_LIMITS)
        self._gripper = JointGroup(GRIPPER_LIMITS)
        self.groups = {'': self._arm, 'gripper': self._gripper}
        self._tcp = self._model.site('tcp').id
        self.rearrange(view)

    def _bearings(self) -> tuple[NDArray[np.float64], ...]:
        """Return what differs from arm to arm, to be read or written."""
        return self._model.dof_damping, self._model.dof_frictionloss, self._model.dof_armature

    def rearrange(self, view: int) -> None:
        """Put the arm elsewhere and give it another goal, with slightly other joints.

        Args:
            view: Any non-negative number; each is another episode, always the same one.
        """
        rng = np.random.default_rng([self.seed, 20, view])
        self._view = view
        for row, nominal in zip(self._bearings(), self._nominal, strict=True):
            row[:] = nominal * rng.uniform(1 - SPREAD, 1 + SPREAD, len(row))
        reach = draw_reach(rng, self._model, self._scratch)
        self._begin_at(reach.start_rad, reach.base_T_goal)

    def _begin_at(self, start_rad: NDArray[np.float64], base_T_goal: NDArray[np.float64]) -> None:
        """Rest at a start with the gripper half open; the episode begins with a command."""
        import_mujoco().mj_resetData(self._model, self._state)
        opening = STROKE_M / 2
        self._state.qpos[:6], self._state.qpos[6:8] = start_rad, opening
        self._state.ctrl[:6], self._state.ctrl[6] = start_rad, opening
        self._arm.reset(start_rad)
        self._gripper.reset(np.array([opening]))
        self.base_T_goal = base_T_goal
        self._world_goal = base_T_goal[:3, 3] + (0.0, 0.0, TABLE_HEIGHT_M)
        self._state.mocap_pos[0] = self._world_goal
        self._began_s = self._near_s = np.nan
        self._over, self._touched_s = '', 0.0
        self._forward()
        self._least_m = self.distance_m

    def command(self, setpoint: Setpoint) -> None:
        """Move the arm's joints as the forward controller would; they are found by name.

        Raises:
            ValueError: Another kind than position, other joints, or not finite.
        """
        self._arm.move(setpoint, self.time_s)

    def step(self, dt_s: float) -> None:
        """Let controllers and physics run for `dt_s` seconds (to the nearest 5 ms)."""
        left, mj_step = max(1, round(dt_s / TIMESTEP_S)), import_mujoco().mj_step
        control = self._state.ctrl
        while left > 0:
            steps = min(left, LOOK_STEPS)
            control[:6] = self._arm.target(self._state.time)
            control[6:] = self._gripper.target(self._state.time)
            mj_step(self._model, self._state, nstep=steps)
            left -= steps
            self._judge(steps * TIMESTEP_S)

    def _judge(self, dt_s: float) -> None:
        """See how the episode stands after the last steps."""
        now_s, distance_m = self._state.time, self.distance_m
        if not self.has_begun or self._over:
            return
        if np.isnan(self._began_s):
            self._began_s = now_s - dt_s
        self._least_m = min(self._least_m, distance_m)
        self._touched_s += dt_s if self._state.ncon else 0.0
        if distance_m > REACHED_M:
            self._near_s = np.nan
        elif np.isnan(self._near_s):
            self._near_s = now_s
        if now_s - self._near_s >= HOLD_S - 1e-9:
            self._over = SUCCEEDED
        elif now_s - self._began_s >= self.episode_s - 1e-9:
            self._over = FAILED

    @property
    def has_begun(self) -> bool:
        """Whether the arm was commanded since `rearrange`."""
        return self._arm.has_begun

    @property
    def distance_m(self) -> float:
        """How far `tcp` is from the goal."""
        way = self._state.site_xpos[self._tcp] - self._world_goal
        return float(np.sqrt(way @ way))

    @property
    def touched_s(self) -> float:
        """For how long the arm has touched the table or itself in this episode."""
        return self._touched_s

    def outcome(self) -> Outcome:
        """Return how the episode stands: it succeeds 0.2 s after `tcp` is within 2 cm."""
        elapsed_s = 0.0 if np.isnan(self._began_s) else self.time_s - self._began_s
        facts = {
            'distance_m': self.distance_m,
            'least_distance_m': self._least_m,
            'touched_s': self._touched_s,
            'elapsed_s': elapsed_s,
        }
        state = self._over or (RUNNING if self.has_begun else WAITING)
        reason = f'not within {REACHED_M} m for {HOLD_S} s in {self.episode_s} s'
        return Outcome(state, reason if state == FAILED else '', facts)

    def joint_positions(self) -> dict[str, float]:
        """Return the joints' positions, radians, and metres for the fingers."""
        return self._by_name(self._state.qpos)

    def joint_velocities(self) -> dict[str, float]:
        """Return the joints' velocities, radians per second, and metres per second."""
        return self._by_name(self._state.qvel)

    def joint_efforts(self) -> dict[str, float]:
        """Return what the servos do, newton metres, and newtons; a finger follows for free."""
        return self._by_name(np.append(self._state.actuator_force, 0.0))

    def _by_name(self, row: NDArray[np.float64]) -> dict[str, float]:
        found = dict(zip([link.limits.name for link in LINKS], row.tolist(), strict=True))
        return {name: found[name] for name in STATE_ORDER}

    def frames(self) -> list[Frame]:
        """Return (parent, child, parent_T_child [4, 4], is_static) of every frame."""
        import_mujoco().mj_kinematics(self._model, self._state)
        poses = {name: self._world_T_body(name) for name in _BODIES}
        optical, tcp = self.world_T_camera_optical(), np.eye(4)
        tcp[:3, 3] = TCP_M
        return [
            *((p, c, np.linalg.inv(poses[p]) @ poses[c], fixed) for p, c, fixed in _TREE),
            ('tool0', 'tcp', tcp, True),
            ('world', 'base_link', poses['base_link'], True),
            ('world', 'table', poses['table'], True),
            ('world', 'camera_link', poses['camera_link'], True),
            (
                'camera_link',
                'camera_optical_frame',
                _inverse(poses['camera_link']) @ optical,
                True,
            ),
        ]

    def goal(self) -> tuple[str, NDArray[np.float64]]:
        """Return a frame and where `tcp` shall be in it [4, 4]; its orientation may be ignored."""
        return 'base_link', self.base_T_goal

    def urdf(self) -> str:
        """Return the arm as a URDF."""
        return arm_urdf(self._model)

    def readings(self) -> dict[str, Any]:
        """Return what a policy may know now; see `ControlWorld.readings`."""
        import_mujoco().mj_kinematics(self._model, self._state)
        tcp_T_goal = _inverse(base_T_tcp(self._state)) @ self.base_T_goal
        goals = {'base_link': self.base_T_goal, 'tcp': tcp_T_goal}
        return {**readings_of(self), 'goals': goals}


_TREE = (
    *((link.parent, link.name, False) for link in ARM),
    ('link_6', 'tool0', True),
    *((link.parent, link.name, False) for link in FINGERS),
)
_BODIES = ('base_link', 'table', 'camera_link', *(child for _, child, _ in _TREE))


def _inverse(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inverse of a rigid transform [4, 4]."""
    back = np.eye(4)
    back[:3, :3] = pose[:3, :3].T
    back[:3, 3] = -pose[:3, :3].T @ pose[:3, 3]
    return back
