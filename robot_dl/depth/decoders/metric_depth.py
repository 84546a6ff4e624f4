"""Networks that tell the distance itself: Depth Anything's metric models, ZoeDepth, Metric3D.

Those that were trained for one kind of camera (an indoor data set, a car) need nothing else.
Those with a canonical camera (Metric3D: `focal_px: 1000`) tell the metres of a camera of that
focal length, from which ours follow. With `metric: false` the distances are right but for an
unknown factor.

Sources: Bhat et al., "ZoeDepth" (2023, arXiv:2302.12288); Yang et al., "Depth Anything V2" (2024,
arXiv:2406.09414); Yin et al., "Metric3D" (2023, arXiv:2307.10984), section 3.1.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from robot_dl.core.params import param
from robot_dl.depth.decoders.inverse_depth import halves
from robot_dl.depth.decoders.reading import MapDecoder, Outputs
from robot_dl.depth.types import Reading

FARTHEST_M = 1e5


@dataclass(frozen=True)
class MetricDepth(MapDecoder):
    """Decoder of metres [1, h, w] or [1, 1, h, w], zero or less where unknown; see `Decoder`."""

    FAMILY: ClassVar[str] = 'metric_depth'

    scale: float = param(1.0, 'Multiplies the values.', low=1e-9, high=1e9)

    def decode(self, outputs: Outputs) -> Reading:
        """Return what the network says; see `Decoder.decode`."""
        values = self.map_of(outputs, -FARTHEST_M, FARTHEST_M)
        if values.min() <= 0:
            values = np.where(values > 0, values, np.float32(np.nan))
        if self.scale != 1:
            values = values * np.float32(self.scale)
        return Reading(values, is_inverse=False)

    @staticmethod
    def example() -> Outputs:
        """Return 2 m and 4 m; see `Decoder.example`."""
        return {'predicted_depth': halves(2, 4)[None]}
