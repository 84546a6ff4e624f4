"""Tell an object from what lies under, behind and before it, by depth alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]

TRIPLES = 48
"""Planes tried; with half of the surroundings on one plane, one of them fits but for 1 in 500."""
MOST_JUDGES = 400
"""Points by which the planes are compared."""
LEAST_ON_PLANE = 0.5
"""Part of the surroundings that a plane must explain to count as what the object stands on."""
LEAST_TOLERANCE = 0.006
"""Relative distance from the plane that is still the plane, for a sensor without noise."""
GREATEST_TOLERANCE = 0.05
NOISES = 4.0
"""So many standard deviations of the depth around the plane belong to it."""
BIN = 0.01
"""Width of a bin of depth, relative to the depth."""
OPEN_BINS = 3
"""So many empty bins in a row part two things."""
LEAST_IN_BIN = 0.003
"""Part of all points below which a bin is empty: pixels that mix two depths lie so thinly."""


@dataclass(frozen=True)
class Plane:
    """A plane before a pinhole camera: its inverse depth is linear in the pixels.

    Attributes:
        coefficients: Inverse depth [3] per pixel along x, per pixel along y, and at (0, 0), 1/m.
        tolerance: Relative difference of depth up to which a point belongs to it.
    """

    coefficients: FloatArray
    tolerance: float

    def holds(self, points_uvz: FloatArray) -> Mask:
        """Tell which points [N, 3] (pixels, pixels, metres) lie on it: [N]."""
        return np.abs(_excess(self.coefficients, points_uvz)) <= self.tolerance


def dominant_plane(points_uvz: FloatArray) -> Plane | None:
    """Return the plane on which most points lie, by least median of squares.

    Rousseeuw, "Least median of squares regression", 1984: of the planes through random triples
    that with the smallest median of absolute residuals, then least squares over its inliers.

    Args:
        points_uvz: Points [N, 3]: column and row in pixels, depth in metres.

    Returns:
        None where no plane explains half of the points.
    """
    if len(points_uvz) < 12:
        return None
    judges = points_uvz[:: -(-len(points_uvz) // MOST_JUDGES)]
    # Seeded, so that the same image has the same answer.
    chosen = np.random.default_rng(0).integers(len(points_uvz), size=(TRIPLES, 3))
    corners = np.concatenate([points_uvz[chosen][..., :2], np.ones((TRIPLES, 3, 1))], axis=2)
    is_firm = np.abs(np.linalg.det(corners)) > 1.0
    if not is_firm.any():
        return None
    inverse = 1 / points_uvz[chosen][is_firm][..., 2:]
    planes = np.linalg.solve(corners[is_firm], inverse)[..., 0]
    medians = np.median(np.abs(_excess(planes, judges)), axis=1)
    best = planes[int(medians.argmin())]
    return _refined(best, points_uvz, float(medians.min()))


def _refined(coefficients: FloatArray, points_uvz: FloatArray, median: float) -> Plane | None:
    """Fit the plane to all points near it, or return None if those are too few."""
    for _ in range(2):
        tolerance = float(np.clip(NOISES * 1.4826 * median, LEAST_TOLERANCE, GREATEST_TOLERANCE))
        near = np.abs(_excess(coefficients, points_uvz)) <= tolerance
        if near.mean() < LEAST_ON_PLANE:
            return None
        u, v, z = points_uvz[near].T
        # Weighted by depth, the residuals are relative differences of depth.
        rows = np.stack([u * z, v * z, z], axis=1)
        coefficients = np.linalg.lstsq(rows, np.ones(len(z)), rcond=None)[0]
        median = float(np.median(np.abs(_excess(coefficients, points_uvz)[near])))
    return Plane(coefficients, tolerance)


def _excess(coefficients: FloatArray, points_uvz: FloatArray) -> FloatArray:
    """Return how much deeper points [N, 3] are than planes [..., 3] there: [..., N], relative."""
    u, v, z = points_uvz.T
    a, b, c = (coefficients[..., i, None] for i in range(3))
    return np.asarray((a * u + b * v + c) * z - 1)


def layers(depths_m: FloatArray) -> NDArray[np.int64]:
    """Part points into things that stand one behind the other.

    Args:
        depths_m: Their depths [N], metres, all positive.

    Returns:
        The layer of each point [N], 0 the nearest; -1 for those that lie between layers.
    """
    if not len(depths_m):
        return np.zeros(0, np.int64)
    places = np.floor(np.log(depths_m / depths_m.min()) / BIN).astype(np.int64)
    counts = np.bincount(places)
    filled = np.flatnonzero(counts > LEAST_IN_BIN * len(depths_m))
    layer_of_bin = np.full(len(counts), -1)
    layer_of_bin[filled] = np.cumsum(np.diff(filled, prepend=filled[:1]) > OPEN_BINS)
    return np.asarray(layer_of_bin[places])
