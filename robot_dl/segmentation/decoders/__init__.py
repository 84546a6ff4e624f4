"""Decoders: what each family of networks means by its outputs.

A decoder is a frozen dataclass, derived from `Params`, whose fields are the `decoder_options` of
a card; one file, and one line in a table here.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from robot_dl.core.outputs import Outputs, Size
from robot_dl.core.tensors import TensorSpec
from robot_dl.segmentation.decoders.class_logits import ClassLogits
from robot_dl.segmentation.decoders.class_map import ClassMap
from robot_dl.segmentation.decoders.class_sigmoid import ClassSigmoid
from robot_dl.segmentation.decoders.mask_rcnn import MaskRcnn
from robot_dl.segmentation.decoders.query_classes import QueryClasses
from robot_dl.segmentation.decoders.query_masks import QueryMasks
from robot_dl.segmentation.decoders.yolo_seg import YoloSeg
from robot_dl.segmentation.decoders.yolo_seg_end_to_end import YoloSegEndToEnd
from robot_dl.segmentation.instance_masks import Candidates
from robot_dl.segmentation.maps import IdMap, ScoreMaps
from robot_dl.segmentation.params import InstanceSegmentationParams


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


class InstanceDecoder(Protocol):
    """Reads the outputs of one family of networks that find objects with their masks."""

    OVERLAPPING: ClassVar[bool]
    """True if one object may be reported several times, so that suppression must follow."""
    BOXED: ClassVar[bool]
    """False if the boxes are those around the masks."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Any:
        """Return the decoder with the options of a card; see `Params.from_dict`."""

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Raise ValueError if a graph with these outputs is not of the family."""

    def decode(
        self, outputs: Outputs, params: InstanceSegmentationParams, model_hw: Size
    ) -> Candidates:
        """Return the candidates above `params.score`, boxes in pixels of the network's input.

        Args:
            outputs: What the network returned, by name.
            params: The node's parameters.
            model_hw: Height and width of the network's input, in pixels.

        Raises:
            ValueError: If the outputs are not of the family, or damaged (NaN, infinity).
        """

    @staticmethod
    def example() -> Outputs:
        """Return outputs that hold two objects, for the contract test.

        The network's input is 96 x 96 pixels; the objects fill the boxes [15, 20, 25, 40] or
        [16, 20, 24, 40], and [55, 30, 65, 50] or [56, 28, 64, 48].
        """


SEMANTIC_DECODERS: dict[str, type[SemanticDecoder]] = {
    'class_logits': ClassLogits,
    'class_map': ClassMap,
    'mask_queries': QueryClasses,
    'sigmoid': ClassSigmoid,
}
"""The semantic families by the name that a card gives as `decoder`."""

INSTANCE_DECODERS: dict[str, type[InstanceDecoder]] = {
    'mask_queries': QueryMasks,
    'mask_rcnn': MaskRcnn,
    'yolo_seg': YoloSeg,
    'yolo_seg_end_to_end': YoloSegEndToEnd,
}
"""The families with masks of objects, likewise."""
