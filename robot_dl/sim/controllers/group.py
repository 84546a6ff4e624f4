"""Joints that are commanded together, by single commands or by trajectories."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from robot_dl.sim.controllers.breaches import Breaches
from robot_dl.sim.controllers.forward import ForwardController
from robot_dl.sim.controllers.limits import JointLimits
from robot_dl.sim.controllers.splines import Array
from robot_dl.sim.controllers.trajectory import Trajectory, TrajectoryController

if TYPE_CHECKING:
    from robot_dl.core.motion import Setpoint

JITTER_S = 0.005


class JointGroup:
    """The two controllers of some joints; who was commanded last has them.

    Joints that are commanded positions hold the last target when commands stop; the target of
    velocities and efforts becomes zero.

    Attributes:
        limits: The joints' limits, in the order of the commands.
        names: The joints.
        kind: 'position', 'velocity' or 'effort'.
        breaches: How often a command has asked for more than the limits.
        has_begun: Whether a command has come since `reset`.
    """

    def __init__(
        self, limits: tuple[JointLimits, ...], kind: str = 'position', timeout_s: float = 0.0
    ) -> None:
        """Control joints; velocities and efforts count for `timeout_s`, 0 is for ever."""
        self.limits, self.kind = limits, kind
        self.names = tuple(one.name for one in limits)
        self.breaches = Breaches(limits, kind, JITTER_S)
        self._forward = ForwardController(self.names, timeout_s)
        self._trajectory = TrajectoryController(self.names)
        self.reset(np.zeros(len(limits)))

    @property
    def takes_trajectories(self) -> bool:
        """Whether `follow` works: only positions lie on trajectories here."""
        return self.kind == 'position'

    def reset(self, positions: Array) -> None:
        """Hold positions [N] (of positions), or zero; forget what was commanded."""
        self._held = positions.copy() if self.takes_trajectories else np.zeros(len(self.limits))
        self._forward.reset()
        self._trajectory.reset()
        self.breaches.start_from(self._held, -math.inf)
        self.has_begun = False

    def command(self, values: ArrayLike, now_s: float, sent_s: float | None = None) -> None:
        """Take one number for each joint [N], in the order of `names`.

        Args:
            values: Targets of the group's kind.
            now_s: The time now.
            sent_s: When it was sent, where that is known better.

        Raises:
            ValueError: As `ForwardController.command` does.
        """
        self._count_nonsense(np.asarray(values, np.float64))
        taken = self._forward.command(values, now_s)
        self._trajectory.reset()
        self._held = taken if self.takes_trajectories else self._held
        self.has_begun = True
        self.breaches.saw(taken, now_s if sent_s is None else sent_s)

    def follow(self, trajectory: Trajectory, now_s: float, sent_s: float | None = None) -> None:
        """Take a trajectory; the arguments are those of `command`.

        Raises:
            ValueError: As `TrajectoryController.follow` does, or the joints take no positions.
        """
        if not self.takes_trajectories:
            raise ValueError(f'joint_trajectory: these joints are commanded by {self.kind}')
        self._count_nonsense(trajectory.positions)
        before = self.target(now_s)
        knots = self._trajectory.follow(trajectory, now_s, before)
        self._forward.reset()
        self.has_begun = True
        late_s = 0.0 if sent_s is None else sent_s - now_s
        self.breaches.cut(before, now_s + late_s)
        for knot in knots:
            self.breaches.saw(knot.position, knot.time_s + late_s, is_ride=True)

    def move(self, setpoint: Setpoint, now_s: float) -> None:
        """Take a setpoint of all joints, in any order.

        Raises:
            ValueError: Another kind, other joints, or not finite.
        """
        if setpoint.kind != self.kind:
            raise ValueError(f'expected a setpoint of kind {self.kind}, got {setpoint.kind}')
        if sorted(setpoint.names) != sorted(self.names):
            raise ValueError(
                f'expected a setpoint for {", ".join(self.names)}, got {", ".join(setpoint.names)}'
            )
        order = [setpoint.names.index(name) for name in self.names]
        self.command(setpoint.values[order], now_s)

    def _count_nonsense(self, values: Array) -> None:
        if not np.isfinite(values).all():
            self.breaches.saw_nonsense()

    def target(self, now_s: float) -> Array:
        """Return what the joints shall do now [N]."""
        target = self._trajectory.target(now_s)
        if target is not None:
            self._held = target
        elif not self.takes_trajectories:
            target = self._forward.target(now_s)
        return self._held if target is None else target
