"""What is known of an image's pixels: their classes, or the objects that they belong to."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections

ClassIds = NDArray[Any]
Bytes = NDArray[np.uint8]

MOST_BYTE_CLASSES = 255
"""Of more classes a mask takes two bytes a pixel."""


def mask_type(classes: int) -> Any:
    """Return the type of the ids of so many classes; its greatest number is none of them."""
    return np.uint8 if classes <= MOST_BYTE_CLASSES else np.uint16


def unlabelled(dtype: Any) -> int:
    """Return the id of pixels that the network has not seen: 255 of uint8, 65535 of uint16."""
    return int(np.iinfo(dtype).max)


def _is_bytes(array: NDArray[Any], shape: tuple[int, ...]) -> bool:
    return array.dtype == np.uint8 and array.shape == shape


@dataclass(frozen=True)
class SemanticMask:
    """The class of each pixel of an image.

    Attributes:
        class_ids: Index into the model's labels [H, W], uint8 or uint16. The greatest number of
            the type marks pixels that the network has not seen; only `center_crop` leaves any.
        confidence: Chance that the class is right [H, W], 0 to 255, 0 where there is none; None
            if nobody asked for it, or the network does not tell.
    """

    class_ids: ClassIds
    confidence: Bytes | None = None

    def __post_init__(self) -> None:
        """Check that the arrays belong together.

        Raises:
            ValueError: If their types or shapes do not fit.
        """
        ids, confidence = self.class_ids, self.confidence
        if ids.ndim != 2 or ids.dtype not in (np.uint8, np.uint16):
            raise ValueError(
                'mask: expected class ids uint8 or uint16 [H, W], got '
                f'{ids.dtype}{list(ids.shape)}'
            )
        if confidence is not None and not _is_bytes(confidence, ids.shape):
            raise ValueError(
                f'mask: expected confidence uint8{list(ids.shape)}, got '
                f'{confidence.dtype}{list(confidence.shape)}'
            )

    @property
    def unlabelled(self) -> int:
        """The id of pixels that the network has not seen."""
        return unlabelled(self.class_ids.dtype)


@dataclass(frozen=True)
class Region:
    """Some pixels of an image, in the smallest window that was looked at.

    Attributes:
        top: First row of the window.
        left: First column of the window.
        pixels: True for those that belong to it [h, w].
    """

    top: int
    left: int
    pixels: NDArray[np.bool_]

    @property
    def window(self) -> tuple[slice, slice]:
        """The rows and the columns of the window."""
        height, width = self.pixels.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


@dataclass(frozen=True)
class Instances:
    """The objects in an image, and which pixels are theirs.

    Attributes:
        detections: The objects [N], best first, boxes in pixels of the image.
        instance_ids: Number of the object that each pixel shows [H, W], uint16: k + 1 for the
            k-th detection, 0 for none. Where masks overlap, the better score has the pixel.
        regions: All pixels of each object [N], overlaps included.
    """

    detections: Detections
    instance_ids: NDArray[np.uint16]
    regions: tuple[Region, ...] = ()

    def __post_init__(self) -> None:
        """Check that the parts belong together.

        Raises:
            ValueError: If types, shapes or lengths do not fit.
        """
        ids = self.instance_ids
        if ids.ndim != 2 or ids.dtype != np.uint16:
            raise ValueError(
                f'instances: expected ids uint16 [H, W], got {ids.dtype}{list(ids.shape)}'
            )
        if len(self.regions) != len(self.detections):
            raise ValueError(
                f'instances: expected a region for each of {len(self.detections)} detections, '
                f'got {len(self.regions)}'
            )

    @classmethod
    def empty(cls, size_hw: tuple[int, int]) -> 'Instances':
        """Return what is found in a blank image."""
        return cls(Detections.empty(), np.zeros(size_hw, np.uint16))

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.detections)
