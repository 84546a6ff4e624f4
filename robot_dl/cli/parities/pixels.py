"""How far two models are apart in what they say of every pixel."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.parities.agreement import Agreement
from robot_dl.depth.types import DepthMap

NEAR = 0.02
"""Metres, or nearness, that differ by at most this part of themselves are the same."""


@dataclass
class PixelAgreement(Agreement):
    """What two models say of the same pixels.

    Attributes:
        pixels: How many they have looked at.
        alike: Of how many they say the same.
    """

    pixels: int = 0
    alike: int = 0

    @property
    def share(self) -> float:
        """Part of the pixels of which both say the same."""
        return self.alike / self.pixels if self.pixels else 1.0

    def count(self, same: NDArray[np.bool_]) -> None:
        """Count the pixels of one more picture, and those of which both say the same."""
        self.pixels += same.size
        self.alike += int(np.count_nonzero(same))


@dataclass
class MaskAgreement(PixelAgreement):
    """Which classes two models see.

    Attributes:
        overlaps: Mean overlap of the classes of each picture.
    """

    overlaps: list[float] = field(default_factory=list)

    def compare(self, a: Any, b: Any) -> None:
        """Compare two masks; see `Agreement`."""
        self.count(a.class_ids == b.class_ids)
        kinds = np.union1d(a.class_ids, b.class_ids)
        pairs = [(a.class_ids == kind, b.class_ids == kind) for kind in kinds]
        self.overlaps.append(float(np.mean([(x & y).sum() / (x | y).sum() for x, y in pairs])))

    @property
    def overlap(self) -> float:
        """Mean overlap of the classes."""
        return float(np.mean(self.overlaps or [1.0]))

    @property
    def numbers(self) -> dict[str, Any]:
        """What `--json` has; see `Agreement`."""
        return {'iou_mean': self.overlap, 'iou_least': min(self.overlaps or [1.0])}

    @property
    def lines(self) -> list[str]:
        """The same as lines of text."""
        least = min(self.overlaps or [1.0])
        return [
            f'{self.share:.2%} of the pixels are of one class',
            f'classes overlap by {self.overlap:.4f} on average, by {least:.4f} at least',
        ]


@dataclass
class DepthAgreement(PixelAgreement):
    """How far away two models see things, or what they see nearer than what.

    Attributes:
        differences: Mean difference in each picture, in parts of what A says.
    """

    differences: list[float] = field(default_factory=list)

    def compare(self, a: Any, b: Any) -> None:
        """Compare two maps; see `Agreement`."""
        first, second = (m.depth_m if isinstance(m, DepthMap) else m.nearness for m in (a, b))
        known, also = np.isfinite(first), np.isfinite(second)
        both = known & also
        apart = np.zeros(first.shape)
        apart[both] = np.abs(first[both] - second[both]) / np.maximum(np.abs(first[both]), 1e-9)
        self.count((known == also) & (apart <= NEAR))
        if both.any():
            self.differences.append(float(apart[both].mean()))

    @property
    def numbers(self) -> dict[str, Any]:
        """What `--json` has; see `Agreement`."""
        return {'relative_difference_mean': float(np.mean(self.differences or [0.0]))}

    @property
    def lines(self) -> list[str]:
        """The same as lines of text."""
        mean = self.numbers['relative_difference_mean']
        return [
            f'{self.share:.2%} of the pixels differ by {NEAR:.0%} at most, or are unknown to both',
            f'they differ by {mean:.3%} on average',
        ]
