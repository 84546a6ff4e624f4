"""What is known of a file before anybody guesses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from robot_dl.cli.importing.onnx_graph import Graph
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card_checks import CardError

Size = tuple[int, int]


@dataclass(frozen=True)
class Facts:
    """What a file, its neighbours and a first run of its graph say.

    Attributes:
        path: The file.
        image: The input that takes the image.
        others: The further inputs.
        outputs: What the graph says that it returns.
        metadata: What the exporter wrote beside the graph.
        beside: The files beside it that tell of it, parsed, by name.
        layout: Order of the axes of the image: nchw or nhwc.
        model_hw: Height and width of the image in the first run, in pixels.
        fixed_hw: The same if the graph takes no other, else None.
        seen: What the graph returned in the first run, by name.
        graph: Its operations, if the file is ONNX.
        notes: What has been done to it on the way.
    """

    path: Path
    image: TensorSpec
    others: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    metadata: Mapping[str, Any]
    beside: Mapping[str, Any]
    layout: str
    model_hw: Size
    fixed_hw: Size | None
    seen: Mapping[str, NDArray[Any]]
    graph: Graph | None = None
    notes: tuple[str, ...] = field(default=())

    def shapes(self) -> str:
        """Return the outputs of the first run, for people."""
        return ', '.join(f'{name} {list(array.shape)}' for name, array in self.seen.items())


def image_input(inputs: tuple[TensorSpec, ...]) -> tuple[TensorSpec, tuple[TensorSpec, ...]]:
    """Return the input that takes the image, and the others.

    Raises:
        CardError: If no input, or more than one, can be it.
    """
    for spec in inputs:
        if not spec.name.isprintable():
            raise CardError(f'expected inputs with plain names, got {spec.name!r}')
    listed = ', '.join(f'{spec.name} {spec}' for spec in inputs) or 'none'
    images = [spec for spec in inputs if len(spec.shape) == 4 and _has_colors(spec)]
    if len(images) != 1:
        raise CardError(
            'expected one input that takes a colour image, [1, 3, h, w] or [1, h, w, 3]; '
            f'the inputs are: {listed}'
        )
    batch = images[0].shape[0]
    if batch not in (1, None):
        raise CardError(
            f'the graph takes {batch} images at once ({images[0].name} {images[0]}); a node looks '
            'at one at a time: export it again with batch=1'
        )
    return images[0], tuple(spec for spec in inputs if spec is not images[0])


def _has_colors(spec: TensorSpec) -> bool:
    _, first, _, last = spec.shape
    return first in (3, None) or last in (3, None)
