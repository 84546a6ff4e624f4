"""Fit an image into a model's input without changing its shape, and undo it exactly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Letterbox:
    """Where an image lies inside a model's input: scaled alike in x and y, centred, padded.

    The image's size on the model's side is a whole number of pixels, so the scales of x and y
    may differ by less than a pixel's worth; both are kept, and the inverse is exact.

    Attributes:
        source_hw: Height and width of the image, in pixels.
        model_hw: Height and width of the model's input, in pixels.
        inner_hw: Height and width of the scaled image inside it, in pixels.
        offset_yx: Top and left padding, in pixels.
    """

    source_hw: tuple[int, int]
    model_hw: tuple[int, int]
    inner_hw: tuple[int, int]
    offset_yx: tuple[int, int]

    @classmethod
    def between(cls, source_hw: tuple[int, int], model_hw: tuple[int, int]) -> 'Letterbox':
        """Return the largest centred fit of `source_hw` inside `model_hw`.

        Raises:
            ValueError: If either has no pixels.
        """
        if min(*source_hw, *model_hw) < 1:
            raise ValueError(f'letterbox: expected sizes ≥ 1 px, got {source_hw} and {model_hw}')
        scale = min(model_hw[0] / source_hw[0], model_hw[1] / source_hw[1])
        inner_h = min(model_hw[0], max(1, round(source_hw[0] * scale)))
        inner_w = min(model_hw[1], max(1, round(source_hw[1] * scale)))
        offset_yx = ((model_hw[0] - inner_h) // 2, (model_hw[1] - inner_w) // 2)
        return cls(source_hw, model_hw, (inner_h, inner_w), offset_yx)

    def to_model(self, boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return boxes [N, 4] of the image in pixels of the model's input."""
        return np.asarray(boxes_xyxy * self._scale_xyxy() + self._offset_xyxy(), np.float32)

    def to_source(self, boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return boxes [N, 4] of the model's input in pixels of the image, clipped to it."""
        boxes = (boxes_xyxy - self._offset_xyxy()) / self._scale_xyxy()
        height, width = self.source_hw
        return np.asarray(np.clip(boxes, 0, [width, height, width, height]), np.float32)

    def _scale_xyxy(self) -> NDArray[np.float64]:
        y = self.inner_hw[0] / self.source_hw[0]
        x = self.inner_hw[1] / self.source_hw[1]
        return np.array([x, y, x, y])

    def _offset_xyxy(self) -> NDArray[np.float64]:
        y, x = self.offset_yx
        return np.array([x, y, x, y], np.float64)
