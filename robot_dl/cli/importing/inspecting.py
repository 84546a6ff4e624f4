"""Open a file, run it once, and tell what is known of it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.beside import read_beside
from robot_dl.cli.importing.constants import constants_of
from robot_dl.cli.importing.facts import Facts, Size, image_input
from robot_dl.cli.importing.hugging_face import size_of
from robot_dl.cli.importing.onnx_file import read_onnx
from robot_dl.cli.importing.onnx_graph import Graph
from robot_dl.cli.importing.refusals import refuse_impostors, telling_of
from robot_dl.cli.importing.torch_file import extra_metadata
from robot_dl.cli.importing.ultralytics import imgsz
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import Engine, EngineError, open_graph
from robot_dl.engine.input_card import DTYPES, LAYOUTS
from robot_dl.engine.request import Request, Weights
from robot_dl.engine.torch_archive import check_archive

USUAL_SIZES = ((640, 640), (224, 224), (512, 512), (384, 384))
"""Tried in the first run of a graph that does not say what it takes."""

LONGEST_SIDE = 16384


@dataclass(frozen=True)
class Opened:
    """A file that a runtime has opened.

    Attributes:
        content: What becomes the weights.
        engine: Runs it.
        metadata: What the exporter wrote into it.
        graph: Its operations, if it is ONNX.
        notes: What has been done to it.
    """

    content: bytes
    engine: Engine
    metadata: dict[str, Any]
    graph: Graph | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What the user says that is needed to run a graph at all.

    Attributes:
        size_hw: Height and width of the image, in pixels.
        constants: Inputs beside the image, by name.
    """

    size_hw: Size | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)


def open_file(path: Path) -> Opened:
    """Open a file in a runtime.

    Raises:
        CardError: If it is no graph.
        EngineError: If the runtime cannot open it.
    """
    refuse_impostors(path)
    with telling_of(path):
        return _open_onnx(path) if path.suffix.lower() == '.onnx' else _open_torch(path)


def inspect(path: Path, opened: Opened, told: Told) -> tuple[bytes, Facts]:
    """Return what becomes the weights of a model, and what is known of it.

    Raises:
        CardError: If it does not take an image.
        EngineError: If the runtime cannot run it.
    """
    with telling_of(path):
        image, others = image_input(opened.engine.inputs)
        if image.dtype not in DTYPES:
            raise CardError(f'{image.name} is {image}; expected one of {", ".join(DTYPES)}')
        beside = read_beside(path)
        size = told.size_hw or imgsz(opened.metadata) or size_of(beside)
        layout, model_hw, seen = _first_run(
            opened.engine, image, size, lambda hw: constants_of(others, hw, told.constants)
        )
    facts = Facts(
        path=path,
        image=image,
        others=others,
        outputs=opened.engine.outputs,
        metadata=opened.metadata,
        beside=beside,
        layout=layout,
        model_hw=model_hw,
        fixed_hw=_fixed_hw(image, layout),
        seen=seen,
        graph=opened.graph,
        notes=opened.notes,
    )
    return opened.content, facts


def _first_run(
    engine: Engine,
    image: TensorSpec,
    told_hw: Size | None,
    others: Callable[[Size], dict[str, NDArray[Any]]],
) -> tuple[str, Size, dict[str, NDArray[Any]]]:
    """Run the graph with an image of a size that it takes; return layout, size and outputs."""
    tried: list[str] = []
    for layout, model_hw in _trials(image, told_hw):
        tensor = _noise(image.dtype, layout, model_hw)
        try:
            return layout, model_hw, engine({image.name: tensor, **others(model_hw)})
        except EngineError as error:
            tried.append(f'  {list(tensor.shape)}: {str(error).splitlines()[0][:200]}')
    advice = '' if told_hw else '; give the size that it was exported for, --input-size HxW'
    raise CardError(f'it does not run{advice}. Tried were\n' + '\n'.join(tried))


def _trials(image: TensorSpec, told_hw: Size | None) -> Iterator[tuple[str, Size]]:
    _, first, second, third = image.shape
    axes = {'nchw': (first, second, third), 'nhwc': (third, first, second)}
    sure = [layout for layout in LAYOUTS if axes[layout][0] == 3]
    for layout, size in product(sure or LAYOUTS, (told_hw,) if told_hw else USUAL_SIZES):
        _, height, width = axes[layout]
        model_hw = (height or size[0], width or size[1])
        if max(model_hw) > LONGEST_SIDE:
            raise CardError(f'{image.name} {image}: expected at most {LONGEST_SIDE} pixels a side')
        yield layout, model_hw
        if height and width:
            return


def _fixed_hw(image: TensorSpec, layout: str) -> Size | None:
    height, width = image.shape[2:] if layout == 'nchw' else image.shape[1:3]
    return (height, width) if height and width else None


def _noise(dtype: str, layout: str, model_hw: Size) -> NDArray[Any]:
    """Return a picture without meaning: which values come out does not matter, only their form."""
    shape = (1, 3, *model_hw) if layout == 'nchw' else (1, *model_hw, 3)
    noise = np.random.default_rng(0).random(shape, np.float32)
    return (noise * 255).astype(np.uint8) if dtype == 'uint8' else noise.astype(dtype)


def _open_onnx(path: Path) -> Opened:
    file = read_onnx(path)
    notes = tuple(f'the weights in {name} are now inside the one file' for name in file.merged)
    engine = _engine(file.content, '.onnx')
    return Opened(file.content, engine, dict(file.graph.metadata), file.graph, notes)


def _open_torch(path: Path) -> Opened:
    content = path.read_bytes()
    # Before torch is imported, which takes seconds.
    check_archive(content)
    return Opened(content, _engine(content, path.suffix.lower()), extra_metadata(path))


def _engine(content: bytes, suffix: str) -> Engine:
    digest = hashlib.sha256(content).hexdigest()
    return open_graph(Weights(content, digest, suffix), Request('cpu'))
