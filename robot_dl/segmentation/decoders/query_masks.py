"""MaskFormer and Mask2Former for instance segmentation: queries with a class and a mask each.

The Q best pairs of query and class are the answer. The score is the chance of the class times the
mean chance of the places that the mask holds; boxes are the smallest around the masks.

Signature: class logits [1, Q, C + 1], the last one meaning 'no object', and mask logits
[1, Q, h, w], Q being 100 most often. Names: class_queries_logits and masks_queries_logits
(transformers), pred_logits and pred_masks.

Source: Cheng et al., "Masked-attention Mask Transformer" (2022), appendix A, as
`MaskFormerImageProcessor` of transformers reads them; masks are resized here as logits,
bilinearly, instead of as yes and no.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.activation import sigmoid
from robot_dl.core.detections import Detections
from robot_dl.core.outputs import Outputs, Size
from robot_dl.segmentation.decoders.queries import Queries
from robot_dl.segmentation.instance_masks import Candidates, MapMasks
from robot_dl.segmentation.params import InstanceSegmentationParams

Floats = NDArray[np.float32]

TINY = 1e-6
"""Added to the number of places, in place of 0 / 0."""


@dataclass(frozen=True)
class QueryMasks(Queries):
    """Decoder of queries into objects; see `InstanceDecoder`."""

    OVERLAPPING: ClassVar[bool] = False
    BOXED: ClassVar[bool] = False

    def decode(
        self, outputs: Outputs, params: InstanceSegmentationParams, model_hw: Size
    ) -> Candidates:
        """Return the candidates above `params.score`; see `InstanceDecoder.decode`."""
        chances, masks = self.read(outputs)
        pairs = np.argsort(-chances.reshape(-1), kind='stable')[: len(chances)]
        # No mask can make the score greater than that of its class.
        pairs = pairs[chances.reshape(-1)[pairs] >= params.score]
        queries, class_ids = np.divmod(pairs, chances.shape[1])
        scores = chances[queries, class_ids] * _mean_chances(masks[queries])
        kept = np.flatnonzero(scores >= params.score)
        boxes = np.zeros((len(kept), 4), np.float32)
        found = Detections(boxes, scores[kept], class_ids[kept].astype(np.int64))
        return Candidates(found, MapMasks(masks[queries[kept]], are_logits=True, are_boxed=False))


def _mean_chances(masks: Floats) -> Floats:
    """Return the mean chance [N] of the places that masks [N, h, w], logits, hold."""
    held = masks > 0
    chances = np.where(held, sigmoid(masks), 0).sum(axis=(1, 2), dtype=np.float64)
    return np.asarray(chances / (held.sum(axis=(1, 2)) + TINY), np.float32)
