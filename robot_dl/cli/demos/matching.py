"""Compare what was found in an image with what is really there."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.boxes import iou_matrix
from robot_dl.core.detections import Detections

LEAST_IOU = 0.5
"""Overlap from which a detection is said to be of the object (PASCAL VOC, COCO's mAP50)."""

NOTHING = -1
"""In place of an object's index: the detection is a false alarm."""
UNCOUNTED = -2
"""In place of an object's index: the detection is of an object that does not count."""


@dataclass(frozen=True)
class Match:
    """How the detections of one image fit its objects.

    Attributes:
        truth_of: For each detection [N] the index of its object, NOTHING or UNCOUNTED.
        is_missed: For each object [M] whether it counts and nothing was found of it.
    """

    truth_of: NDArray[np.int64]
    is_missed: NDArray[np.bool_]

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether each detection [N] is of an object that counts."""
        return np.asarray(self.truth_of >= 0)

    @property
    def is_false_alarm(self) -> NDArray[np.bool_]:
        """Whether each detection [N] is of nothing."""
        return np.asarray(self.truth_of == NOTHING)

    @property
    def errors(self) -> int:
        """Misses and false alarms together."""
        return int(self.is_missed.sum() + self.is_false_alarm.sum())


def match(found: Detections, truth: Detections, least_iou: float = LEAST_IOU) -> Match:
    """Give each detection the object it overlaps most, the surest detection first.

    An object is given once, and only to a detection of its class. An object of score 0 does not
    count: finding it is no success, missing it no failure (COCO's "ignore").

    Args:
        found: What was detected.
        truth: What is there, with score 1 for objects that count and 0 for those that do not.
        least_iou: Overlap from which a detection is of the object.
    """
    return match_by(iou_matrix(found.boxes_xyxy, truth.boxes_xyxy), found, truth, least_iou)


def match_by(overlap: NDArray[Any], found: Detections, truth: Detections, least: float) -> Match:
    """Give each detection its object as `match` does, by any measure of overlap.

    Args:
        overlap: Overlap [N, M] of each detection with each object.
        found: What was detected [N].
        truth: What is there [M], with score 0 for objects that do not count.
        least: Overlap from which a detection is of the object.
    """
    overlap = np.where(found.class_ids[:, None] == truth.class_ids[None, :], overlap, 0)
    counts = truth.scores > 0
    is_free = counts.copy()
    truth_of = np.full(len(found), NOTHING, np.int64)
    for detection in np.argsort(-found.scores, kind='stable'):
        hit = _best(overlap[detection], is_free, least)
        if hit is not None:
            truth_of[detection], is_free[hit] = hit, False
        elif _best(overlap[detection], ~counts, least) is not None:
            truth_of[detection] = UNCOUNTED
    return Match(truth_of, is_free)


def _best(overlap: NDArray[Any], allowed: NDArray[np.bool_], least: float) -> int | None:
    """Return the allowed object of the largest overlap, if that is enough."""
    overlap = np.where(allowed, overlap, 0)
    if not overlap.size or overlap.max() < least:
        return None
    return int(overlap.argmax())


@dataclass(frozen=True)
class Tally:
    """Counts for each class [C], over as many images as were added.

    Attributes:
        right: Detections of an object.
        false_alarms: Detections of nothing.
        missed: Objects of which nothing was found.
    """

    right: NDArray[np.int64]
    false_alarms: NDArray[np.int64]
    missed: NDArray[np.int64]

    @classmethod
    def empty(cls, classes: int) -> 'Tally':
        """Return the tally of no images."""
        none = np.zeros(classes, np.int64)
        return cls(none, none, none)

    @classmethod
    def of(cls, matched: Match, found: Detections, truth: Detections, classes: int) -> 'Tally':
        """Return the tally of one image."""
        return cls(
            np.bincount(found.class_ids[matched.is_right], minlength=classes),
            np.bincount(found.class_ids[matched.is_false_alarm], minlength=classes),
            np.bincount(truth.class_ids[matched.is_missed], minlength=classes),
        )

    def __add__(self, other: 'Tally') -> 'Tally':
        """Return the tally of the images of both."""
        return Tally(
            self.right + other.right,
            self.false_alarms + other.false_alarms,
            self.missed + other.missed,
        )

    def of_class(self, class_id: int) -> 'Tally':
        """Return the tally of one class alone."""
        one = slice(class_id, class_id + 1)
        return Tally(self.right[one], self.false_alarms[one], self.missed[one])

    @property
    def objects(self) -> int:
        """Objects that count, found or not."""
        return int(self.right.sum() + self.missed.sum())

    @property
    def precision(self) -> float | None:
        """Share of the detections that are right; None if nothing was detected."""
        return _share(int(self.right.sum()), int(self.false_alarms.sum()))

    @property
    def recall(self) -> float | None:
        """Share of the objects that were found; None if there was none."""
        return _share(int(self.right.sum()), int(self.missed.sum()))


def _share(good: int, bad: int) -> float | None:
    return good / (good + bad) if good + bad else None
