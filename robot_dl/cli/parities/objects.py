"""How far two models are apart in the objects, or the classes, that they find."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.parities.agreement import Agreement
from robot_dl.core.boxes import iou_matrix
from robot_dl.core.detections import Detections
from robot_dl.segmentation.types import Instances

SAME_PLACE = 0.5
"""Objects that overlap so much are one."""


@dataclass
class ObjectAgreement(Agreement):
    """What two models find in the same pictures.

    Attributes:
        found: How many objects, or classes, A and B have found.
        paired: How many of them are of one place.
        alike: How many of these are of one class.
        overlaps: Overlap of the boxes, or of the masks, of each pair.
        scores: Difference of the scores of each pair.
    """

    found: tuple[int, int] = (0, 0)
    paired: int = 0
    alike: int = 0
    overlaps: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Part of all that was found that both have found, and given the same class."""
        total = sum(self.found)
        return 2 * self.alike / total if total else 1.0

    @property
    def overlap(self) -> float:
        """Mean overlap of the pairs."""
        return float(np.mean(self.overlaps or [1.0]))

    def compare(self, a: Any, b: Any) -> None:
        """Compare two answers; see `Agreement`."""
        self.found = (self.found[0] + len(a), self.found[1] + len(b))
        pairs = _pairs(a, b)
        self.paired += len(pairs)
        first_found, second_found = _listed(a), _listed(b)
        for first, second, overlap in pairs:
            same = first_found.class_ids[first] == second_found.class_ids[second]
            self.alike += int(same)
            self.overlaps.append(overlap)
            scores = first_found.scores[first], second_found.scores[second]
            self.scores.append(abs(float(scores[0]) - float(scores[1])))

    @property
    def numbers(self) -> dict[str, Any]:
        """What `--json` has; see `Agreement`."""
        return {
            'found': list(self.found),
            'at_one_place': self.paired,
            'of_one_class': self.alike,
            'iou_mean': self.overlap,
            'iou_least': min(self.overlaps or [1.0]),
            'score_greatest_difference': max(self.scores or [0.0]),
        }

    @property
    def lines(self) -> list[str]:
        """The same as lines of text."""
        numbers = self.numbers
        return [
            f'found: {self.found[0]} by A, {self.found[1]} by B; {self.paired} at one place, '
            f'{self.alike} of them of one class ({self.share:.1%})',
            f'overlap {self.overlap:.4f} on average, {numbers["iou_least"]:.4f} at least; '
            f'scores differ by {numbers["score_greatest_difference"]:.4f} at most',
        ]


def _listed(answer: Any) -> Any:
    """Return what has `class_ids` and `scores` of an answer."""
    return answer.detections if isinstance(answer, Instances) else answer


def _pairs(a: Any, b: Any) -> list[tuple[int, int, float]]:
    """Return which answer of A belongs to which of B, and how well they overlap."""
    if not isinstance(a, (Detections, Instances)):
        return [(0, 0, 1.0)] if len(a) and len(b) else []
    overlaps = _overlaps(a, b)
    same = _listed(a).class_ids[:, None] == _listed(b).class_ids[None]
    # An object of the same class wins over one that lies better but is of another.
    wishes = overlaps + same
    wishes[overlaps < SAME_PLACE] = 0
    pairs = []
    while wishes.size and wishes.max() > 0:
        first, second = np.unravel_index(wishes.argmax(), wishes.shape)
        pairs.append((int(first), int(second), float(overlaps[first, second])))
        wishes[first], wishes[:, second] = 0, 0
    return pairs


def _overlaps(a: Any, b: Any) -> NDArray[np.floating]:
    """Return the overlap [N, M] of all objects of A with all of B: of masks, else of boxes."""
    if isinstance(a, Detections):
        return iou_matrix(a.boxes_xyxy, b.boxes_xyxy)
    rows, columns = len(a) + 1, len(b) + 1
    together = a.instance_ids.astype(np.int64) * columns + b.instance_ids
    shared = np.bincount(together.reshape(-1), minlength=rows * columns).reshape(rows, columns)
    either = shared.sum(1)[:, None] + shared.sum(0)[None] - shared
    return np.asarray(shared / np.maximum(either, 1))[1:, 1:]
