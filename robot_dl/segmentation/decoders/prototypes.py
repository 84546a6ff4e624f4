"""What the YOLO families with masks share: a table of places, and prototypes for the masks.

A mask is the sum of K prototypes [1, K, h, w], each times one of the K coefficients at the end of
its place in the table, as a logit, inside its box. K is 32 most often, and h, w a quarter of the
input.

Source: Bolya et al., "YOLACT" (2019), section 3.3. The sums are resized and the sigmoid comes
last, as in the later versions of the YOLO family; YOLACT itself resizes after the sigmoid.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.core.outputs import Outputs, Role, Size, demand, find_outputs, float32, specs_of
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec
from robot_dl.segmentation.decoders.reading import check_sane_maps
from robot_dl.segmentation.instance_masks import Candidates, PrototypeMasks
from robot_dl.segmentation.params import InstanceSegmentationParams

PROTOTYPES = Role('prototypes', ((1, None, None, None),))
TABLE = Role('table', ((1, None, None),))

Floats = NDArray[np.float32]
Kept = tuple[Detections, NDArray[np.intp]]


@dataclass(frozen=True)
class PrototypeTable(Params):
    """Base of the decoders of boxes with coefficients, and prototypes."""

    FAMILY: ClassVar[str]
    BOXED: ClassVar[bool] = True

    table: str = param('', 'Name of the output with the boxes; needed if several could be it.')
    prototypes: str = param('', 'Name of the output with the prototypes, likewise.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `InstanceDecoder.check`."""
        names = self._names(outputs)
        count = {spec.name: spec.shape for spec in outputs}[names['prototypes']][1]
        if count is None:
            return
        wide = self.width(len(labels)) + count
        wanted = (1, wide, None) if self.has_columns else (1, None, wide)
        hint = f', which leaves {count} for the prototypes'
        demand(self.FAMILY, {names['table']: wanted}, labels, outputs, hint)

    def decode(
        self, outputs: Outputs, params: InstanceSegmentationParams, model_hw: Size
    ) -> Candidates:
        """Return the candidates above `params.score`; see `InstanceDecoder.decode`."""
        names = self._names(specs_of(outputs))
        table, prototypes = (float32(outputs[names[what]])[0] for what in ('table', 'prototypes'))
        check_sane_maps(self.FAMILY, prototypes)
        table = table if self.has_columns else table.T
        width = len(table) - len(prototypes)
        if width < self.width(1):
            raise ValueError(
                f'decoder {self.FAMILY}: expected at least {self.width(1)} numbers a place '
                f'besides those of {len(prototypes)} prototypes, got {width}'
            )
        found, kept = self.places(table[:width], params.score)
        coefficients = np.ascontiguousarray(table[width:, kept].T)
        check_sane_maps(self.FAMILY, coefficients)
        return Candidates(found, PrototypeMasks(prototypes, coefficients))

    @property
    def has_columns(self) -> bool:
        """Whether a place is a column of the table."""
        raise NotImplementedError

    def width(self, labels: int) -> int:
        """Return how many numbers a place has besides its coefficients."""
        raise NotImplementedError

    def places(self, table: Floats, least: float) -> Kept:
        """Return the places of a table [width, N] that reach a score, and which they are."""
        raise NotImplementedError

    def _names(self, specs: tuple[TensorSpec, ...]) -> dict[str, str]:
        named = {'table': self.table, 'prototypes': self.prototypes}
        return find_outputs(self.FAMILY, [PROTOTYPES, TABLE], named, specs)


def example_prototypes() -> Floats:
    """Return a prototype for each of the two objects of the examples."""
    prototypes = np.full((1, 2, 24, 24), -9, np.float32)
    prototypes[0, 0, 5:10, 4:6] = 9
    prototypes[0, 1, 7:12, 14:16] = 9
    return prototypes
