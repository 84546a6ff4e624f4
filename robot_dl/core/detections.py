"""Objects found in an image, as a structure of arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Detections:
    """Objects found in one image.

    Attributes:
        boxes_xyxy: Left, top, right and bottom edges [N, 4], in pixels; the left edge of the
            first pixel is 0.
        scores: Confidence [N], in [0, 1].
        class_ids: Index into the model's labels [N].
    """

    boxes_xyxy: FloatArray
    scores: FloatArray
    class_ids: IntArray

    def __post_init__(self) -> None:
        """Check that the arrays belong together.

        Raises:
            ValueError: If their shapes do not fit.
        """
        n = len(self.scores)
        if self.boxes_xyxy.shape != (n, 4) or self.class_ids.shape != (n,):
            raise ValueError(
                f'detections: expected boxes [{n}, 4] and class ids [{n}] for {n} scores, got '
                f'{list(self.boxes_xyxy.shape)} and {list(self.class_ids.shape)}'
            )

    @classmethod
    def empty(cls) -> 'Detections':
        """Return what is found in a blank image."""
        boxes_xyxy = np.zeros((0, 4), np.float32)
        return cls(boxes_xyxy, np.zeros(0, np.float32), np.zeros(0, np.int64))

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.scores)

    def __getitem__(self, which: Any) -> 'Detections':
        """Return the objects that a mask [N], a slice or indices [K] select."""
        return Detections(self.boxes_xyxy[which], self.scores[which], self.class_ids[which])
