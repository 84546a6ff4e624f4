"""Whether two engines make the same of a picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.boxes import iou_matrix
from robot_dl.core.detections import Detections

SAME_IOU = 0.9
"""Boxes that overlap so much are at the same place."""

SAME_SCORE = 0.05
MOST_RELATIVE = 0.02
"""Of the greatest number of an output; half precision stays an order of magnitude below."""


@dataclass(frozen=True)
class Difference:
    """How far the outputs of two engines lie apart.

    Attributes:
        greatest: Of all numbers, in parts of the greatest number of their output.
        mean: The same on average.
        answers: What is different in the answers; empty if nothing is.
    """

    greatest: float
    mean: float
    answers: str

    @property
    def is_none(self) -> bool:
        """Tell whether the two may stand for each other."""
        return self.greatest <= MOST_RELATIVE and not self.answers


def difference(
    outputs: Mapping[str, NDArray[Any]],
    others: Mapping[str, NDArray[Any]],
    answer: Any,
    other: Any,
) -> Difference:
    """Return how far outputs and answer of an engine are from those of another."""
    apart = [_apart(outputs[name], others[name]) for name in outputs if name in others]
    changed = _objects if isinstance(answer, Detections) else _classes
    greatest = max((a for a, _ in apart), default=float('nan'))
    mean = float(np.mean([m for _, m in apart])) if apart else float('nan')
    return Difference(greatest, mean, changed(answer, other))


def _apart(a: NDArray[Any], b: NDArray[Any]) -> tuple[float, float]:
    """Return the greatest and the mean difference; infinite where shapes differ or NaN is."""
    if a.shape != b.shape:
        return float('inf'), float('inf')
    first, second = a.astype(np.float64), b.astype(np.float64)
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return float('inf'), float('inf')
    if not first.size:
        return 0.0, 0.0
    size = max(np.abs(first).max(), 1e-9)
    apart = np.abs(first - second) / size
    return float(apart.max()), float(apart.mean())


def _objects(a: Detections, b: Detections) -> str:
    """Say which objects only one of two has found, or found elsewhere."""
    if not len(a) or not len(b):
        return '' if len(a) == len(b) else f'{len(a)} objects, {len(b)} there'
    same = (
        (iou_matrix(a.boxes_xyxy, b.boxes_xyxy) >= SAME_IOU)
        & (a.class_ids[:, None] == b.class_ids[None])
        & (np.abs(a.scores[:, None] - b.scores[None]) <= SAME_SCORE)
    )
    alone = int((~same.any(axis=1)).sum() + (~same.any(axis=0)).sum())
    return f'{alone} of {len(a) + len(b)} objects without a partner' if alone else ''


def _classes(a: Any, b: Any) -> str:
    """Say whether the best class differs, or its score."""
    if not len(a) or not len(b):
        return '' if len(a) == len(b) else 'no class in one of them'
    best, other = (a.class_ids[0], a.scores[0]), (b.class_ids[0], b.scores[0])
    if best[0] != other[0] or abs(best[1] - other[1]) > SAME_SCORE:
        return f'class {best[0]} ({best[1]:.2f}), there {other[0]} ({other[1]:.2f})'
    return ''
