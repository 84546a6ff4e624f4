"""Networks that tell the logarithm of metres, and how far off it may be: our own.

Channel 0 is ln(metres), channel 1 the logarithm of the scale b of the Laplace distribution that
the network expects the error of channel 0 to have (Kendall and Gal, "What uncertainties do we
need in Bayesian deep learning for computer vision?", 2017, arXiv:1703.04977, section 2.2, with
Laplace in the place of Gauss). So the chance that the metres are within 10 % of the truth is
1 − exp(−ln(1.1) / b). The card's temperature, which multiplies b, makes that chance come true on
pictures that were not trained on.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from robot_dl.core.params import param
from robot_dl.core.tensors import Shape
from robot_dl.depth.decoders.inverse_depth import halves
from robot_dl.depth.decoders.reading import Floats, MapDecoder, Outputs, check_plane
from robot_dl.depth.types import Reading

MOST_LOG = 20.0
"""From a nanometre to half a million kilometres."""
MOST_LOG_SCALE = 50.0


@dataclass(frozen=True)
class LogDepth(MapDecoder):
    """Decoder of [1, 2, h, w], or of [1, 1, h, w] without confidence; see `Decoder`."""

    FAMILY: ClassVar[str] = 'log_depth'
    SHAPES: ClassVar[tuple[Shape, ...]] = ((1, 2, None, None), (1, 1, None, None))

    temperature: float = param(
        1.0, 'Multiplies the scale of the expected error.', low=0.01, high=100.0
    )
    tolerance: float = param(
        0.1, 'Error, as a part of the metres, that still counts as right.', low=0.001, high=1.0
    )

    def decode(self, outputs: Outputs) -> Reading:
        """Return one over the metres: of a plane, that is what lies straight between cells."""
        log_m = self.array_of(outputs)[0, 0]
        check_plane(self.FAMILY, log_m, -MOST_LOG, MOST_LOG)
        return Reading(np.exp(-log_m), is_inverse=True)

    def confidence(self, outputs: Outputs) -> Floats | None:
        """Return the chance [h, w] that the metres are within the tolerance."""
        array = self.array_of(outputs)
        if array.shape[1] == 1:
            return None
        log_scale = array[0, 1]
        check_plane(self.FAMILY, log_scale, -MOST_LOG_SCALE, MOST_LOG_SCALE)
        rate = np.float32(math.log1p(self.tolerance) / self.temperature) * np.exp(-log_scale)
        return np.asarray(-np.expm1(-rate), np.float32)

    @staticmethod
    def example() -> Outputs:
        """Return the logarithms of 2 m and 4 m, and of their scales; see `Decoder.example`."""
        maps = [halves(math.log(2), math.log(4)), halves(math.log(0.05), math.log(0.2))]
        return {'depth': np.stack(maps)[None]}
