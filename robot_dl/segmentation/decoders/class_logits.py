"""Semantic networks that end before their activation: one map of logits for each class.

Logits [1, C, h, w], or [1, h, w, C] with `layout: nhwc`, h and w being any part of the input's
height and width: a quarter for SegFormer, an eighth for PIDNet, all of it for FCN, DeepLab and
U-Net as torchvision and segmentation_models write them. `activation: none` is for graphs that end
with a softmax.

Signature: one output of four axes, C of which are along the second. Names: logits (transformers),
out beside aux (torchvision).

Source: Long et al., "Fully Convolutional Networks for Semantic Segmentation" (2015), section 4:
the greatest of the upsampled scores. The temperature divides the logits before the softmax (Guo
et al., "On Calibration of Modern Neural Networks", 2017, section 4.2).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.outputs import Outputs
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec
from robot_dl.segmentation.decoders.reading import check_maps, scores_of
from robot_dl.segmentation.maps import ScoreMaps

FAMILY = 'class_logits'


@dataclass(frozen=True)
class ClassLogits(Params):
    """Decoder of one map a class; see `SemanticDecoder`."""

    activation: str = param(
        'softmax',
        'What makes chances of the scores; none if the graph does.',
        choices=('softmax', 'none'),
    )
    temperature: float = param(1.0, 'Divides the logits, for the confidence.', low=0.01, high=100)
    layout: str = param('nchw', 'Order of the axes.', choices=('nchw', 'nhwc'))
    output: str = param('', 'Name of the output that holds them, where there are several.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `SemanticDecoder.check`."""
        hint = '; one map for two labels is for decoder: sigmoid' * (len(labels) == 2)
        check_maps(FAMILY, outputs, self.output, len(labels), self.layout, hint)

    def decode(self, outputs: Outputs) -> ScoreMaps:
        """Return the maps; see `SemanticDecoder.decode`."""
        advice, are_chances = 'set activation: softmax', self.activation == 'none'
        scores = scores_of(FAMILY, outputs, self.output, self.layout, are_chances, advice)
        if self.temperature != 1:
            scores = scores / np.float32(self.temperature)
        return ScoreMaps(scores, self.activation)

    @staticmethod
    def example() -> dict[str, NDArray[np.float32]]:
        """Return logits of three classes on 24 x 24 places."""
        logits = np.zeros((1, 3, 24, 24), np.float32)
        logits[0, 0] = 3
        logits[0, 1, 5:10, 4:6] = 8
        logits[0, 2, 7:12, 14:16] = 8
        return {'logits': logits}
