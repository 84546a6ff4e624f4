"""What MaskFormer's queries return: classes and a mask each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.activation import softmax
from robot_dl.core.outputs import Outputs, Role, demand, find_outputs, float32, specs_of
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec
from robot_dl.segmentation.decoders.reading import check_sane_maps

FAMILY = 'mask_queries'
CLASSES = Role(
    'classes', ((1, None, None),), ('class_queries_logits', 'pred_logits', 'class_logits')
)
MASKS = Role('masks', ((1, None, None, None),), ('masks_queries_logits', 'pred_masks'))

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Queries(Params):
    """Decoder of class logits [1, Q, C + 1] and mask logits [1, Q, h, w]."""

    classes: str = param('', 'Name of the output with the classes, if it is none of the usual.')
    masks: str = param('', 'Name of the output with the masks, likewise.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `SemanticDecoder.check`."""
        names = self._names(outputs)
        hint = '; the last logit is that of "no object", and has no label'
        demand(FAMILY, {names['classes']: (1, None, len(labels) + 1)}, labels, outputs, hint)

    def read(self, outputs: Outputs) -> tuple[Floats, Floats]:
        """Return the chance of each class [Q, C] and the mask logits [Q, h, w] of each query.

        Raises:
            ValueError: If the outputs do not belong together, or are damaged.
        """
        names = self._names(specs_of(outputs))
        logits, masks = (float32(outputs[names[what]])[0] for what in ('classes', 'masks'))
        if len(logits) != len(masks) or logits.shape[1] < 2:
            raise ValueError(
                f'decoder {FAMILY}: expected classes [1, Q, C + 1] and masks [1, Q, h, w], got '
                f'{[1, *logits.shape]} and {[1, *masks.shape]}'
            )
        check_sane_maps(FAMILY, logits)
        check_sane_maps(FAMILY, masks)
        return softmax(logits)[:, :-1], masks

    @staticmethod
    def example() -> dict[str, Floats]:
        """Return queries of three classes on 24 x 24 places, two of which have found something."""
        logits = np.zeros((1, 7, 4), np.float32)
        logits[0, :, 3] = 12
        masks = np.full((1, 7, 24, 24), -9, np.float32)
        for query, class_id, rows, columns in (
            (2, 1, slice(5, 10), slice(4, 6)),
            (5, 2, slice(7, 12), slice(14, 16)),
            (3, 0, slice(None), slice(None)),
        ):
            logits[0, query, [class_id, 3]] = [12, 6 if class_id else 12.2]
            masks[0, query, rows, columns] = 9
        return {'class_queries_logits': logits, 'masks_queries_logits': masks}

    def _names(self, specs: tuple[TensorSpec, ...]) -> dict[str, str]:
        named = {'classes': self.classes, 'masks': self.masks}
        return find_outputs(FAMILY, [MASKS, CLASSES], named, specs)
