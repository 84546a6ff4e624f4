"""Decoders: what each family of detectors means by its outputs.

A decoder is a module with the functions of `Decoder`, and one line in the table here.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.core.tensors import TensorSpec
from robot_dl.detection.decoders import yolo
from robot_dl.detection.params import DetectionParams

Outputs = Mapping[str, NDArray[Any]]


class Decoder(Protocol):
    """Reads the outputs of one family of networks."""

    OVERLAPPING: bool
    """True if one object may be reported several times, so that suppression must follow."""

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Raise ValueError if a graph with these outputs is not of the family."""

    def decode(self, outputs: Outputs, params: DetectionParams) -> Detections:
        """Return the candidates above `params.score`, boxes in pixels of the model's input."""

    def example(self) -> Outputs:
        """Return outputs that hold two objects of classes 0 and 1, for the contract test."""


DECODERS: dict[str, Decoder] = {'yolo': yolo}
