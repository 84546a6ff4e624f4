"""How the silhouettes of found objects fit those of the objects that are there."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.matching import LEAST_IOU, Tally, match_by
from robot_dl.cli.demos.verdicts.objects import Objects
from robot_dl.core.detections import Detections

Numbers = NDArray[Any]


@dataclass(frozen=True)
class SilhouetteTally:
    """Counts for each class, and how well the silhouettes of what was found overlap.

    Attributes:
        objects: The counts.
        overlap: Sum [C] of the overlaps of the objects that were found.
    """

    objects: Tally
    overlap: NDArray[np.float64]

    @classmethod
    def empty(cls, classes: int) -> 'SilhouetteTally':
        """Return the tally of no images."""
        return cls(Tally.empty(classes), np.zeros(classes))

    def __add__(self, other: 'SilhouetteTally') -> 'SilhouetteTally':
        """Return the tally of the images of both."""
        return SilhouetteTally(self.objects + other.objects, self.overlap + other.overlap)

    def mean_overlap(self, class_id: int | None = None) -> float | None:
        """Return the mean overlap of what was found of a class, or of all; None if nothing was."""
        one = slice(None) if class_id is None else slice(class_id, class_id + 1)
        count = int(self.objects.right[one].sum())
        return float(self.overlap[one].sum()) / count if count else None


@dataclass(frozen=True)
class Silhouettes(Objects):
    """What was found, what is there, and which pixels show it.

    Attributes:
        found_numbers: Which detection each pixel shows [H, W]: k + 1 for the k-th, 0 for none.
        true_numbers: Which object each pixel shows [H, W] likewise.
        overlap: Overlap of each detection with each object [N, M].
    """

    found_numbers: Numbers
    true_numbers: Numbers
    overlap: NDArray[np.float64]

    @classmethod
    def judge_pixels(
        cls,
        found: Detections,
        truth: Detections,
        found_numbers: Numbers,
        true_numbers: Numbers,
        classes: int,
    ) -> 'Silhouettes':
        """Return the verdict on silhouettes: they must overlap, whatever the boxes do."""
        overlap = pixel_iou(found_numbers, true_numbers, len(found), len(truth))
        matched = match_by(overlap, found, truth, LEAST_IOU)
        return cls(found, truth, matched, classes, found_numbers, true_numbers, overlap)

    @property
    def overlaps(self) -> NDArray[np.float64]:
        """Overlap [N] of each detection that is right with its object; 0 of the others."""
        is_right = self.matched.is_right
        rows = np.flatnonzero(is_right)
        overlaps = np.zeros(len(is_right))
        overlaps[rows] = self.overlap[rows, self.matched.truth_of[rows]]
        return overlaps

    @property
    def words(self) -> str:
        """The counts, and the mean overlap."""
        mean = self.silhouette_tally.mean_overlap()
        return super().words + ('' if mean is None else f', mean IoU of their pixels {mean:.2f}')

    @property
    def silhouette_tally(self) -> SilhouetteTally:
        """Counts and overlaps of this image."""
        sums = np.bincount(self.found.class_ids, self.overlaps, minlength=self.classes)
        return SilhouetteTally(self.tally, np.asarray(sums, np.float64))

    @property
    def counts(self) -> Any:
        """The silhouettes' tally."""
        return self.silhouette_tally


def pixel_iou(
    found_numbers: Numbers, true_numbers: Numbers, found: int, true: int
) -> NDArray[np.float64]:
    """Return the intersection over union [N, M] of the pixels of N regions and M others.

    Args:
        found_numbers: Which of the first each pixel belongs to [H, W]: k + 1, 0 for none.
        true_numbers: Which of the others each pixel belongs to [H, W].
        found: N.
        true: M.

    Raises:
        ValueError: If the sizes differ, or a number is too large.
    """
    if found_numbers.shape != true_numbers.shape:
        raise ValueError(
            f'mask: expected {list(true_numbers.shape)} pixels, got {list(found_numbers.shape)}'
        )
    for numbers, most in ((found_numbers, found), (true_numbers, true)):
        if int(numbers.max(initial=0)) > most:
            raise ValueError(f'mask: expected numbers up to {most}, got {int(numbers.max())}')
    pairs = found_numbers.astype(np.int64) * (true + 1) + true_numbers
    both = np.bincount(pairs.reshape(-1), minlength=(found + 1) * (true + 1))
    both = both.reshape(found + 1, true + 1)
    either = both.sum(1, keepdims=True) + both.sum(0, keepdims=True) - both
    return np.asarray(both[1:, 1:] / np.maximum(either[1:, 1:], 1))
