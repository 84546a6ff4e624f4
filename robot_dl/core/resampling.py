"""How an image became another one, by scaling and cropping."""

from dataclasses import dataclass

from robot_dl.core.fit import Size


@dataclass(frozen=True)
class Resampling:
    """How an image became another one: a place at x, y now lies at x · scale + shift.

    Places count from the outer edge of the first pixel: its centre is at 0.5.

    Attributes:
        scale_xy: Pixels of the new image per pixel of the old one.
        shift_xy: Where the old image's outer corner lies now, in pixels of the new one.
        size_hw: Height and width of the new image.
    """

    scale_xy: tuple[float, float]
    shift_xy: tuple[float, float]
    size_hw: Size
