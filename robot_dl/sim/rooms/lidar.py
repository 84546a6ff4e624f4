"""A planar lidar: rays through the MuJoCo model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.worlds.offscreen import import_mujoco

LASER_HEIGHT_M = 0.24


@dataclass(frozen=True)
class LidarSpec:
    """A lidar that turns once: beams from -π on, counter-clockwise; 0 is straight ahead.

    Attributes:
        beams: How many.
        range_min_m: What is nearer is measured as -inf (REP-117).
        range_max_m: What is farther is measured as inf (REP-117).
        noise_m: Standard deviation of a range.
    """

    beams: int = 360
    range_min_m: float = 0.12
    range_max_m: float = 8.0
    noise_m: float = 0.01

    @property
    def increment_rad(self) -> float:
        """Angle between two beams."""
        return 2 * np.pi / self.beams

    @property
    def angles_rad(self) -> NDArray[np.float64]:
        """Direction of each beam [B]."""
        return -np.pi + self.increment_rad * np.arange(self.beams)

    def measured(self, true_m: NDArray[np.float64], rng: np.random.Generator) -> Ranges:
        """Return what the lidar says of true distances [B] in metres, inf for none."""
        noisy = true_m + self.noise_m * rng.standard_normal(len(true_m))
        noisy[true_m > self.range_max_m] = np.inf
        noisy[true_m < self.range_min_m] = -np.inf
        return np.where(
            np.isfinite(noisy), np.clip(noisy, self.range_min_m, self.range_max_m), noisy
        ).astype(np.float32)


Ranges = NDArray[np.float32]


def distances(
    model: Any, state: Any, pose_xyw: tuple[float, float, float], spec: LidarSpec
) -> NDArray[np.float64]:
    """Return how far each beam [B] goes, metres; inf where it hits nothing in range.

    Args:
        model: The world.
        state: Its state, positions up to date.
        pose_xyw: The lidar's x, y in metres and yaw in radians; its own robot is transparent.
        spec: The lidar.
    """
    angles = spec.angles_rad + pose_xyw[2]
    rays = np.column_stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)]).ravel()
    cast = import_mujoco().mj_multiRay
    geoms, found = np.empty(spec.beams, np.int32), np.empty(spec.beams)
    # Newer versions of MuJoCo also want to know where to write the normals.
    normals = {'normal': None} if 'normal' in cast.__doc__ else {}
    cast(
        m=model,
        d=state,
        pnt=np.array([pose_xyw[0], pose_xyw[1], LASER_HEIGHT_M]),
        vec=rays,
        geomgroup=None,
        flg_static=True,
        bodyexclude=model.body('base_link').id,
        geomid=geoms,
        dist=found,
        nray=spec.beams,
        cutoff=spec.range_max_m + 1.0,
        **normals,
    )
    return np.where((geoms < 0) | (found < 0), np.inf, found)
