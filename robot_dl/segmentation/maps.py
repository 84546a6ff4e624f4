"""What a semantic network returned, and the mask of the image that it means."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.dense import map_view
from robot_dl.core.fit import Fit
from robot_dl.segmentation.cells import corners, differ, greatest, interpolated, spread
from robot_dl.segmentation.certainty import CERTAINTIES
from robot_dl.segmentation.sampling import Axis, axes
from robot_dl.segmentation.types import Bytes, ClassIds, SemanticMask, mask_type, unlabelled

Floats = NDArray[np.float32]

SURE = 0.9
"""Where all corners of a cell are so sure of one class, the odds are interpolated."""


@dataclass(frozen=True)
class ScoreMaps:
    """A map of scores for each class.

    Attributes:
        scores: The scores [C, h, w]; the greatest wins, of equals the first.
        activation: What they lack to be chances, one of `CERTAINTIES`.
        background: The class whose score is a threshold that others must exceed, if there is one.
    """

    scores: Floats
    activation: str = 'softmax'
    background: int | None = None

    def __len__(self) -> int:
        """Return the number of classes."""
        return len(self.scores)

    def mask(self, fit: Fit, classes: int, confidence: bool = False) -> SemanticMask:
        """Return the class of each pixel: the greatest of the bilinearly resized scores.

        Pixels are where torch's `interpolate` without `align_corners` and `cv2.resize` see them;
        padding is left away by fractions of a pixel.

        Args:
            fit: Where the image lies in the network's input.
            classes: How many there are, which decides the type of the ids.
            confidence: True to tell how sure the network is.
        """
        height, width = self.scores.shape[1:]
        rows, columns = axes(fit, (height, width))
        coarse = greatest(self.scores).astype(mask_type(classes), copy=False)
        ids = spread(coarse, rows, columns)
        chosen = differ(coarse)
        chances = None
        if confidence:
            sureness = CERTAINTIES[self.activation](self.scores, self.background)
            chances = self._bytes(_covered(sureness, fit))
            # The odds of different classes have nothing in common.
            chosen = chosen | self._unsure(sureness)
        self._fill(ids, chances, chosen, rows, columns)
        return placed(fit, rows, columns, ids, chances)

    def _fill(
        self,
        ids: ClassIds,
        chances: Bytes | None,
        chosen: NDArray[np.bool_],
        rows: Axis,
        columns: Axis,
    ) -> None:
        """Compute what lies in the `chosen` cells [h - 1, w - 1]."""
        for cells in interpolated(self.scores, chosen, rows, columns):
            ids.reshape(-1)[cells.pixels] = greatest(cells.values)
            if chances is not None:
                sureness = CERTAINTIES[self.activation](cells.values, self.background)
                chances.reshape(-1)[cells.pixels] = self._bytes(sureness)

    def _unsure(self, sureness: Floats) -> NDArray[np.bool_]:
        """Return the cells [h - 1, w - 1] with a corner of which the network is not sure."""
        is_sure = CERTAINTIES[self.activation].chance(sureness) >= SURE
        a, b, c, d = corners(is_sure)
        return np.asarray(~(a & b & c & d))

    def _bytes(self, sureness: Floats) -> Bytes:
        chances = CERTAINTIES[self.activation].chance(sureness)
        return np.asarray(chances * np.float32(255) + np.float32(0.5)).astype(np.uint8)


@dataclass(frozen=True)
class IdMap:
    """A map of the classes themselves.

    Attributes:
        class_ids: The class of each place [h, w], whole numbers.
        chances: How sure the network is [h, w], 0 to 1, if it tells.
    """

    class_ids: NDArray[np.int64]
    chances: Floats | None = None

    def mask(self, fit: Fit, classes: int, confidence: bool = False) -> SemanticMask:
        """Return the class of each pixel: that of the nearest place; see `ScoreMaps.mask`."""
        height, width = self.class_ids.shape
        rows, columns = axes(fit, (height, width))
        ids = _nearest(self.class_ids.astype(mask_type(classes)), rows, columns)
        chances = None
        if confidence and self.chances is not None:
            coarse = np.clip(self.chances, 0, 1) * np.float32(255) + np.float32(0.5)
            chances = _nearest(coarse.astype(np.uint8), rows, columns)
        return placed(fit, rows, columns, ids, chances)


def _covered(grid: Floats, fit: Fit) -> Floats:
    """Return a map [h, w] resized to the pixels that it covers [n, m]."""
    height, width = grid.shape
    view = map_view(fit, (height, width))
    return view.at_pixels(grid)[view.y.covered, view.x.covered]


def placed(
    fit: Fit, rows: Axis, columns: Axis, ids: ClassIds, chances: Bytes | None
) -> SemanticMask:
    """Return the mask of the whole image; what the input does not show is unlabelled."""
    if ids.shape == fit.source_hw:
        return SemanticMask(ids, chances)
    covered = slice(rows.start, rows.stop), slice(columns.start, columns.stop)
    whole = np.full(fit.source_hw, unlabelled(ids.dtype), ids.dtype)
    whole[covered] = ids
    if chances is None:
        return SemanticMask(whole)
    confidence = np.zeros(fit.source_hw, np.uint8)
    confidence[covered] = chances
    return SemanticMask(whole, confidence)


def _nearest(grid: ClassIds, rows: Axis, columns: Axis) -> ClassIds:
    return np.asarray(grid.take(columns.nearest, axis=1).take(rows.nearest, axis=0))
