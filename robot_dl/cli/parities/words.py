"""What a model has found in a picture, in a few words."""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np

from robot_dl.core.detections import Detections
from robot_dl.depth.types import DepthMap, RelativeDepth
from robot_dl.segmentation.types import Instances, SemanticMask

MOST_NAMES = 5


@singledispatch
def words(found: Any, labels: Sequence[str]) -> str:
    """Return an answer for people.

    Args:
        found: What a node would publish: classes with scores, or any of the types below.
        labels: Names of the classes.
    """
    pairs = zip(found.class_ids, found.scores, strict=True)
    return ', '.join(f'{labels[i]} ({score:.2f})' for i, score in pairs) or 'no class'


@words.register
def _(found: Detections, labels: Sequence[str]) -> str:
    names = ', '.join(sorted({labels[i] for i in found.class_ids})[:MOST_NAMES])
    return f'{len(found)} objects{": " if names else ""}{names}'


@words.register
def _(found: Instances, labels: Sequence[str]) -> str:
    covered = np.count_nonzero(found.instance_ids) / found.instance_ids.size
    return f'{words(found.detections, labels)}; they cover {covered:.0%}'


@words.register
def _(found: SemanticMask, labels: Sequence[str]) -> str:
    counts = np.bincount(found.class_ids.reshape(-1), minlength=len(labels))[: len(labels)]
    best = [k for k in np.argsort(-counts, kind='stable')[:MOST_NAMES] if counts[k]]
    shares = (f'{counts[k] / found.class_ids.size:.0%} {labels[k]}' for k in best)
    return ', '.join(shares) or 'no class'


@words.register
def _(found: DepthMap, labels: Sequence[str]) -> str:
    known = found.depth_m[np.isfinite(found.depth_m)]
    if not known.size:
        return 'no distance'
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95])
    return (
        f'{low:.2f} to {high:.2f} m, {middle:.2f} m in the median; '
        f'{known.size / found.depth_m.size:.0%} of the pixels are known'
    )


@words.register
def _(found: RelativeDepth, labels: Sequence[str]) -> str:
    known = np.count_nonzero(np.isfinite(found.nearness)) / found.nearness.size
    return f'what is nearer, without metres, in {known:.0%} of the pixels'
