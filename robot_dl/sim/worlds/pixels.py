"""What each pixel of a picture really shows: class, object and distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PixelTruth:
    """The truth about every pixel of one picture.

    Attributes:
        labels: Names of all classes of `class_ids`.
        class_ids: What each pixel shows [h, w], an index into `labels`.
        instance_ids: Which object each pixel shows [h, w]: k for the k-th object, 0 for none.
        instance_class_ids: Class [M] of each object, an index into `labels`.
        depth_m: Distance along the optical axis [h, w] in metres, NaN where nothing is.
    """

    labels: tuple[str, ...]
    class_ids: NDArray[np.uint8]
    instance_ids: NDArray[np.uint16]
    instance_class_ids: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
