"""Metres for a map that lacks them: scale and shift, fitted to what a sensor has measured.

One over the distance of a relative map is right but for a factor and a number to add; two numbers
that a depth camera or a lidar can tell, if most of what it measures is what the camera sees. Some
of it never is: edges of objects, what hides behind them, glass, the lidar's own view from
elsewhere. So the fit begins with the pair of points that most others agree with (RANSAC: Fischler
and Bolles 1981; scored as by Torr and Zisserman, "MLESAC", 2000, equation 8), and ends by least
squares with Tukey's weights (Holland and Welsch, "Robust regression using iteratively reweighted
least-squares", 1977).

All errors are parts of the distance, as the sensors' and the networks' own errors are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.depth.types import Floats, Reading

Doubles = NDArray[np.float64]

OUTLIER = 0.1
"""From this part of the distance on, all errors are the same to the first step."""
TUKEY = 4.685
"""Tukey's constant: 95 % as good as least squares where there are no outliers."""
PAIRS, JUDGES, MOST_POINTS, STEPS = 256, 512, 4096, 8
LEAST_ERROR = 1e-4
INDEPENDENT = 30
"""Measurements of neighbours err alike: no more than so many are taken for independent."""
LEAST_INLIERS = 0.5


@dataclass(frozen=True)
class Alignment:
    """How a map's numbers become metres, or one over metres: value · scale + shift.

    Attributes:
        scale: Multiplies.
        shift: Is added after that.
        points: Measurements that were compared.
        inliers: Part of them that it fits within `OUTLIER`.
        error: Median error, as a part of the distance.
        doubt: How far off the distance at the ends of the map may be by the fit's own
            uncertainty, as a part of the distance (one standard deviation).
    """

    scale: float
    shift: float
    points: int
    inliers: float
    error: float
    doubt: float

    def applied(self, reading: Reading) -> Reading:
        """Return the map in metres, or in one over metres."""
        values = reading.values * np.float32(self.scale) + np.float32(self.shift)
        return Reading(np.asarray(values, np.float32), reading.is_inverse)

    def refusal(self, max_error: float, min_points: int) -> str:
        """Return why it is not to be used; empty if it is fine.

        Args:
            max_error: Greatest median error and doubt, as a part of the distance.
            min_points: Fewest measurements.
        """
        if self.points < min_points:
            return f'{self.points} measured points in view, expected at least {min_points}'
        if self.inliers < LEAST_INLIERS:
            return f'it fits {self.inliers:.0%} of {self.points} points, expected half of them'
        if not self.scale > 0:
            return 'what the sensor measures as far is near in the map: is it of this camera?'
        if self.error > max_error:
            return f'its median error is {self.error:.1%}, align_max_error is {max_error:.1%}'
        if self.doubt > max_error:
            doubt = f'{self.doubt:.1%}' if np.isfinite(self.doubt) else 'any amount'
            return (
                f'what was measured lies at too few distances to tell scale from shift: elsewhere '
                f'the metres may be off by {doubt}, align_max_error is {max_error:.1%}'
            )
        return ''


NO_ALIGNMENT = Alignment(0.0, 0.0, 0, 0.0, float('inf'), float('inf'))


def align(reading: Reading, values: Floats, depth_m: Floats) -> Alignment:
    """Return the scale and shift that make metres of a map.

    Args:
        reading: The whole map; the ends of its range are where the fit may go astray.
        values: Its numbers [N] at the points that were measured.
        depth_m: What was measured there [N], metres.
    """
    known = np.isfinite(values) & np.isfinite(depth_m) & (depth_m > 0)
    table = _table(values[known].astype(np.float64), depth_m[known], reading.is_inverse)
    points = len(table)
    if points < 2:
        return NO_ALIGNMENT
    # The same points in every frame: what is published must not depend on a dice.
    dice = np.random.default_rng(0)
    used = table[dice.permutation(points)[:MOST_POINTS]]
    solution, covariance = _polished(used, _agreed(used, dice))
    errors = np.abs(used @ solution - 1)
    return Alignment(
        scale=float(solution[0]),
        shift=float(solution[1]),
        points=points,
        inliers=float((errors < OUTLIER).mean()),
        error=float(np.median(errors)),
        doubt=_doubt(reading, solution, covariance),
    )


def _table(values: Doubles, depth_m: Floats, is_inverse: bool) -> Doubles:
    """Return rows [N, 2] whose product with (scale, shift) is 1 + the error of a point."""
    weights = depth_m.astype(np.float64) if is_inverse else 1 / depth_m.astype(np.float64)
    return np.column_stack([values * weights, weights])


def _agreed(table: Doubles, dice: np.random.Generator) -> Doubles:
    """Return the scale and shift [2] of the pair of points that most others agree with."""
    first, second = (table[i] for i in dice.integers(0, len(table), (2, PAIRS)))
    crosses = first[:, 0] * second[:, 1] - second[:, 0] * first[:, 1]
    apart = np.abs(crosses) > 1e-9 * np.abs(first[:, 0] * second[:, 1]).max(initial=0)
    if not apart.any():
        return _factor_only(table)
    first, second, crosses = first[apart], second[apart], crosses[apart]
    guesses = np.column_stack([second[:, 1] - first[:, 1], first[:, 0] - second[:, 0]])
    guesses /= crosses[:, None]
    errors = np.abs(guesses @ table[:JUDGES].T - 1) / OUTLIER
    costs = np.minimum(errors, 1) ** 2
    costs[guesses[:, 0] <= 0] += 1
    return np.asarray(guesses[costs.sum(axis=1).argmin()])


def _factor_only(table: Doubles) -> Doubles:
    """Return the factor that fits when all points are the same."""
    return np.array([1 / np.median(table[:, 0]) if np.median(table[:, 0]) else 0.0, 0.0])


def _polished(table: Doubles, solution: Doubles) -> tuple[Doubles, Doubles]:
    """Return the scale and shift [2] of weighted least squares, and their covariance [2, 2]."""
    normal, spread = np.zeros((2, 2)), LEAST_ERROR
    for _ in range(STEPS):
        errors = table @ solution - 1
        spread = max(LEAST_ERROR, 1.4826 * float(np.median(np.abs(errors))))
        weights = np.clip(1 - (errors / (TUKEY * spread)) ** 2, 0, None) ** 2
        normal = (table * weights[:, None]).T @ table
        if np.linalg.cond(normal) > 1e12:
            return solution, np.full((2, 2), np.inf)
        solution = np.linalg.solve(normal, table.T @ weights)
    count = min(INDEPENDENT, len(table))
    covariance = spread**2 * np.linalg.inv(normal * count / len(table))
    return solution, np.asarray(covariance, np.float64)


def _doubt(reading: Reading, solution: Doubles, covariance: Doubles) -> float:
    """Return the standard deviation at the map's ends, as a part of what it says there."""
    if not np.isfinite(covariance).all():
        return float('inf')
    places = np.column_stack([np.nanpercentile(reading.values, (5, 50, 95)), np.ones(3)])
    deviations = np.sqrt(np.einsum('ni,ij,nj->n', places, covariance, places))
    told = np.abs(places @ solution)
    # The sky is infinitely far: of that, no part can be told.
    return float((deviations / np.maximum(told, told[1] / 10 + 1e-9)).max())
