"""Moves joints along trajectories, as ros2_control's joint_trajectory_controller does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.controllers.splines import Array, Knot, sample


@dataclass(frozen=True)
class Trajectory:
    """Points that joints shall pass.

    Attributes:
        names: The joints.
        times_s: When each point is due [T], seconds from the start.
        positions: [T, N] in the order of `names`, radians or metres.
        velocities: The same for velocities; None where they are not given.
        accelerations: The same for accelerations.
        start_s: When it starts, on the controller's clock; None is at once.
    """

    names: tuple[str, ...]
    times_s: NDArray[np.float64]
    positions: NDArray[np.float64]
    velocities: NDArray[np.float64] | None = None
    accelerations: NDArray[np.float64] | None = None
    start_s: float | None = None

    def knots(self, order: list[int], now_s: float) -> list[Knot]:
        """Return the points as knots, with joints in another order."""
        start_s = now_s if self.start_s is None else self.start_s
        return [
            Knot(
                start_s + float(time_s),
                self.positions[k, order],
                None if self.velocities is None else self.velocities[k, order],
                None if self.accelerations is None else self.accelerations[k, order],
            )
            for k, time_s in enumerate(self.times_s)
        ]


class TrajectoryController:
    """Follows the last trajectory; a new one replaces it from its own start on.

    It goes on from where the joints *should* be, not from where they are (ros2_control:
    `interpolate_from_desired_state: true`), because otherwise a stream of short trajectories
    falls behind by the servos' lag with each of them.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        """Follow nothing yet; `names` are the joints in the order of the targets."""
        self.names = names
        self.reset()

    def reset(self) -> None:
        """Forget the trajectory."""
        self._knots: list[Knot] = []

    def follow(self, trajectory: Trajectory, now_s: float, position: Array) -> list[Knot]:
        """Replace what is followed; return the points that are still to come.

        Args:
            trajectory: Where to go. What of it lies in the past is left out.
            now_s: The time now.
            position: Where the joints should be now [N], unless a trajectory says so.

        Raises:
            ValueError: It names other joints than the controller's or not all, has no points,
                times that do not grow, lies in the past, ends in motion, or is not finite.
        """
        check(trajectory, self.names)
        order = [trajectory.names.index(name) for name in self.names]
        knots = [k for k in trajectory.knots(order, now_s) if k.time_s >= now_s]
        if not knots:
            raise ValueError(
                f'joint_trajectory: its last point was due {now_s - self._end(trajectory):.3f} s '
                'ago; leave the stamp 0 to start at once'
            )
        start_s = max(now_s, trajectory.start_s or now_s)
        before = self._until(start_s, now_s, position)
        self._knots = [*before, *knots]
        return knots

    def _end(self, trajectory: Trajectory) -> float:
        return float(trajectory.start_s or 0.0) + float(trajectory.times_s[-1])

    def _until(self, start_s: float, now_s: float, position: Array) -> list[Knot]:
        """Return the old trajectory up to the start of the new one."""
        rest = np.zeros_like(position)
        if not self._knots:
            return [Knot(start_s, position, rest, rest)]
        coming = [knot for knot in self._knots if now_s < knot.time_s < start_s]
        return [self._at(now_s), *coming, self._at(start_s)]

    def _at(self, now_s: float) -> Knot:
        later = [k for k, knot in enumerate(self._knots) if knot.time_s > now_s]
        if not later:
            last = self._knots[-1]
            return sample(last, last, max(now_s, last.time_s))
        k = later[0]
        return sample(self._knots[max(k - 1, 0)], self._knots[k], now_s)

    def target(self, now_s: float) -> Array | None:
        """Return where the joints should be [N]; None before the first trajectory."""
        return self._at(now_s).position if self._knots else None


def check(trajectory: Trajectory, names: tuple[str, ...]) -> None:
    """Refuse what joint_trajectory_controller refuses in its default configuration.

    An empty trajectory is refused as well: it cancelled in ROS 1, it does not in ROS 2.

    Raises:
        ValueError: The first thing that is wrong.
    """
    got, expected = trajectory.names, ', '.join(names)
    if unknown := [name for name in got if name not in names]:
        raise ValueError(f"joint_trajectory: unknown joint '{unknown[0]}'; expected {expected}")
    if missing := [name for name in names if name not in got]:
        raise ValueError(
            f"joint_trajectory: joint '{missing[0]}' is missing; expected all of {expected}"
        )
    if len(got) != len(names):
        raise ValueError(f'joint_trajectory: a joint is named twice in {", ".join(got)}')
    if not len(trajectory.times_s):
        raise ValueError('joint_trajectory: no points; to stop, send one point to hold')
    _check_numbers(trajectory)


def _check_numbers(trajectory: Trajectory) -> None:
    rows = {
        'positions': trajectory.positions,
        'velocities': trajectory.velocities,
        'accelerations': trajectory.accelerations,
    }
    for field, values in rows.items():
        if values is not None and not np.isfinite(values).all():
            raise ValueError(f'joint_trajectory: {field} are not finite: {values.tolist()}')
    times = trajectory.times_s
    if times[0] < 0 or (np.diff(times) <= 0).any():
        raise ValueError(f'joint_trajectory: times must grow from 0 on, got {times.tolist()}')
    if trajectory.velocities is not None and np.abs(trajectory.velocities[-1]).max() > 1e-7:
        raise ValueError(
            'joint_trajectory: the last point must be at rest, got velocities '
            f'{trajectory.velocities[-1].tolist()}'
        )
