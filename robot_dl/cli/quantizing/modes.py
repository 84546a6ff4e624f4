"""The ways to make a graph smaller, by ONNX Runtime's own tools (MIT licence)."""

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers.float16 import convert_float_to_float16

from robot_dl.cli.quantizing.graphs import first, name_all, tail, without_repeats

Feed = Mapping[str, NDArray[Any]]

SCOPES: dict[str, list[str] | None] = {'all': None, 'convolutions': ['Conv']}
"""Kinds of operations that become INT8; None is all that ONNX Runtime can."""


@dataclass(frozen=True)
class Mode:
    """A way to make a graph smaller.

    Attributes:
        words: What is said of the result.
        needs_pictures: Whether it must be shown pictures.
        apply: Returns the new graph's file, from the graph, the network's inputs and the scope.
    """

    words: str
    needs_pictures: bool
    apply: Callable[[onnx.ModelProto, Iterable[Feed], str], bytes]


def smaller(content: bytes, mode: str, feeds: Iterable[Feed], scope: str) -> bytes:
    """Return an ONNX file in less precision.

    Args:
        content: The ONNX file.
        mode: One of `MODES`.
        feeds: The network's inputs for some pictures, if the mode needs them.
        scope: One of `SCOPES`.
    """
    model = _prepared(content)
    name_all(model.graph.node)
    return MODES[mode].apply(model, feeds, scope)


class _Reader(CalibrationDataReader):  # type: ignore[misc]  # the runtime has no types
    """Hands the network's inputs to ONNX Runtime, one picture after the other."""

    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._feeds: Iterator[Feed] = iter(feeds)

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        """Return the next inputs; None after the last."""
        feed = next(self._feeds, None)
        return None if feed is None else dict(feed)


def _static(model: onnx.ModelProto, feeds: Iterable[Feed], scope: str) -> bytes:
    """Return INT8 with ranges that were seen: unsigned activations, signed weights per channel.

    Signed activations are three times slower without AMX (docs/performance.md).
    """
    nodes = model.graph.node
    constants = {tensor.name for tensor in model.graph.initializer}
    inputs = [value.name for value in model.graph.input if value.name not in constants]
    with _files(model) as (source, target):
        quantize_static(
            source,
            target,
            _Reader(feeds),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=SCOPES[scope],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[*tail(nodes), *first(nodes, inputs)],
            calibrate_method=CalibrationMethod.MinMax,
        )
        return target.read_bytes()


def _dynamic(model: onnx.ModelProto, feeds: Iterable[Feed], scope: str) -> bytes:
    """Return INT8 weights; the ranges of activations are measured in every run."""
    with _files(model) as (source, target):
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=SCOPES[scope],
            weight_type=QuantType.QUInt8,
            nodes_to_exclude=tail(model.graph.node),
        )
        return target.read_bytes()


def _half(model: onnx.ModelProto, feeds: Iterable[Feed], scope: str) -> bytes:
    """Return float16 inside, float32 at inputs, outputs and where boxes are made."""
    halved = convert_float_to_float16(
        model, keep_io_types=True, node_block_list=tail(model.graph.node)
    )
    once = without_repeats(halved.graph.node)
    del halved.graph.node[:]
    halved.graph.node.extend(once)
    name_all(halved.graph.node)
    content: bytes = halved.SerializeToString()
    return content


MODES = {
    'int8': Mode('static INT8', True, _static),
    'dynamic': Mode('dynamic INT8', False, _dynamic),
    'fp16': Mode('float16', False, _half),
}
"""By name."""


def _prepared(content: bytes) -> onnx.ModelProto:
    """Return the graph with all shapes, and simplified: what the runtime's tools expect."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / 'a.onnx', Path(folder) / 'b.onnx'
        source.write_bytes(content)
        # Symbolic shapes would want sympy, and matter to graphs of open size only.
        quant_pre_process(str(source), str(target), skip_symbolic_shape=True)
        model: onnx.ModelProto = onnx.load(str(target))
    return model


@contextmanager
def _files(model: onnx.ModelProto) -> Iterator[tuple[Path, Path]]:
    """Yield the paths of a file with the graph, and of one to be written; be quiet meanwhile."""
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / 'a.onnx'
            onnx.save(model, str(source))
            yield source, Path(folder) / 'b.onnx'
    finally:
        logger.setLevel(level)


def feed_of(tensor: NDArray[Any], name: str, constants: Feed) -> Feed:
    """Return what a network takes for one picture."""
    return {**constants, name: np.ascontiguousarray(tensor)}
