"""Networks that end in a sigmoid, whose 0 to 1 stands for disparity or for distance.

monodepth2 and its followers tell disparity: one over the distance is 1 / max_m + (1 / min_m −
1 / max_m) · s. Trained on films, they know no metres; trained on stereo pairs, they know them but
for the factor between their unit and the baseline (5.4 for the public models of KITTI), which a
card gives as `scale`. Others (BTS, NeWCRFs, GLPN before its last step) tell the distance as
min_m + (max_m − min_m) · s.

Sources: Godard et al., "Digging into self-supervised monocular depth estimation" (2019,
arXiv:1806.01260), and `disp_to_depth` of its public implementation; Lee et al., "From big to
small" (2019, arXiv:1907.10326).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from robot_dl.core.activation import sigmoid
from robot_dl.core.params import ParamError, param
from robot_dl.depth.decoders.inverse_depth import halves
from robot_dl.depth.decoders.reading import Floats, MapDecoder, Outputs
from robot_dl.depth.types import Reading

SLACK = 1e-3
"""How far a half-precision network's sigmoid may lie outside [0, 1]."""
MOST_LOGIT = 1e6


@dataclass(frozen=True)
class SigmoidDecoder(MapDecoder):
    """Base of both: reads the map, and makes 0 to 1 of it."""

    min_m: float = param(0.1, 'Distance at one end of the range, metres.', low=0.0, high=1e4)
    max_m: float = param(100.0, 'Distance at the other end, metres.', low=1e-3, high=1e5)
    activation: str = param(
        'none', 'sigmoid if the graph ends before its own.', choices=('none', 'sigmoid')
    )

    def __post_init__(self) -> None:
        """Check types and ranges, and that there is a range.

        Raises:
            ParamError: If a value does not fit.
        """
        super().__post_init__()
        if self.min_m >= self.max_m:
            raise ParamError(f'min_m: expected less than max_m ({self.max_m:g}), got {self.min_m}')

    def share_of(self, outputs: Outputs) -> Floats:
        """Return the sigmoid [h, w], in [0, 1]."""
        if self.activation == 'sigmoid':
            return sigmoid(self.map_of(outputs, -MOST_LOGIT, MOST_LOGIT))
        return np.clip(self.map_of(outputs, -SLACK, 1 + SLACK), 0, 1)


@dataclass(frozen=True)
class SigmoidDisparity(SigmoidDecoder):
    """Decoder of a disparity in [0, 1]; see `Decoder`."""

    FAMILY: ClassVar[str] = 'sigmoid_disparity'

    metric: bool = param(False, 'Whether the distances, times `scale`, are metres.')
    scale: float = param(1.0, 'Multiplies the distances of a metric model.', low=1e-9, high=1e9)

    def __post_init__(self) -> None:
        """Check types and ranges, and that disparity has an end.

        Raises:
            ParamError: If a value does not fit.
        """
        super().__post_init__()
        if not self.min_m:
            raise ParamError('min_m: expected more than 0, whose disparity would be infinite')

    def decode(self, outputs: Outputs) -> Reading:
        """Return what the network says; see `Decoder.decode`."""
        scale = self.scale if self.metric else 1.0
        least, most = 1 / self.max_m / scale, 1 / self.min_m / scale
        return Reading(
            np.float32(least) + np.float32(most - least) * self.share_of(outputs), is_inverse=True
        )

    @staticmethod
    def example() -> Outputs:
        """Return the disparities of 2 m and 4 m; see `Decoder.example`."""
        near, far = ((1 / m - 1 / 100) / (1 / 0.1 - 1 / 100) for m in (2, 4))
        return {'disp_0': halves(near, far)[None, None]}


@dataclass(frozen=True)
class SigmoidRange(SigmoidDecoder):
    """Decoder of a part in [0, 1] of a range of distances; see `Decoder`."""

    FAMILY: ClassVar[str] = 'sigmoid_range'

    min_m: float = param(0.0, 'Distance that 0 stands for, metres.', low=0.0, high=1e4)
    max_m: float = param(10.0, 'Distance that 1 stands for, metres.', low=1e-3, high=1e5)

    def decode(self, outputs: Outputs) -> Reading:
        """Return what the network says; see `Decoder.decode`."""
        low, span = np.float32(self.min_m), np.float32(self.max_m - self.min_m)
        return Reading(low + span * self.share_of(outputs), is_inverse=False)

    @staticmethod
    def example() -> Outputs:
        """Return 2 m and 4 m; see `Decoder.example`."""
        return {'depth': halves(0.2, 0.4)[None, None]}
