"""How places in space fit those where the objects are."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.matching import NOTHING
from robot_dl.cli.demos.verdicts.space import Boxes3D, same_sight
from robot_dl.cli.demos.verdicts.verdict import FALSE, MISSED, RIGHT, Verdict
from robot_dl.core.pinhole import Pinhole

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlaceTally:
    """How far off each object was that was found, and how many were not.

    Attributes:
        errors_m: Distance [K] from each centre that was found to the true one.
        distances_m: Distance [K] of those objects from the camera.
        class_ids: Their classes [K].
        missed: Objects of each class [C] of which nothing was found.
        false_alarms: Boxes of each class [C] where there is no such object.
    """

    missed: NDArray[np.int64]
    false_alarms: NDArray[np.int64]
    errors_m: Floats = field(default_factory=lambda: np.zeros(0))
    distances_m: Floats = field(default_factory=lambda: np.zeros(0))
    class_ids: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def empty(cls, classes: int) -> 'PlaceTally':
        """Return the tally of no images."""
        none = np.zeros(classes, np.int64)
        return cls(none, none)

    def __add__(self, other: 'PlaceTally') -> 'PlaceTally':
        """Return the tally of the images of both."""
        return PlaceTally(
            self.missed + other.missed,
            self.false_alarms + other.false_alarms,
            np.concatenate([self.errors_m, other.errors_m]),
            np.concatenate([self.distances_m, other.distances_m]),
            np.concatenate([self.class_ids, other.class_ids]),
        )

    def of_class(self, class_id: int) -> 'PlaceTally':
        """Return the tally of one class alone."""
        one, mine = slice(class_id, class_id + 1), self.class_ids == class_id
        return PlaceTally(
            self.missed[one],
            self.false_alarms[one],
            self.errors_m[mine],
            self.distances_m[mine],
            self.class_ids[mine],
        )

    @property
    def objects(self) -> int:
        """Objects that count, found or not."""
        return len(self.errors_m) + int(self.missed.sum())

    @property
    def recall(self) -> float | None:
        """Share of the objects that were found, however far off; None if there was none."""
        return len(self.errors_m) / self.objects if self.objects else None

    def error_m(self, percent: float) -> float | None:
        """Return a percentile of the errors; None without any."""
        return float(np.percentile(self.errors_m, percent)) if len(self.errors_m) else None

    @property
    def relative(self) -> float | None:
        """Median error as a part of the distance; None without any."""
        if not len(self.errors_m):
            return None
        return float(np.median(self.errors_m / self.distances_m))


@dataclass(frozen=True)
class Places(Verdict):
    """The boxes that were found in space, and those that are there.

    Attributes:
        found: What the node says, with `counts` true.
        truth: What is there.
        truth_of: For each box found [N] the index of its object, NOTHING or UNCOUNTED.
        pinhole: The camera.
        classes: How many classes there are.
        goal_m: Distance from the truth within which every object must be in a right image.
    """

    found: Boxes3D
    truth: Boxes3D
    truth_of: NDArray[np.int64]
    pinhole: Pinhole
    classes: int
    goal_m: float

    @classmethod
    def judge(
        cls, found: Boxes3D, truth: Boxes3D, pinhole: Pinhole, classes: int, goal_m: float
    ) -> 'Places':
        """Return the verdict on boxes in space."""
        return cls(found, truth, same_sight(found, truth, pinhole), pinhole, classes, goal_m)

    @property
    def errors_m(self) -> Floats:
        """Distance [N] of each box found from its object; NaN of those that are of none."""
        errors = np.full(len(self.found), np.nan)
        hits = self.truth_of >= 0
        offsets = self.found.centres_m[hits] - self.truth.centres_m[self.truth_of[hits]]
        errors[hits] = np.linalg.norm(offsets, axis=1)
        return errors

    @property
    def is_missed(self) -> NDArray[np.bool_]:
        """Whether each object [M] counts and was not found."""
        is_found = np.isin(np.arange(len(self.truth)), self.truth_of)
        return np.asarray(self.truth.counts & ~is_found)

    @property
    def kind(self) -> str:
        """MISSED also where a place is too far off; a box of nothing is FALSE."""
        if self.is_missed.any() or np.nanmax(self.errors_m, initial=0.0) > self.goal_m:
            return MISSED
        return FALSE if (self.truth_of == NOTHING).any() else RIGHT

    @property
    def hardness(self) -> float:
        """The greatest error in metres, and one for each object missed or invented."""
        wrong = int(self.is_missed.sum()) + int((self.truth_of == NOTHING).sum())
        return wrong + float(np.nanmax(self.errors_m, initial=0.0))

    @property
    def fullness(self) -> float:
        """Objects found."""
        return float((self.truth_of >= 0).sum())

    @property
    def words(self) -> str:
        """How many were found, and how far off they are."""
        tally: PlaceTally = self.counts
        median = tally.error_m(50)
        found = f'{len(tally.errors_m)} of {tally.objects} placed'
        return found if median is None else f'{found}, off by {100 * median:.1f} cm (median)'

    @property
    def counts(self) -> Any:
        """The errors of this image, as a PlaceTally."""
        hits, false = self.truth_of >= 0, self.truth_of == NOTHING
        of = self.truth_of[hits]
        return PlaceTally(
            np.bincount(self.truth.class_ids[self.is_missed], minlength=self.classes),
            np.bincount(self.found.class_ids[false], minlength=self.classes),
            self.errors_m[hits],
            self.truth.distances_m[of],
            self.truth.class_ids[of],
        )
