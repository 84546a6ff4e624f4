"""What may change between two views of one world: camera pose and lens, light, tints."""

from __future__ import annotations

from typing import Any

import numpy as np

from robot_dl.sim.worlds.objects import Rng


def aim_camera(rng: Rng, model: Any, size_hw: tuple[int, int]) -> None:
    """Draw a lens, an elevation and a distance that shows 0.62 to 0.98 m of the table's width."""
    aspect = size_hw[1] / size_hw[0]
    fovy = float(rng.uniform(34.0, 58.0))
    width_m = rng.uniform(0.62, 0.98)
    distance = width_m / (2 * np.tan(np.radians(fovy) / 2) * aspect)
    down, roll = np.radians(rng.uniform(32.0, 68.0)), np.radians(rng.uniform(-5.0, 5.0))
    target = np.array([*rng.uniform(-0.03, 0.03, 2), 0.03])
    point_camera(model, target, distance, (down, roll), fovy)


def point_camera(
    model: Any, target: np.ndarray, distance: float, down_roll: tuple[float, float], fovy: float
) -> None:
    """Point the camera on its boom.

    Args:
        model: The world.
        target: What it looks at [3], metres, in the boom's frame.
        distance: How far away that is, metres.
        down_roll: Angles below the horizon and about the optical axis, radians.
        fovy: Vertical field of view, degrees.
    """
    down, roll = down_roll
    forward = np.array([np.cos(down), 0.0, -np.sin(down)])
    link = model.body('camera_link').id
    model.body_pos[link] = target - distance * forward
    pitch = np.array([np.cos(down / 2), 0.0, np.sin(down / 2), 0.0])
    # Pitch about y first, then roll about the turned x axis: the product q_pitch * q_roll.
    c, s = np.cos(roll / 2), np.sin(roll / 2)
    model.body_quat[link] = [pitch[0] * c, pitch[0] * s, pitch[2] * c, -pitch[2] * s]
    model.cam_fovy[0] = fovy


def light_scene(rng: Rng, model: Any) -> None:
    """Draw direction, colour and strength of the lamps and of the light from everywhere."""
    ambient = rng.uniform(0.12, 0.4)
    model.vis.headlight.ambient[:] = ambient * rng.uniform(0.9, 1.1, 3)
    model.vis.headlight.diffuse[:] = rng.uniform(0.0, 0.3)
    model.vis.headlight.specular[:] = 0.0
    strength = rng.uniform(0.45, 0.85) * np.array([1.0, rng.uniform(0, 0.6), rng.uniform(0, 0.5)])
    if rng.random() < 0.4:
        strength[2] = 0.0
    for lamp in range(model.nlight):
        azimuth, height = rng.uniform(-np.pi, np.pi), rng.uniform(0.9, 2.2)
        reach = rng.uniform(0.1, 1.2)
        pos = np.array([reach * np.cos(azimuth), reach * np.sin(azimuth), 0.74 + height])
        aim = np.array([*rng.uniform(-0.1, 0.1, 2), 0.74]) - pos
        model.light_pos[lamp] = pos
        model.light_dir[lamp] = aim / np.linalg.norm(aim)
        model.light_type[lamp] = 1  # directional
        model.light_castshadow[lamp] = lamp == 0
        model.light_diffuse[lamp] = strength[lamp] * rng.uniform(0.85, 1.1, 3)
        model.light_specular[lamp] = 0.6 * strength[lamp]
        model.light_active[lamp] = strength[lamp] > 0.05


def tint_materials(rng: Rng, model: Any) -> None:
    """Shift every material's colour a little, and textured ones by a free tint."""
    for material in range(model.nmat):
        shift = rng.uniform(0.85, 1.15, 3) * rng.uniform(0.85, 1.1)
        model.mat_rgba[material, :3] = np.clip(model.mat_rgba[material, :3] * shift, 0.03, 1.0)
