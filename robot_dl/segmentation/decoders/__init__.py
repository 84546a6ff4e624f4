"""Decoders: what each family of networks means by its outputs.

A decoder is a frozen dataclass, derived from `Params`, whose fields are the `decoder_options` of
a card; one file, and one line in a table here.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from robot_dl.core.outputs import Outputs
from robot_dl.core.tensors import TensorSpec
from robot_dl.segmentation.decoders.class_logits import ClassLogits
from robot_dl.segmentation.decoders.class_map import ClassMap
from robot_dl.segmentation.decoders.class_sigmoid import ClassSigmoid
from robot_dl.segmentation.decoders.query_classes import QueryClasses
from robot_dl.segmentation.maps import IdMap, ScoreMaps


class SemanticDecoder(Protocol):
    """Reads the outputs of one family of networks that tell the class of each place."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Any:
        """Return the decoder with the options of a card; see `Params.from_dict`."""

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Raise ValueError if a graph with these outputs is not of the family."""

    def decode(self, outputs: Outputs) -> ScoreMaps | IdMap:
        """Return a map of scores for each class, or one of classes, over the whole input.

        Raises:
            ValueError: If the outputs are not of the family, or damaged (NaN, infinity).
        """

    @staticmethod
    def example() -> Outputs:
        """Return outputs for the contract test: three classes on 24 x 24 places.

        The network's input is 96 x 96 pixels. Class 1 fills rows 5 to 9 of columns 4 and 5,
        class 2 rows 7 to 11 of columns 14 and 15, and class 0 the rest.
        """


SEMANTIC_DECODERS: dict[str, type[SemanticDecoder]] = {
    'class_logits': ClassLogits,
    'class_map': ClassMap,
    'mask_queries': QueryClasses,
    'sigmoid': ClassSigmoid,
}
"""The semantic families by the name that a card gives as `decoder`."""
