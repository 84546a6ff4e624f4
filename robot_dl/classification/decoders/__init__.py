"""Decoders: what each family of classifiers means by its outputs.

A decoder is a frozen dataclass, derived from `Params`, whose fields are the `decoder_options` of
a card; one file, and one line in the table here.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from robot_dl.classification.decoders.logits import Logits
from robot_dl.classification.decoders.probabilities import Probabilities
from robot_dl.core.tensors import TensorSpec

Outputs = Mapping[str, NDArray[Any]]


class Decoder(Protocol):
    """Reads the outputs of one family of networks."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Any:
        """Return the decoder with the options of a card; see `Params.from_dict`."""

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Raise ValueError if a graph with these outputs is not of the family."""

    def decode(self, outputs: Outputs) -> NDArray[np.float32]:
        """Return the score [C] of each class, in [0, 1].

        Raises:
            ValueError: If the outputs are not of the family, or damaged (NaN, infinity).
        """

    @staticmethod
    def example() -> Outputs:
        """Return outputs of four classes, for the contract test: class 1 is best, then 0."""


DECODERS: dict[str, type[Decoder]] = {'logits': Logits, 'probabilities': Probabilities}
"""The families by the name that a card gives as `decoder`."""
