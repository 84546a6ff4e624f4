"""Score a depth estimator on rendered pictures it has never seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.pinhole import Pinhole
from robot_dl.depth.types import DepthMap
from robot_dl.training.calibration import Reliability
from robot_dl.training.depth_scoring import STEP, DepthErrors, depth_errors, mean_errors
from robot_dl.training.segmentation_scoring import near_edges

Rgb = NDArray[np.uint8]
Metres = NDArray[np.float32]
TOLERANCE = 0.1
"""Metres that are at most so far off, in parts of the truth or of themselves, are called right:
what `confidence` is the chance of."""


@dataclass(frozen=True)
class Picture:
    """A picture [H, W, 3] with its camera, metres [H, W], and the class of each pixel [H, W]."""

    image: Rgb
    pinhole: Pinhole
    depth_m: Metres
    class_ids: NDArray[np.uint8]
    labels: tuple[str, ...]


def render_picture(world: str, seed: int) -> Picture:
    """Render the first view of a seed's world."""
    from robot_dl.sim.worlds import find_world

    with find_world(world)(seed) as made:
        truth = made.pixels()
        shown = (made.render_rgb(), made.pinhole)
        return Picture(*shown, truth.depth_m, truth.class_ids, truth.labels)


def is_right(found_m: Metres, true_m: Metres, tolerance: float = TOLERANCE) -> NDArray[np.bool_]:
    """Tell which metres are within the tolerance of the truth; False where one is not known."""
    with np.errstate(invalid='ignore', divide='ignore'):
        right: NDArray[np.bool_] = np.abs(np.log(found_m / true_m)) <= np.log1p(tolerance)
        return right


@dataclass
class Tally:
    """What a model got right, over pictures.

    Attributes:
        labels: Names of the classes of pixels.
        errors: Of each picture.
        reliability: How often pixels of a confidence were right; None if there is no confidence.
        sums: Pixels, relative errors and ratios within 1.25 of each class [C, 3]; the last row
            is of pixels near an edge between classes.
    """

    labels: tuple[str, ...]
    errors: list[DepthErrors] = field(default_factory=list)
    reliability: Reliability | None = None
    sums: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        """Start with nothing."""
        self.sums = np.zeros((len(self.labels) + 1, 3))

    def add(self, picture: Picture, found: DepthMap) -> None:
        """Count one more picture."""
        self.errors.append(depth_errors(found.depth_m, picture.depth_m))
        both = np.isfinite(found.depth_m) & np.isfinite(picture.depth_m)
        ratio = (found.depth_m / picture.depth_m)[both].astype(np.float64)
        near = np.abs(np.log(ratio)) < np.log(STEP)
        weights = (None, np.abs(ratio - 1), near)
        ids, count = picture.class_ids[both], len(self.labels)
        edges = np.where(near_edges(picture.class_ids)[both], count, count + 1)
        for numbers in (ids, edges):
            sums = [np.bincount(numbers, w, count + 2)[: count + 1] for w in weights]
            self.sums += np.stack(sums, 1)
        if found.confidence is not None:
            right = is_right(found.depth_m, picture.depth_m)[both]
            seen = Reliability.of(found.confidence[both].astype(np.float64), right)
            self.reliability = self.reliability + seen if self.reliability else seen

    @property
    def per_class(self) -> dict[str, dict[str, float]]:
        """Mean relative error and delta1 of the pixels of each class that was there."""
        rows = zip(self.labels, self.sums, strict=False)
        return {name: self._row(sums) for name, sums in rows if sums[0]}

    def _row(self, sums: NDArray[np.float64]) -> dict[str, float]:
        count, error, near = sums.tolist()
        share = count / float(self.sums[:-1, 0].sum())
        return {
            'abs_rel': error / max(count, 1),
            'delta1': near / max(count, 1),
            'share_of_pixels': share,
        }

    def as_json(self) -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes of it."""
        scores: dict[str, Any] = mean_errors(self.errors)
        if self.reliability:
            scores |= {
                'confidence_tolerance': TOLERANCE,
                'ece': self.reliability.error,
                'reliability': self.reliability.rows,
            }
        return {**scores, 'per_class': self.per_class, 'near_edges': self._row(self.sums[-1])}
