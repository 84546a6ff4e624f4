"""Where the arm begins, and where it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.arm.links import ARM_LIMITS, HOME
from robot_dl.sim.arm.model import TABLE_HEIGHT_M
from robot_dl.sim.controllers.limits import column
from robot_dl.sim.worlds.objects import Rng
from robot_dl.sim.worlds.offscreen import import_mujoco

Pose = NDArray[np.float64]

START_SPREAD_RAD = 0.5
"""How far each joint is from `HOME` at most when an episode begins."""
GOAL_LOW_RAD = np.array([-1.1, -0.5, 0.3, -0.6, 0.2, -2.2])
GOAL_HIGH_RAD = np.array([1.1, 1.2, 2.3, 0.6, 2.0, 2.2])
"""Between these are the joints of a pose that is a goal."""
AREA_LOW_M, AREA_HIGH_M = np.array([0.25, -0.40, 0.06]), np.array([0.70, 0.40, 0.55])
"""Where goals are, in `base_link`."""
LEAST_WAY_M = 0.10
MOST_DRAWS = 1000


@dataclass(frozen=True)
class Reach:
    """One episode: from where to where.

    Attributes:
        start_rad: Positions [6] of the arm's joints.
        base_T_goal: Where `tcp` shall be [4, 4], in `base_link`; the arm can reach it.
    """

    start_rad: NDArray[np.float64]
    base_T_goal: Pose  # noqa: N815


def base_T_tcp(state: Any) -> Pose:  # noqa: N802
    """Return where `tcp` is in `base_link` [4, 4]; the base stands upright at the origin."""
    pose, site = np.eye(4), state.site('tcp')
    pose[:3, :3], pose[:3, 3] = site.xmat.reshape(3, 3), site.xpos
    pose[2, 3] -= TABLE_HEIGHT_M
    return pose


def draw_reach(rng: Rng, model: Any, scratch: Any) -> Reach:
    """Draw a start and a goal that the arm can take without touching anything.

    Args:
        rng: Source of chance.
        model: The model of the arm.
        scratch: A state of it, which is overwritten.
    """
    low, high = column(ARM_LIMITS, 'low'), column(ARM_LIMITS, 'high')
    for _ in range(MOST_DRAWS):
        start = np.clip(np.array(HOME) + rng.uniform(-1, 1, 6) * START_SPREAD_RAD, low, high)
        begin = _pose_at(model, scratch, start)
        goal = _pose_at(model, scratch, rng.uniform(GOAL_LOW_RAD, GOAL_HIGH_RAD))
        if begin is not None and goal is not None and _is_task(begin, goal):
            return Reach(start, goal)
    raise RuntimeError(f'no start and goal found in {MOST_DRAWS} draws')


def _pose_at(model: Any, scratch: Any, joints_rad: NDArray[np.float64]) -> Pose | None:
    """Return where `tcp` is with these joints, None where something touches."""
    scratch.qpos[: len(joints_rad)] = joints_rad
    import_mujoco().mj_fwdPosition(model, scratch)
    return None if scratch.ncon else base_T_tcp(scratch)


def _is_task(begin: Pose, goal: Pose) -> bool:
    at = goal[:3, 3]
    is_in = bool((at >= AREA_LOW_M).all() and (at <= AREA_HIGH_M).all())
    # A gripper that points up is of no use above a table.
    points_down = goal[2, 2] < 0.3
    is_far = float(np.linalg.norm(at - begin[:3, 3])) >= LEAST_WAY_M
    return is_in and points_down and is_far and begin[2, 3] > AREA_LOW_M[2]
