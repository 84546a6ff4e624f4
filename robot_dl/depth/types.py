"""What is known of the distance of an image's pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What a network says of each cell of its map.

    Attributes:
        values: Numbers [h, w] float32; NaN where it says nothing.
        is_inverse: True if they grow with one over the distance, so that greater is nearer;
            False if they grow with the distance.
    """

    values: Floats
    is_inverse: bool

    @property
    def nearness(self) -> Floats:
        """The same [h, w] such that greater is nearer, whatever the network's way is."""
        if self.is_inverse:
            return self.values
        with np.errstate(divide='ignore', invalid='ignore'):
            return np.where(self.values > 0, 1 / self.values, np.float32(np.nan))

    def farther(self, factor: float) -> 'Reading':
        """Return the same with all distances multiplied by a factor."""
        if factor == 1:
            return self
        how = np.float32(1 / factor if self.is_inverse else factor)
        return Reading(np.asarray(self.values * how, np.float32), self.is_inverse)


@dataclass(frozen=True)
class DepthMap:
    """Metres.

    Attributes:
        depth_m: Distance [H, W] float32 along the optical axis, metres; NaN where unknown.
        confidence: Chance [H, W] float32 that it is right, in [0, 1], 0 where unknown; None if
            nobody asked for it, or the network does not tell.
    """

    depth_m: Floats
    confidence: Floats | None = None

    def __post_init__(self) -> None:
        """Check that the arrays belong together.

        Raises:
            ValueError: If their types or shapes do not fit.
        """
        _check('depth_m', self.depth_m, self.confidence)


@dataclass(frozen=True)
class RelativeDepth:
    """What is nearer than what, without metres: not a DepthMap, and never to be taken for one.

    Attributes:
        nearness: One over the distance [H, W] float32, but for an unknown factor and an unknown
            number to add, which may differ from image to image; NaN where unknown.
        confidence: As that of a `DepthMap`.
    """

    nearness: Floats
    confidence: Floats | None = None

    def __post_init__(self) -> None:
        """Check that the arrays belong together.

        Raises:
            ValueError: If their types or shapes do not fit.
        """
        _check('nearness', self.nearness, self.confidence)


def _check(name: str, values: Floats, confidence: Floats | None) -> None:
    fits = confidence is None or (
        confidence.shape == values.shape and confidence.dtype == np.float32
    )
    if values.ndim != 2 or values.dtype != np.float32 or not fits:
        came = f'{values.dtype.name}{list(values.shape)}'
        beside = '' if confidence is None else f' and {confidence.dtype.name}{confidence.shape}'
        raise ValueError(
            f'{name}: expected float32[H, W], and confidence of the same size, got {came}{beside}'
        )
