"""Networks that end before their activation: ResNet, MobileNet, EfficientNet, ViT as exported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.classification.decoders.reading import check_output, row_of
from robot_dl.classification.decoders.softmax import ACTIVATIONS
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec


@dataclass(frozen=True)
class Logits(Params):
    """Decoder of logits [1, C]; see `Decoder`.

    The temperature divides the logits first: it is what makes a score of 0.8 right in eight of
    ten images (Guo et al. 2017, arXiv:1706.04599, section 4.2).
    """

    activation: str = param(
        'softmax', 'What makes scores of the logits.', choices=tuple(ACTIVATIONS)
    )
    temperature: float = param(1.0, 'Divides the logits.', low=0.01, high=100.0)
    output: str = param('', 'Name of the output that holds them, where there are several.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `Decoder.check`."""
        check_output('logits', outputs, labels, self.output)

    def decode(self, outputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Return the scores [C]; see `Decoder.decode`."""
        row = row_of('logits', outputs, self.output)
        return ACTIVATIONS[self.activation](row / self.temperature).astype(np.float32)

    @staticmethod
    def example() -> dict[str, NDArray[np.float32]]:
        """Return logits whose greatest is that of class 1, then class 0."""
        return {'logits': np.array([[1.5, 4.0, -2.0, 0.25]], np.float32)}
