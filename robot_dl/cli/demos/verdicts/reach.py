"""How far one may drive, compared with how far one really may."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.verdicts.verdict import FALSE, MISSED, RIGHT, Verdict
from robot_dl.core.pinhole import Pinhole

Floats = NDArray[np.float64]

LEAST_M, SHARE = 0.10, 0.10
"""A range is right within so many metres, or within this part of it if that is more."""


@dataclass(frozen=True)
class Ranges:
    """Distances along the ground.

    Attributes:
        angles_rad: Bearings [N], positive to the left.
        ranges_m: Distance [N] at which the drivable ground ends; infinite if it does not within
            view, NaN if nobody knows.
    """

    angles_rad: Floats
    ranges_m: Floats

    def at(self, angles_rad: Floats) -> Floats:
        """Return the ranges of the nearest bearings [M]; NaN beyond the first and the last."""
        if not len(self.angles_rad):
            return np.full(len(angles_rad), np.nan)
        step = float(np.diff(self.angles_rad).mean()) if len(self.angles_rad) > 1 else 1.0
        nearest = np.rint((angles_rad - self.angles_rad[0]) / step).astype(int)
        is_inside = (nearest >= 0) & (nearest < len(self.ranges_m))
        ranges = self.ranges_m[np.clip(nearest, 0, len(self.ranges_m) - 1)]
        return np.where(is_inside, ranges, np.nan)


@dataclass(frozen=True)
class ReachTally:
    """How many ranges were right.

    Attributes:
        right: Ranges that are right.
        too_far: Ranges that promise ground that is not drivable.
        too_near: Ranges that hide drivable ground, or are not told.
        errors_m: Error [K] of each range that was told and that ends within view.
    """

    right: int = 0
    too_far: int = 0
    too_near: int = 0
    errors_m: Floats = field(default_factory=lambda: np.zeros(0))

    def __add__(self, other: 'ReachTally') -> 'ReachTally':
        """Return the tally of the images of both."""
        return ReachTally(
            self.right + other.right,
            self.too_far + other.too_far,
            self.too_near + other.too_near,
            np.concatenate([self.errors_m, other.errors_m]),
        )

    @property
    def ranges(self) -> int:
        """How many there are."""
        return self.right + self.too_far + self.too_near

    def share(self, count: int) -> float | None:
        """Return a count as part of all ranges; None without any."""
        return count / self.ranges if self.ranges else None

    @property
    def median_m(self) -> float | None:
        """The median error; None without any."""
        return float(np.median(np.abs(self.errors_m))) if len(self.errors_m) else None


@dataclass(frozen=True)
class Reach(Verdict):
    """How far one may drive in each direction.

    Attributes:
        found: What the node says, at the bearings of the truth.
        truth: What is true.
        pinhole: The camera.
        most_m: Distance beyond which nobody looks.
        goal: Share of right ranges from which on the image counts as right.
    """

    found: Ranges
    truth: Ranges
    pinhole: Pinhole
    most_m: float
    goal: float

    @classmethod
    def judge(
        cls, found: Ranges, truth: Ranges, pinhole: Pinhole, most_m: float, goal: float
    ) -> 'Reach':
        """Return the verdict on ranges."""
        same = Ranges(truth.angles_rad, found.at(truth.angles_rad))
        return cls(same, truth, pinhole, most_m, goal)

    @property
    def tally(self) -> ReachTally:
        """The counts of this image; directions in which the truth is unknown are left out."""
        is_asked = ~np.isnan(self.truth.ranges_m)
        true = np.minimum(self.truth.ranges_m[is_asked], self.most_m)
        told = np.minimum(self.found.ranges_m[is_asked], self.most_m)
        error, most = told - true, np.maximum(LEAST_M, SHARE * true)
        right, far = int((np.abs(error) <= most).sum()), int((error > most).sum())
        known = np.isfinite(error) & (true < self.most_m)
        return ReachTally(right, far, len(true) - right - far, error[known])

    @property
    def kind(self) -> str:
        """FALSE if more is promised than there is, MISSED if less."""
        tally = self.tally
        share = tally.share(tally.right)
        if share is None or share >= self.goal:
            return RIGHT
        return FALSE if tally.too_far > tally.too_near else MISSED

    @property
    def hardness(self) -> float:
        """The share of wrong ranges."""
        return 1 - (self.tally.share(self.tally.right) or 0.0)

    @property
    def fullness(self) -> float:
        """How much the ranges differ, in metres."""
        told = np.minimum(self.truth.ranges_m, self.most_m)
        return float(np.nanstd(told)) if np.isfinite(told).any() else 0.0

    @property
    def words(self) -> str:
        """Shares of right and of too far ranges."""
        tally = self.tally
        if not tally.ranges:
            return 'no ground in view'
        right, far = tally.right / tally.ranges, tally.too_far / tally.ranges
        return f'{right:.0%} of the directions right, {far:.0%} too far'

    @property
    def counts(self) -> Any:
        """The tally."""
        return self.tally
