"""Semantic networks that judge every class for itself, by a sigmoid: binary ones before all.

Logits [1, C, h, w]. A place belongs to the class with the greatest score if that exceeds the
threshold, else to the background, which has no map of its own: one map is for two labels. With
`background: -1` every label has a map, and the greatest wins. `activation: none` is for graphs
that end with the sigmoid.

Signature: one output of four axes with one map less than there are labels.

Source: Ronneberger et al., "U-Net" (2015), as its binary descendants are trained, with a sigmoid
and cross entropy a class.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.activation import CLOSEST
from robot_dl.core.outputs import Outputs
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec
from robot_dl.segmentation.decoders.reading import check_maps, scores_of
from robot_dl.segmentation.maps import ScoreMaps

FAMILY = 'sigmoid'


@dataclass(frozen=True)
class ClassSigmoid(Params):
    """Decoder of maps with a threshold; see `SemanticDecoder`."""

    activation: str = param(
        'sigmoid',
        'What makes chances of the scores; none if the graph does.',
        choices=('sigmoid', 'none'),
    )
    threshold: float = param(
        0.5, 'Chance that a class has to exceed.', low=CLOSEST, high=1 - CLOSEST
    )
    background: int = param(
        0, 'Class of what exceeds no threshold, which has no map; -1 if all have one.', low=-1
    )
    layout: str = param('nchw', 'Order of the axes.', choices=('nchw', 'nhwc'))
    output: str = param('', 'Name of the output that holds them, where there are several.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `SemanticDecoder.check`."""
        if self.background >= len(labels):
            raise ValueError(
                f'decoder {FAMILY}: background: expected one of the classes 0 to '
                f'{len(labels) - 1}, got {self.background}'
            )
        has_background = self.background >= 0
        hint = (
            '; set decoder_options: {background: -1} if each label has a map'
            if has_background
            else '; set decoder_options: {background: 0} if the first label has no map'
        )
        count = len(labels) - has_background
        check_maps(FAMILY, outputs, self.output, count, self.layout, hint)

    def decode(self, outputs: Outputs) -> ScoreMaps:
        """Return the maps; see `SemanticDecoder.decode`."""
        advice, are_chances = 'set activation: sigmoid', self.activation == 'none'
        scores = scores_of(FAMILY, outputs, self.output, self.layout, are_chances, advice)
        if self.background < 0:
            return ScoreMaps(scores, self.activation)
        before, after = scores[: self.background], scores[self.background :]
        threshold = np.full((1, *scores.shape[1:]), self._least_score(), np.float32)
        return ScoreMaps(
            np.concatenate([before, threshold, after]), self.activation, self.background
        )

    @staticmethod
    def example() -> dict[str, NDArray[np.float32]]:
        """Return logits of two classes on 24 x 24 places."""
        logits = np.full((1, 2, 24, 24), -5, np.float32)
        logits[0, 0, 5:10, 4:6] = 4
        logits[0, 1, 7:12, 14:16] = 4
        return {'logits': logits}

    def _least_score(self) -> float:
        if self.activation == 'none':
            return self.threshold
        return float(np.log(self.threshold / (1 - self.threshold)))
