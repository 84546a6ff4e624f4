"""What the decoders share: options that every family has, and finding the one map."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.outputs import Role, find_outputs, float32, specs_of
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import Shape, TensorSpec

Outputs = Mapping[str, NDArray[Any]]
Floats = NDArray[np.float32]

MAP_SHAPES: tuple[Shape, ...] = (
    (1, 1, None, None),
    (1, None, None),
    (1, None, None, 1),
    (None, None),
)
NAMES = ('depth', 'predicted_depth', 'metric_depth', 'inverse_depth', 'disparity', 'disp_0')
"""What exporters call the map, for graphs with several outputs."""


@dataclass(frozen=True)
class MapDecoder(Params):
    """Base of the decoders: one map of numbers, and what its metres depend on."""

    FAMILY: ClassVar[str]
    """Name in the table, for messages."""
    SHAPES: ClassVar[tuple[Shape, ...]] = MAP_SHAPES

    metric: bool = param(True, 'Whether the numbers, as told here, are metres.')
    focal_px: float = param(
        0.0,
        "Focal length, in pixels of the network's input, for which its metres hold; 0 if they "
        'hold for every camera.',
        low=0.0,
        high=1e5,
    )
    output: str = param('', 'Name of the output that holds the map, where there are several.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `Decoder.check`."""
        self._find(outputs)

    def array_of(self, outputs: Outputs) -> Floats:
        """Return the map's array, with its axes as they come, float32.

        Raises:
            ValueError: If there is none of this family.
        """
        return float32(outputs[self._find(specs_of(outputs))])

    def map_of(self, outputs: Outputs, low: float, high: float) -> Floats:
        """Return the map [h, w].

        Args:
            outputs: What the network returned.
            low: Least sane number.
            high: Greatest sane number.

        Raises:
            ValueError: If there is none of this family, or it is damaged (NaN, infinity, absurd).
        """
        array = self.array_of(outputs)
        plane = array.reshape(_plane_hw(array))
        check_plane(self.FAMILY, plane, low, high)
        return plane

    def confidence(self, outputs: Outputs) -> Floats | None:
        """Return the confidence [h, w] of each cell; None if the family tells none."""
        return None

    def _find(self, specs: tuple[TensorSpec, ...]) -> str:
        role = Role('output', self.SHAPES, NAMES)
        return find_outputs(self.FAMILY, (role,), {'output': self.output}, specs)['output']


def _plane_hw(array: Floats) -> tuple[int, int]:
    if array.ndim == 4 and array.shape[-1] == 1 and array.shape[1] != 1:
        return array.shape[1], array.shape[2]
    return array.shape[-2], array.shape[-1]


def check_plane(family: str, plane: Floats, low: float, high: float) -> None:
    """Refuse a map [h, w] in which any number is NaN, infinite or absurd.

    Raises:
        ValueError: If one is; the message counts them.
    """
    # NaN compares as False, so it is not within the limits either.
    if plane.size and low <= plane.min() and plane.max() <= high:
        return
    with np.errstate(invalid='ignore'):
        sane = np.count_nonzero((plane >= low) & (plane <= high))
    raise ValueError(
        f'decoder {family}: the network gave NaN, infinity or absurd numbers (expected {low:g} to '
        f'{high:g}) at {plane.size - sane} of {plane.size} cells; its weights or its input are '
        'damaged, or it is of another family'
    )
