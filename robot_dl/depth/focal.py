"""Metres for another focal length than the one for which a network tells them."""

import math

from robot_dl.core.fit import Fit
from robot_dl.core.pinhole import Pinhole


def input_focal_px(pinhole: Pinhole, fit: Fit) -> float:
    """Return the focal length of a camera in pixels of the network's input.

    What scales the image scales the focal length; a crop or a padding does not. A stretched
    image has one along each axis, of which this is the geometric mean.
    """
    scale_y, scale_x = (i / s for i, s in zip(fit.inner_hw, fit.source_hw, strict=True))
    return math.sqrt(pinhole.fx * scale_x * pinhole.fy * scale_y)


def focal_factor(pinhole: Pinhole, fit: Fit, focal_px: float) -> float:
    """Return what the network's metres must be multiplied by for this camera.

    A network sees sizes in pixels, from which distance follows only with a focal length: an
    object of height H at distance z is f · H / z pixels high. So the same picture taken with
    twice the focal length shows things twice as far away (Yin et al., "Metric3D", 2023,
    arXiv:2307.10984, section 3.1).

    Args:
        pinhole: The camera, for the image.
        fit: Where the image lies in the network's input.
        focal_px: The focal length for which the network's metres hold, in pixels of its input.
    """
    return input_focal_px(pinhole, fit) / focal_px
