"""Networks that tell one over the distance: MiDaS, DPT, Depth Anything, Depth Pro.

Most of them tell it but for an unknown factor and an unknown number to add, since they were
trained on films and stereo pairs of unknown cameras: nothing is metric then. With `metric`, one
over metres is value · scale + shift, as of DPT's models for NYU and KITTI. Depth Pro's are metric
for a focal length of as many pixels as its input is wide.

Sources: Ranftl et al., "Towards robust monocular depth estimation" (2020, arXiv:1907.01341);
Ranftl et al., "Vision transformers for dense prediction" (2021, arXiv:2103.13413), and the public
implementation of its `invert`; Bochkovskii et al., "Depth Pro" (2024, arXiv:2410.02073), eq. 1.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from robot_dl.core.params import param
from robot_dl.depth.decoders.reading import MapDecoder, Outputs
from robot_dl.depth.types import Reading

FARTHEST_FROM_ZERO = 1e6


@dataclass(frozen=True)
class InverseDepth(MapDecoder):
    """Decoder of [1, h, w] or [1, 1, h, w], greater is nearer; see `Decoder`."""

    FAMILY: ClassVar[str] = 'inverse_depth'

    metric: bool = param(False, 'Whether value · scale + shift is one over metres.')
    scale: float = param(1.0, 'Multiplies the values of a metric model.', low=1e-9, high=1e9)
    shift: float = param(0.0, 'Is added after that, in 1/m.', low=-1e6, high=1e6)

    def decode(self, outputs: Outputs) -> Reading:
        """Return what the network says; see `Decoder.decode`."""
        values = self.map_of(outputs, -FARTHEST_FROM_ZERO, FARTHEST_FROM_ZERO)
        if self.metric and (self.scale, self.shift) != (1, 0):
            values = values * np.float32(self.scale) + np.float32(self.shift)
        return Reading(values, is_inverse=True)

    @staticmethod
    def example() -> Outputs:
        """Return one over 2 m and one over 4 m; see `Decoder.example`."""
        return {'predicted_depth': halves(0.5, 0.25)[None]}


def halves(left: float, right: float) -> 'np.ndarray[tuple[int, ...], np.dtype[np.float32]]':
    """Return a map [6, 8] with one number on the left and another on the right."""
    plane = np.full((6, 8), right, np.float32)
    plane[:, :4] = left
    return plane
