"""How far two models, or two engines, are apart: in numbers, and in what they find."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.boxes import iou_matrix
from robot_dl.core.detections import Detections

SAME_PLACE = 0.5
"""Boxes that overlap so much are of one object."""


@dataclass
class OutputDifference:
    """How far one output of A is from that of B, over all pictures.

    Attributes:
        greatest: The greatest difference of two numbers.
        size: The greatest number of A.
        broken: How many numbers were NaN or infinite, in A and in B.
        total: Sum of the differences.
        count: How many numbers were compared.
        shapes: What did not fit together; empty if all did.
    """

    greatest: float = 0.0
    size: float = 0.0
    broken: tuple[int, int] = (0, 0)
    total: float = 0.0
    count: int = 0
    shapes: str = ''

    @property
    def mean(self) -> float:
        """The mean difference."""
        return self.total / max(self.count, 1)

    @property
    def relative(self) -> float:
        """The greatest difference in parts of the greatest number."""
        return self.greatest / max(self.size, 1e-9)

    def add(self, a: NDArray[Any], b: NDArray[Any]) -> None:
        """Compare the arrays of one more picture."""
        first, second = a.astype(np.float64), b.astype(np.float64)
        fine_a, fine_b = np.isfinite(first), np.isfinite(second)
        self.broken = (
            self.broken[0] + int((~fine_a).sum()),
            self.broken[1] + int((~fine_b).sum()),
        )
        if a.shape != b.shape:
            self.shapes = f'{list(a.shape)} and {list(b.shape)}'
            return
        fine = fine_a & fine_b
        apart = np.abs(first - second)[fine]
        self.greatest = max(self.greatest, float(apart.max(initial=0.0)))
        self.size = max(self.size, float(np.abs(first[fine]).max(initial=0.0)))
        self.total += float(apart.sum())
        self.count += apart.size


@dataclass
class Agreement:
    """What two models find in the same pictures.

    Attributes:
        pictures: How many they have looked at.
        found: How many objects, or classes, A and B have found.
        paired: How many of them are of one place.
        alike: How many of these are of one class.
        overlaps: Overlap of the boxes of each pair.
        scores: Difference of the scores of each pair.
        failures: What could not be read from the outputs of one of them.
    """

    pictures: int = 0
    found: tuple[int, int] = (0, 0)
    paired: int = 0
    alike: int = 0
    overlaps: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Part of all that was found that both have found, and given the same class."""
        total = sum(self.found)
        return 2 * self.alike / total if total else 1.0

    def add(self, a: Any, b: Any) -> None:
        """Compare the answers for one more picture."""
        self.pictures += 1
        self.found = (self.found[0] + len(a), self.found[1] + len(b))
        pairs = _pairs(a, b)
        self.paired += len(pairs)
        for first, second, overlap in pairs:
            same = a.class_ids[first] == b.class_ids[second]
            self.alike += int(same)
            self.overlaps.append(overlap)
            self.scores.append(abs(float(a.scores[first]) - float(b.scores[second])))


def _pairs(a: Any, b: Any) -> list[tuple[int, int, float]]:
    """Return which answer of A belongs to which of B, and how well they overlap."""
    if not isinstance(a, Detections):
        return [(0, 0, 1.0)] if len(a) and len(b) else []
    overlaps = iou_matrix(a.boxes_xyxy, b.boxes_xyxy)
    # A box of the same class wins over one that lies better but is of another.
    wishes = overlaps + (a.class_ids[:, None] == b.class_ids[None])
    wishes[overlaps < SAME_PLACE] = 0
    pairs = []
    while wishes.size and wishes.max() > 0:
        first, second = np.unravel_index(wishes.argmax(), wishes.shape)
        pairs.append((int(first), int(second), float(overlaps[first, second])))
        wishes[first], wishes[:, second] = 0, 0
    return pairs


def compare_outputs(
    differences: dict[str, OutputDifference],
    a: Mapping[str, NDArray[Any]],
    b: Mapping[str, NDArray[Any]],
) -> None:
    """Add the outputs of one more picture to the differences by name.

    Outputs of other names are paired by their order: exporters name them as they like.
    """
    names_b = list(b) if set(a) != set(b) else list(a)
    for name, other in zip(a, names_b, strict=False):
        differences.setdefault(name, OutputDifference()).add(a[name], b[other])
    if len(a) != len(b):
        difference = differences.setdefault('number of outputs', OutputDifference())
        difference.shapes = f'{sorted(a)} and {sorted(b)}'
