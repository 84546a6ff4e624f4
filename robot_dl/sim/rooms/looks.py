"""What may change between two views of one floor: lamps, tints, and how the camera is mounted."""

from __future__ import annotations

from typing import Any

import numpy as np

from robot_dl.sim.rooms.model import CAMERA_FORWARD_M, CAMERA_HEIGHT_M
from robot_dl.sim.rooms.plan import Cell, Plan
from robot_dl.sim.worlds.objects import Rng
from robot_dl.sim.worlds.offscreen import import_mujoco

FOVY_DEG = (52.0, 58.0)
HEIGHT_SPREAD_M, PITCH_SPREAD_RAD = 0.01, float(np.radians(2.0))


def mount_camera(rng: Rng, model: Any) -> None:
    """Draw small errors of mounting: height within a centimetre, pitch within two degrees."""
    link = model.body('camera_link').id
    lift = float(rng.uniform(-HEIGHT_SPREAD_M, HEIGHT_SPREAD_M))
    model.body_pos[link] = [CAMERA_FORWARD_M, 0.0, CAMERA_HEIGHT_M + lift]
    half = float(rng.uniform(-PITCH_SPREAD_RAD, PITCH_SPREAD_RAD)) / 2
    model.body_quat[link] = [np.cos(half), 0.0, np.sin(half), 0.0]
    model.cam_fovy[0] = rng.uniform(*FOVY_DEG)


def tint_materials(rng: Rng, model: Any) -> None:
    """Shift every material's colour a little."""
    shift = rng.uniform(0.85, 1.15, (model.nmat, 3)) * rng.uniform(0.85, 1.1, (model.nmat, 1))
    model.mat_rgba[:, :3] = np.clip(model.mat_rgba[:, :3] * shift, 0.02, 1.0)


def light_rooms(rng: Rng, model: Any, plan: Plan, near_xy: tuple[float, float]) -> None:
    """Hang the lamps: the first where the robot is, casting shadows; others in cells close by."""
    kinds = import_mujoco().mjtLightType
    model.vis.headlight.ambient[:] = rng.uniform(0.3, 0.6) * rng.uniform(0.92, 1.08, 3)
    model.vis.headlight.diffuse[:] = rng.uniform(0.0, 0.3)
    model.vis.headlight.specular[:] = 0.0
    cells = sorted(plan.cells, key=lambda cell: _distance(cell, near_xy))
    for lamp in range(model.nlight):
        model.light_pos[lamp] = _hang(rng, cells[min(lamp, len(cells) - 1)])
        model.light_dir[lamp] = [0, 0, -1]
        model.light_type[lamp] = kinds.mjLIGHT_POINT if lamp else kinds.mjLIGHT_SPOT
        model.light_cutoff[lamp], model.light_exponent[lamp] = 85.0, 0.0
        model.light_castshadow[lamp] = lamp == 0
        model.light_attenuation[lamp] = [1.0, 0.0, rng.uniform(0.02, 0.1)]
        strength = rng.uniform(0.45, 0.9) * rng.uniform(0.85, 1.1, 3)
        model.light_diffuse[lamp], model.light_specular[lamp] = strength, 0.4 * strength


def _distance(cell: Cell, point: tuple[float, float]) -> float:
    """Return how far a point is outside a cell, metres; 0 inside."""
    x, y = point
    across = max(cell.x0 - x, 0.0, x - cell.x1)
    return float(np.hypot(across, max(cell.y0 - y, 0.0, y - cell.y1)))


def _hang(rng: Rng, cell: Cell) -> list[float]:
    x0, y0, x1, y1 = cell.inside
    part = rng.uniform(0.25, 0.75, 2)
    return [x0 + part[0] * (x1 - x0), y0 + part[1] * (y1 - y0), float(rng.uniform(2.0, 2.25))]
