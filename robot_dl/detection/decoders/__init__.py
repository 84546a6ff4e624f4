"""Decoders: what each family of detectors means by its outputs.

A decoder is a frozen dataclass, derived from `Params`, whose fields are the `decoder_options` of
a card; one file, and one line in the table here.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from robot_dl.core.detections import Detections
from robot_dl.core.outputs import Outputs, Size
from robot_dl.core.tensors import TensorSpec
from robot_dl.detection.decoders.boxes_labels_scores import BoxesLabelsScores
from robot_dl.detection.decoders.centernet import CenterNet
from robot_dl.detection.decoders.detr import Detr
from robot_dl.detection.decoders.yolo import Yolo
from robot_dl.detection.decoders.yolo_end_to_end import YoloEndToEnd
from robot_dl.detection.decoders.yolov5 import YoloV5
from robot_dl.detection.decoders.yolox import YoloX
from robot_dl.detection.params import DetectionParams

__all__ = ['DECODERS', 'Decoder', 'Outputs', 'Size']


class Decoder(Protocol):
    """Reads the outputs of one family of networks."""

    OVERLAPPING: ClassVar[bool]
    """True if one object may be reported several times, so that suppression must follow."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Any:
        """Return the decoder with the options of a card; see `Params.from_dict`."""

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Raise ValueError if a graph with these outputs is not of the family."""

    def decode(self, outputs: Outputs, params: DetectionParams, model_hw: Size) -> Detections:
        """Return the candidates above `params.score`.

        Args:
            outputs: What the network returned, by name.
            params: The node's parameters.
            model_hw: Height and width of the network's input, in pixels.

        Returns:
            The candidates, boxes in pixels of the network's input.

        Raises:
            ValueError: If the outputs are not of the family, or damaged (NaN, infinity).
        """

    @staticmethod
    def example() -> Outputs:
        """Return outputs that hold two objects of classes 0 and 1, for the contract test.

        The network's input is 96 x 96 pixels; the boxes are [15, 20, 25, 40] and
        [55, 30, 65, 50].
        """


DECODERS: dict[str, type[Decoder]] = {
    'boxes_labels_scores': BoxesLabelsScores,
    'centernet': CenterNet,
    'detr': Detr,
    'yolo': Yolo,
    'yolo_end_to_end': YoloEndToEnd,
    'yolov5': YoloV5,
    'yolox': YoloX,
}
"""The families by the name that a card gives as `decoder`."""
