"""Semantic networks that end with their answer: the class of each place.

Whole numbers of any type, [1, h, w], [1, 1, h, w], [1, h, w, 1] or [h, w]: DeepLab with its
argmax, PaddleSeg, MMDeploy. Pixels take the class of the nearest place. How sure the network is,
it does not tell, unless another output of the same size does.

Signature: one output with one number for each place, most often of integers.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.outputs import Outputs, Role, find_outputs, float32, specs_of, whole_numbers
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import Shape, TensorSpec
from robot_dl.segmentation.decoders.reading import check_chances
from robot_dl.segmentation.maps import IdMap

FAMILY = 'class_map'
SHAPES: tuple[Shape, ...] = (
    (1, 1, None, None),
    (1, None, None, 1),
    (1, None, None),
    (None, None),
)
NAMES = ('output', 'argmax', 'class_map', 'mask', 'pred', 'semanticpredictions')
MAP = Role('output', SHAPES, NAMES, integer=True)
CONFIDENCE = Role('confidence', SHAPES, ('confidence', 'max_softmax'), optional=True)


@dataclass(frozen=True)
class ClassMap(Params):
    """Decoder of one class a place; see `SemanticDecoder`."""

    output: str = param('', 'Name of the output with the classes, where there are several.')
    confidence: str = param('', 'Name of the output with the chance that they are right, if any.')
    first_label: int = param(0, 'Number of the first class.', low=0, high=1000)

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `SemanticDecoder.check`."""
        self._names(outputs)

    def decode(self, outputs: Outputs) -> IdMap:
        """Return the map; see `SemanticDecoder.decode`."""
        names = self._names(specs_of(outputs))
        grid = _plane(outputs[names['output']])
        if grid.dtype.kind not in 'iu':
            grid = whole_numbers(FAMILY, 'class', grid).reshape(grid.shape)
        class_ids = grid.astype(np.int64) - self.first_label
        if class_ids.size and class_ids.min() < 0:
            raise ValueError(
                f'decoder {FAMILY}: expected classes from {self.first_label} on, but the network '
                f'gave {class_ids.min() + self.first_label}; it is damaged, or of another family'
            )
        if 'confidence' not in names:
            return IdMap(class_ids)
        chances = float32(_plane(outputs[names['confidence']]))
        check_chances(FAMILY, chances, 'the confidence must be a chance')
        if chances.shape != class_ids.shape:
            raise ValueError(
                f'decoder {FAMILY}: expected confidence {list(class_ids.shape)}, one for '
                f'each class, got {list(chances.shape)}'
            )
        return IdMap(class_ids, chances)

    @staticmethod
    def example() -> dict[str, NDArray[np.int64]]:
        """Return the classes of 24 x 24 places."""
        grid = np.zeros((1, 24, 24), np.int64)
        grid[0, 5:10, 4:6] = 1
        grid[0, 7:12, 14:16] = 2
        return {'output': grid}

    def _names(self, specs: tuple[TensorSpec, ...]) -> dict[str, str]:
        named = {'output': self.output, 'confidence': self.confidence}
        return find_outputs(FAMILY, [MAP, CONFIDENCE], named, specs)


def _plane(array: NDArray[Any]) -> NDArray[Any]:
    """Return an output of any accepted shape as [h, w]."""
    if array.ndim == 2:
        return array
    plane: NDArray[Any] = array[0]
    return plane if plane.ndim == 2 else plane[0] if plane.shape[0] == 1 else plane[..., 0]
