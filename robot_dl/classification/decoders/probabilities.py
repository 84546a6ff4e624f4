"""Networks that end with their activation: their outputs are scores already."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.classification.decoders.reading import check_output, row_of
from robot_dl.classification.decoders.softmax import softmax
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec

SLACK = 1e-3
"""How far a half-precision network's scores may lie outside [0, 1]."""
LEAST = 1e-12
"""Stands for zero in a logarithm."""


@dataclass(frozen=True)
class Probabilities(Params):
    """Decoder of scores [1, C] in [0, 1]; see `Decoder`.

    A temperature other than 1 takes them for the result of a softmax, whose logits it divides:
    they are the scores' logarithms, but for a constant that the softmax does not feel.
    """

    temperature: float = param(1.0, 'Divides the logits.', low=0.01, high=100.0)
    output: str = param('', 'Name of the output that holds them, where there are several.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `Decoder.check`."""
        check_output('probabilities', outputs, labels, self.output)

    def decode(self, outputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Return the scores [C]; see `Decoder.decode`."""
        row = row_of('probabilities', outputs, self.output)
        if row.min() < -SLACK or row.max() > 1 + SLACK:
            raise ValueError(
                f'decoder probabilities: the network gave {row.min():g} to {row.max():g}, '
                'expected 0 to 1; set decoder: logits if it ends without a softmax'
            )
        if self.temperature != 1:
            row = softmax(np.log(np.maximum(row, LEAST)) / self.temperature)
        return np.clip(row, 0, 1).astype(np.float32)

    @staticmethod
    def example() -> dict[str, NDArray[np.float32]]:
        """Return scores whose greatest is that of class 1, then class 0."""
        return {'probabilities': np.array([[0.25, 0.5, 0.0625, 0.1875]], np.float32)}
