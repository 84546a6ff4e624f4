"""Closed triangle meshes made from a few numbers: solids of revolution, tubes, prisms, cones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Mesh:
    """A closed surface: `vertices` [V, 3] metres and `faces` [F, 3], counter-clockwise outside."""

    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]


def _ring_faces(lower: NDArray[np.int64], upper: NDArray[np.int64]) -> list[list[int]]:
    """Join two rings of vertex indices; a ring of one index is a pole."""
    faces: list[list[int]] = []
    count = max(len(lower), len(upper))
    for k in range(count):
        a, b = lower[k % len(lower)], lower[(k + 1) % len(lower)]
        c, d = upper[(k + 1) % len(upper)], upper[k % len(upper)]
        if len(lower) > 1:
            faces.append([a, b, c])
        if len(upper) > 1:
            faces.append([a, c, d])
    return faces


def stitch(rings: list[NDArray[np.float64]]) -> Mesh:
    """Make one mesh of rings [K, 3] that follow each other; the ends should be poles."""
    starts = np.cumsum([0] + [len(ring) for ring in rings])
    indices = [np.arange(a, b) for a, b in pairwise(starts)]
    faces: list[list[int]] = []
    for lower, upper in pairwise(indices):
        faces += _ring_faces(lower, upper)
    return Mesh(np.concatenate(rings), np.asarray(faces, np.int32))


def revolve(profile_rz: list[tuple[float, float]], segments: int = 32, flute: float = 0.0) -> Mesh:
    """Turn a profile about the z axis.

    Args:
        profile_rz: (radius, height) in metres, from the axis below, outside and up, back to the
            axis. A hollow vessel comes back down inside.
        segments: Corners of each ring.
        flute: Relative depth of six grooves along the axis, for a grip.

    Returns:
        The closed solid.
    """
    angle = np.linspace(0.0, 2.0 * np.pi, segments, endpoint=False)
    grooves = 1.0 - flute * (0.5 + 0.5 * np.cos(6.0 * angle))
    rings = []
    for radius, height in profile_rz:
        if radius <= 0.0:
            rings.append(np.array([[0.0, 0.0, height]]))
            continue
        x, y = radius * grooves * np.cos(angle), radius * grooves * np.sin(angle)
        rings.append(np.stack([x, y, np.full(segments, height)], axis=1))
    return stitch(rings)


def arc_tube(
    radius_xz: tuple[float, float], tube_yr: tuple[float, float], span_rad: float, steps: int = 14
) -> Mesh:
    """Bend a tube along an ellipse in the xz plane, open towards -x: a mug's handle, or a ring.

    Args:
        radius_xz: Half axes of the ellipse, metres.
        tube_yr: Half axes of the tube's section, along y and along the ellipse's radius.
        span_rad: How much of the ellipse is drawn, centred on +x.
        steps: Sections along the ellipse.
    """
    around = np.linspace(0.0, 2.0 * np.pi, 10, endpoint=False)
    rings = []
    for angle in np.linspace(-span_rad / 2, span_rad / 2, steps):
        outward = np.array([np.cos(angle), 0.0, np.sin(angle)])
        centre = np.array([radius_xz[0], 0.0, radius_xz[1]]) * outward
        side = tube_yr[0] * np.sin(around)[:, None] * np.array([0.0, 1.0, 0.0])
        rings.append(centre + tube_yr[1] * np.cos(around)[:, None] * outward + side)
    first, last = rings[0].mean(0, keepdims=True), rings[-1].mean(0, keepdims=True)
    return stitch([first, *rings, last])


def prism(corners_xy: NDArray[np.float64], height: float, top_scale: float = 1.0) -> Mesh:
    """Raise a star-shaped polygon [K, 2] (counter-clockwise about the origin) from z = 0.

    Args:
        corners_xy: Corners, metres.
        height: Height of the top, metres.
        top_scale: Size of the top relative to the bottom; 0.02 makes a pyramid.
    """
    low = np.column_stack([corners_xy, np.zeros(len(corners_xy))])
    high = np.column_stack([corners_xy * top_scale, np.full(len(corners_xy), height)])
    return stitch([np.zeros((1, 3)), low, high, np.array([[0.0, 0.0, height]])])
