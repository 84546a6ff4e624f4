"""The masks of objects in the forms in which networks give them, at the pixels of the image."""

import math
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.core.fit import Fit
from robot_dl.engine.object_model import have_area
from robot_dl.segmentation.cells import above
from robot_dl.segmentation.sampling import Axis, axes, axes_in_box
from robot_dl.segmentation.types import Region

Floats = NDArray[np.float32]


class Masks(Protocol):
    """One mask for each of several objects."""

    def __getitem__(self, which: Any) -> 'Masks':
        """Return the masks that indices [K] select."""

    def region(self, number: int, box_xyxy: Floats, fit: Fit, threshold: float) -> Region:
        """Return the pixels of an object.

        Args:
            number: Which mask.
            box_xyxy: The object's box [4], in pixels of the image.
            fit: Where the image lies in the network's input.
            threshold: Chance above which a pixel belongs to it.
        """


@dataclass(frozen=True)
class Candidates:
    """Objects that a network has found, with their masks.

    Attributes:
        detections: The objects [N], boxes in pixels of the network's input.
        masks: A mask for each.
    """

    detections: Detections
    masks: Masks

    def __getitem__(self, which: Any) -> 'Candidates':
        """Return the objects that indices [K] select."""
        return Candidates(self.detections[which], self.masks[which])


@dataclass(frozen=True)
class PrototypeMasks:
    """Masks that are sums of maps; cut off at the boxes.

    The sums, which are logits, are resized; only what lies in a box is computed.

    Attributes:
        prototypes: The maps [K, h, w], over the whole input.
        coefficients: How much of each there is in each mask [N, K].
    """

    prototypes: Floats
    coefficients: Floats

    def __getitem__(self, which: Any) -> 'PrototypeMasks':
        """Return some of the masks; see `Masks`."""
        return replace(self, coefficients=self.coefficients[which])

    def region(self, number: int, box_xyxy: Floats, fit: Fit, threshold: float) -> Region:
        """Return the pixels of an object; see `Masks`."""
        count, height, width = self.prototypes.shape
        rows, columns = _in_box(axes(fit, (height, width)), box_xyxy)
        (y, rows), (x, columns) = rows.cut(), columns.cut()
        part = self.prototypes[:, y, x]
        logits = self.coefficients[number] @ part.reshape(count, -1)
        return _region(logits.reshape(part.shape[1:]), logit(threshold), rows, columns)


@dataclass(frozen=True)
class MapMasks:
    """Masks as maps over the whole input.

    Attributes:
        maps: The maps [N, h, w].
        are_logits: Whether they lack a sigmoid.
        are_boxed: Whether they end at the boxes.
    """

    maps: Floats
    are_logits: bool
    are_boxed: bool

    def __getitem__(self, which: Any) -> 'MapMasks':
        """Return some of the masks; see `Masks`."""
        return replace(self, maps=self.maps[which])

    def region(self, number: int, box_xyxy: Floats, fit: Fit, threshold: float) -> Region:
        """Return the pixels of an object; see `Masks`."""
        grid, least = self.maps[number], logit(threshold) if self.are_logits else threshold
        height, width = grid.shape
        rows, columns = axes(fit, (height, width))
        if self.are_boxed:
            rows, columns = _in_box((rows, columns), box_xyxy)
        else:
            inside = grid > least
            rows = rows.around(np.flatnonzero(inside.any(axis=1)))
            columns = columns.around(np.flatnonzero(inside.any(axis=0)))
        (y, rows), (x, columns) = rows.cut(), columns.cut()
        return _region(grid[y, x], least, rows, columns)


@dataclass(frozen=True)
class BoxMasks:
    """Masks as small maps of chances that cover the boxes, with nothing around them.

    Source: He et al., "Mask R-CNN" (2017), section 3; pasted as Detectron2 does, by fractions of
    a pixel, and not as torchvision, which takes the boxes' edges as whole numbers.

    Attributes:
        maps: The maps [N, m, m].
        boxes_xyxy: The boxes [N, 4], in pixels of the network's input.
    """

    maps: Floats
    boxes_xyxy: Floats

    def __getitem__(self, which: Any) -> 'BoxMasks':
        """Return some of the masks; see `Masks`."""
        return BoxMasks(self.maps[which], self.boxes_xyxy[which])

    def region(self, number: int, box_xyxy: Floats, fit: Fit, threshold: float) -> Region:
        """Return the pixels of an object; see `Masks`."""
        # Exports fill up their tables with rows of zeros.
        if not have_area(self.boxes_xyxy[[number]]).all():
            return Region(0, 0, np.zeros((0, 0), np.bool_))
        grid = np.pad(self.maps[number], 1)
        height, width = grid.shape
        rows, columns = axes_in_box(fit, self.boxes_xyxy[number], (height, width))
        return _region(grid, threshold, rows, columns)


def logit(chance: float) -> float:
    """Return the number whose sigmoid is a chance."""
    return math.log(chance / (1 - chance))


def _in_box(image: tuple[Axis, Axis], box_xyxy: Floats) -> tuple[Axis, Axis]:
    """Return the parts of rows and columns whose pixels have their centre in a box [4]."""
    left, top, right, bottom = np.ceil(box_xyxy.astype(np.float64) - 0.5).astype(int).tolist()
    return image[0].within(top, bottom), image[1].within(left, right)


def _region(grid: Floats, threshold: float, rows: Axis, columns: Axis) -> Region:
    if not len(rows.low) or not len(columns.low):
        return Region(rows.start, columns.start, np.zeros((0, 0), np.bool_))
    return Region(rows.start, columns.start, above(grid, threshold, rows, columns))
