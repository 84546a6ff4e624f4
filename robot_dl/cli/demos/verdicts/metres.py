"""How told distances fit the true ones."""

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.verdicts.verdict import MISSED, RIGHT, Verdict
from robot_dl.training.depth_scoring import DepthErrors, depth_errors

Metres = NDArray[np.float32]


@dataclass(frozen=True)
class MetresGoal:
    """What is asked of the metres of an image: see `DepthErrors`."""

    abs_rel: float
    delta1: float


@dataclass(frozen=True)
class MetresTally:
    """Sums over images, of which each counts alike.

    Attributes:
        images: How many there are.
        compared: In how many of them a distance at least could be compared.
        errors: Sums of the errors [8] of those, in the order of `DepthErrors`.
    """

    images: int = 0
    compared: int = 0
    errors: NDArray[np.float64] | None = None

    def __add__(self, other: 'MetresTally') -> 'MetresTally':
        """Return the tally of the images of both."""
        sums = [one.errors for one in (self, other) if one.errors is not None]
        errors = sum(sums[1:], sums[0]) if sums else None
        return MetresTally(self.images + other.images, self.compared + other.compared, errors)

    @property
    def mean(self) -> DepthErrors | None:
        """The mean errors of the images that could be compared; None if there are none."""
        if self.errors is None:
            return None
        return DepthErrors(*(self.errors / self.compared).tolist())

    @property
    def known(self) -> float | None:
        """Share of the pixels with a true distance of which one was told."""
        if not self.images:
            return None
        return self.mean.known * self.compared / self.images if self.mean else 0.0


@dataclass(frozen=True)
class Distances(Verdict):
    """The distances that were told and those that are true.

    Attributes:
        found_m: What the node says [H, W], metres along the optical axis, NaN where unknown.
        true_m: The truth [H, W], NaN where there is none.
        errors: How far off they are; None if nothing could be compared.
        goal: What an image needs to count as right.
    """

    found_m: Metres
    true_m: Metres
    errors: DepthErrors | None
    goal: MetresGoal

    @classmethod
    def judge(cls, found_m: Metres, true_m: Metres, goal: MetresGoal) -> 'Distances':
        """Return the verdict on a depth image.

        Raises:
            ValueError: If the sizes differ.
        """
        errors = None
        if found_m.shape != true_m.shape or (np.isfinite(found_m) & np.isfinite(true_m)).any():
            errors = depth_errors(found_m, true_m)
        return cls(found_m, true_m, errors, goal)

    @property
    def relative(self) -> Metres:
        """Error of each pixel [H, W] as a part of its distance, negative where too near."""
        return np.asarray((self.found_m - self.true_m) / self.true_m, np.float32)

    @property
    def kind(self) -> str:
        """RIGHT if the image meets the goal."""
        if self.errors is None:
            return MISSED
        is_right = (
            self.errors.abs_rel <= self.goal.abs_rel and self.errors.delta1 >= self.goal.delta1
        )
        return RIGHT if is_right else MISSED

    @property
    def hardness(self) -> float:
        """The mean relative error."""
        return 1.0 if self.errors is None else self.errors.abs_rel

    @property
    def fullness(self) -> float:
        """How much the distances in the image differ, as a factor between far and near."""
        near, far = np.nanpercentile(self.true_m, (2, 98))
        return float(far / near)

    @property
    def words(self) -> str:
        """Mean error in percent and in centimetres."""
        if self.errors is None:
            return 'no distance'
        abs_rel, rmse_m = self.errors.abs_rel, self.errors.rmse_m
        return f'off by {abs_rel:.1%} on average, {100 * rmse_m:.1f} cm (root mean square)'

    @property
    def counts(self) -> Any:
        """The errors of this image, as a MetresTally."""
        if self.errors is None:
            return MetresTally(1)
        return MetresTally(1, 1, np.array(astuple(self.errors)))
