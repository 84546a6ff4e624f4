"""How the classes told of pixels fit those they have."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.verdicts.verdict import MISSED, RIGHT, Verdict
from robot_dl.training.segmentation_scoring import Counts, confusion, overlaps

Ids = NDArray[Any]


@dataclass(frozen=True)
class Classes(Verdict):
    """The classes that were told and those that are there.

    Attributes:
        found: Class that the node gives each pixel [H, W].
        truth: Class of each pixel [H, W].
        confused: Pixels of a class (row) that were given a class (column) [C, C + 1].
        goal: Mean overlap from which the image counts as right.
    """

    found: Ids
    truth: Ids
    confused: Counts
    goal: float

    @classmethod
    def judge(cls, found: Ids, truth: Ids, classes: int, goal: float) -> 'Classes':
        """Return the verdict on a mask; ids that are no class count as none told."""
        confused = confusion(truth, np.minimum(found, classes), classes)
        return cls(found, truth, confused, goal)

    @property
    def miou(self) -> float:
        """Mean overlap of the classes that the image shows."""
        return float(np.nanmean(overlaps(self.confused)))

    @property
    def kind(self) -> str:
        """RIGHT from the goal on."""
        return RIGHT if self.miou >= self.goal else MISSED

    @property
    def hardness(self) -> float:
        """What is missing of a full overlap."""
        return 1 - self.miou

    @property
    def fullness(self) -> float:
        """Classes in the image, and the overlap among images with as many."""
        return float((self.confused.sum(1) > 0).sum()) + self.miou

    @property
    def words(self) -> str:
        """Overlap and share of right pixels."""
        right = self.confused.diagonal().sum() / self.confused.sum()
        return f'mean IoU {self.miou:.2f}, {right:.1%} of the pixels right'

    @property
    def counts(self) -> Counts:
        """The confusion of this image."""
        return self.confused
