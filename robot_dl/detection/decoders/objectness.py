"""What YOLOv5 and YOLOX share: one tensor [1, N, 5 + C], objectness times class."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from robot_dl.core.boxes import xyxy_from_cxcywh
from robot_dl.core.detections import Detections
from robot_dl.core.outputs import (
    Floats,
    Outputs,
    Role,
    check_sane,
    demand,
    find_outputs,
    float32,
    specs_of,
)
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec

TABLE = Role('output', ((1, None, None),))


@dataclass(frozen=True)
class ObjectnessRows(Params):
    """Base of the decoders of [1, N, 5 + C]."""

    FAMILY: ClassVar[str]
    OVERLAPPING: ClassVar[bool] = True

    output: str = param('', 'Name of the output; needed if several could be it.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `Decoder.check`."""
        shapes = {self._name(outputs): (1, None, 5 + len(labels))}
        demand(self.FAMILY, shapes, labels, outputs)

    def rows(self, outputs: Outputs) -> Floats:
        """Return the table [N, 5 + C].

        Raises:
            ValueError: If there is none.
        """
        table = outputs[self._name(specs_of(outputs))]
        if table.shape[2] < 6:
            raise ValueError(
                f'decoder {self.FAMILY}: expected [1, N, 5 + C], got {list(table.shape)}'
            )
        return float32(table[0])

    def found(self, boxes_cxcywh: Floats, scores: Floats, least: float) -> Detections:
        """Return the places whose best class reaches a score.

        Args:
            boxes_cxcywh: Centre and size [N, 4], in pixels.
            scores: Objectness, then the score of each class given an object [N, 1 + C].
            least: Least product of the two.

        Raises:
            ValueError: If a place is damaged.
        """
        check_sane(self.FAMILY, boxes_cxcywh, scores)
        # No class is above 1, so no product is above the objectness.
        likely = np.flatnonzero(scores[:, 0] >= least)
        given = scores[likely, 1:]
        class_ids = given.argmax(axis=1)
        best = given[np.arange(len(given)), class_ids]
        products = np.clip(scores[likely, 0], 0, 1) * np.clip(best, 0, 1)
        enough = products >= least
        boxes_xyxy = xyxy_from_cxcywh(boxes_cxcywh[likely[enough]])
        return Detections(boxes_xyxy, products[enough], class_ids[enough])

    def _name(self, specs: tuple[TensorSpec, ...]) -> str:
        return find_outputs(self.FAMILY, [TABLE], {'output': self.output}, specs)['output']
