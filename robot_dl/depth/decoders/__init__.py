"""Decoders: what each family of networks means by its map.

A decoder is a frozen dataclass, derived from `Params`, whose fields are the `decoder_options` of
a card; one file, and one line in the table here.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from robot_dl.core.tensors import TensorSpec
from robot_dl.depth.decoders.inverse_depth import InverseDepth
from robot_dl.depth.decoders.log_depth import LogDepth
from robot_dl.depth.decoders.metric_depth import MetricDepth
from robot_dl.depth.decoders.reading import Floats, Outputs
from robot_dl.depth.decoders.sigmoid import SigmoidDisparity, SigmoidRange
from robot_dl.depth.types import Reading

__all__ = ['DECODERS', 'Decoder', 'Outputs']


class Decoder(Protocol):
    """Reads the outputs of one family of networks."""

    @property
    def metric(self) -> bool:
        """Whether the readings are metres, or one over metres."""

    @property
    def focal_px(self) -> float:
        """Focal length for which they hold, in pixels of the input; 0 if for every camera."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Any:
        """Return the decoder with the options of a card; see `Params.from_dict`."""

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Raise ValueError if a graph with these outputs is not of the family."""

    def decode(self, outputs: Outputs) -> Reading:
        """Return what the outputs say of each cell.

        Raises:
            ValueError: If they are not of the family, or damaged (NaN, infinity, absurd).
        """

    def confidence(self, outputs: Outputs) -> Floats | None:
        """Return the chance [h, w] that each cell is right; None if the family tells none.

        Raises:
            ValueError: As `decode`.
        """

    @staticmethod
    def example() -> Outputs:
        """Return outputs of a map [6, 8], for the contract test.

        With default options they say 2 m on its left half and 4 m on its right half, or the like
        of a relative family.
        """


DECODERS: dict[str, type[Decoder]] = {
    'inverse_depth': InverseDepth,
    'log_depth': LogDepth,
    'metric_depth': MetricDepth,
    'sigmoid_disparity': SigmoidDisparity,
    'sigmoid_range': SigmoidRange,
}
"""The families by the name that a card gives as `decoder`."""
