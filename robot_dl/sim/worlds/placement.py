"""Where objects go: resting orientations, footprints of circles, and places without overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.worlds.objects import Part, Quat, Rng, Shape, rotation


@dataclass(frozen=True)
class Place:
    """A pose on the table: position [3] above the table top in metres, quaternion w x y z."""

    pos: tuple[float, float, float]
    quat: Quat


def _outline(part: Part) -> NDArray[np.float64]:
    """Return points [P, 3] whose convex hull is the part's, in the object's frame."""
    if part.mesh is not None:
        points = part.mesh.vertices
    else:
        signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
        points = signs * _half_extent(part)
    return points @ rotation(part.quat).T + np.array(part.pos)


def _half_extent(part: Part) -> NDArray[np.float64]:
    size = part.size
    tall = {'cylinder': size[-1], 'capsule': size[0] + size[-1]}
    if part.kind in tall:
        return np.array([size[0], size[0], tall[part.kind]])
    return np.array(size) if len(size) == 3 else np.full(3, size[0])


def outline(shape: Shape, quat: Quat) -> NDArray[np.float64]:
    """Return points [P, 3] around the shape when it is turned by `quat`, metres."""
    return np.concatenate([_outline(part) for part in shape.parts]) @ rotation(quat).T


def footprint(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cover what lies under points [P, 3] by circles [K, 3] (x, y, radius) along its long side."""
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    middle, extent = (low + high) / 2, high - low
    long = int(np.argmax(extent))
    radius = extent[1 - long] / 2
    reach = extent[long] / 2 - radius
    count = 1 + int(np.ceil(reach / max(radius, 1e-3)))
    circles = np.tile(np.array([*middle, 1.1 * radius]), (count, 1))
    circles[:, long] += np.linspace(-reach, reach, count) if count > 1 else 0.0
    return circles


def _multiply(a: Quat, b: Quat) -> Quat:
    w, v = a[0], np.array(a[1:])
    u, r = b[0], np.array(b[1:])
    x, y, z = w * r + u * v + np.cross(v, r)
    return float(w * u - v @ r), float(x), float(y), float(z)


def place_all(
    rng: Rng, shapes: list[Shape], half_xy: tuple[float, float], gap: float = 0.006
) -> list[Place | None]:
    """Find a place for each shape so that none stands on another.

    Args:
        rng: Source of chance.
        shapes: What to place, most important first.
        half_xy: Half size of the area, metres.
        gap: Free space between footprints, metres.

    Returns:
        A place each, or None where no free spot was found.
    """
    taken = np.zeros((0, 3))
    places: list[Place | None] = []
    for shape in shapes:
        weights = np.array([weight for _, weight in shape.rests])
        quat = shape.rests[int(rng.choice(len(weights), p=weights / weights.sum()))][0]
        points = outline(shape, quat)
        found = _free_spot(rng, footprint(points), taken, half_xy, gap)
        if found is None:
            places.append(None)
            continue
        circles, yaw, xy = found
        taken = np.concatenate([taken, circles])
        turn = (float(np.cos(yaw / 2)), 0.0, 0.0, float(np.sin(yaw / 2)))
        height = float(-points[:, 2].min()) + 5e-4
        places.append(Place((float(xy[0]), float(xy[1]), height), _multiply(turn, quat)))
    return places


def _free_spot(
    rng: Rng,
    circles: NDArray[np.float64],
    taken: NDArray[np.float64],
    half_xy: tuple[float, float],
    gap: float,
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]] | None:
    """Try yaws and positions; return the circles there, the yaw, and the object's position."""
    for _ in range(60):
        yaw = float(rng.uniform(-np.pi, np.pi))
        turn = np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
        centre = circles[:, :2].mean(0) @ turn.T
        xy = rng.uniform(-1, 1, 2) * half_xy - centre
        moved = np.column_stack([circles[:, :2] @ turn.T + xy, circles[:, 2]])
        distance = np.linalg.norm(moved[:, None, :2] - taken[None, :, :2], axis=-1)
        if (distance > moved[:, None, 2] + taken[None, :, 2] + gap).all():
            return moved, yaw, xy
    return None
