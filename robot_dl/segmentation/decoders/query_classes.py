"""MaskFormer and Mask2Former for semantic segmentation: queries that vote for the classes.

A place has for each class the sum over all queries of the chance that the query shows that class,
times the chance that the query holds the place. The greatest sum wins. Sums are no chances: the
confidence is the winner's sum, and 1 at most.

Signature: class logits [1, Q, C + 1] and mask logits [1, Q, h, w], Q being 100 most often. Names:
class_queries_logits and masks_queries_logits (transformers), pred_logits and pred_masks.

Source: Cheng et al., "Per-Pixel Classification is Not All You Need for Semantic Segmentation"
(2021), section 3.4; resized as `MaskFormerImageProcessor` of transformers does.
"""

from dataclasses import dataclass

import numpy as np

from robot_dl.core.activation import sigmoid
from robot_dl.core.outputs import Outputs
from robot_dl.segmentation.decoders.queries import Queries
from robot_dl.segmentation.maps import ScoreMaps


@dataclass(frozen=True)
class QueryClasses(Queries):
    """Decoder of queries into one map a class; see `SemanticDecoder`."""

    def decode(self, outputs: Outputs) -> ScoreMaps:
        """Return the maps; see `SemanticDecoder.decode`."""
        chances, masks = self.read(outputs)
        held = sigmoid(masks).reshape(len(masks), -1)
        sums = (chances.T @ held).reshape(-1, *masks.shape[1:])
        return ScoreMaps(np.ascontiguousarray(sums), 'none')
