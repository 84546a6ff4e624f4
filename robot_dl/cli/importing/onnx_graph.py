"""What an ONNX file holds, read from its bytes: neither a runtime nor `onnx` has to open it.

The numbers of the fields are those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.protobuf import Field, WireError, bytes_field, fields

DEEPEST = 12
"""Graphs inside graphs inside graphs: nobody has more, and a hostile file has any number."""

INSIDE = {
    'model': {7: 'graph', 25: 'function'},
    'graph': {1: 'node', 5: 'tensor'},
    'function': {7: 'node'},
    'node': {5: 'attribute'},
    'attribute': {5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph'},
    'tensor': {},
}
"""Where tensors may lie: the messages inside each kind of message, by field."""

RAW_DATA, EXTERNAL_DATA, DATA_LOCATION = 9, 13, 14
FLOAT_TYPES = {1: '<f4', 10: '<f2', 11: '<f8'}
FLOAT_DATA = {1: 4, 11: 10}


@dataclass(frozen=True)
class Node:
    """One operation: its type, the names of what it takes and gives, and its first tensor."""

    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    tensor: memoryview | None


@dataclass(frozen=True)
class Graph:
    """The parts of an ONNX file that recognition asks for.

    Attributes:
        metadata: What the exporter wrote beside the graph.
        nodes: The operations of the main graph, in order.
        tensors: The main graph's own arrays, undecoded, by name.
        has_inputs: Whether there is anything to feed.
    """

    metadata: dict[str, str]
    nodes: tuple[Node, ...]
    tensors: dict[str, memoryview]
    has_inputs: bool

    def floats(self, name: str) -> NDArray[np.float64] | None:
        """Return an array of the graph, or what a Constant gives, flat; None if there is none."""
        found = self.tensors.get(name)
        for node in self.nodes if found is None else ():
            if name in node.outputs and node.op == 'Constant':
                found = node.tensor
        return None if found is None else _floats(found)


def read_graph(content: bytes) -> Graph:
    """Return what a file holds.

    Raises:
        WireError: If the bytes are no ONNX model.
    """
    top = list(fields(memoryview(content)))
    graphs = [f for f in top if f.number == 7]
    if len(graphs) != 1:
        raise WireError(f'expected one graph in it, found {len(graphs)}')
    parts = list(fields(graphs[0].content))
    tensors = [part.content for part in parts if part.number == 5]
    return Graph(
        dict(_entry(f.content) for f in top if f.number == 14),
        tuple(_node(part.content) for part in parts if part.number == 1),
        {_text(tensor, 8): tensor for tensor in tensors},
        any(part.number == 11 for part in parts),
    )


def external_tensors(content: bytes) -> Iterator[dict[str, str]]:
    """Yield where each tensor lies whose numbers are not in the file: location, offset, length."""
    for tensor in _tensors(memoryview(content), 'model', 0):
        if is_external(tensor):
            yield _place(tensor)


def embedded(content: bytes, read: Callable[[dict[str, str]], bytes]) -> bytes:
    """Return the file with `read(place)` inside, for every tensor whose numbers are elsewhere."""
    return _embedded(memoryview(content), 'model', read)


def is_external(tensor: memoryview) -> bool:
    """Tell whether the numbers of a tensor lie in another file."""
    return any(f.number == DATA_LOCATION and f.value == 1 for f in fields(tensor))


def _embedded(message: memoryview, kind: str, read: Callable[[dict[str, str]], bytes]) -> bytes:
    if kind == 'tensor' and is_external(message):
        kept = [f.wire for f in fields(message) if f.number not in (EXTERNAL_DATA, DATA_LOCATION)]
        return b''.join([*kept, bytes_field(RAW_DATA, read(_place(message)))])
    inside = INSIDE[kind]
    pieces: list[bytes | memoryview] = []
    for f in fields(message):
        # What holds nothing external stays as it is, byte by byte.
        if f.number in inside and any(map(is_external, _tensors(f.content, inside[f.number], 0))):
            pieces.append(bytes_field(f.number, _embedded(f.content, inside[f.number], read)))
        else:
            pieces.append(f.wire)
    return b''.join(pieces)


def _tensors(message: memoryview, kind: str, depth: int) -> Iterator[memoryview]:
    if kind == 'tensor':
        yield message
        return
    if depth > DEEPEST * 3:
        raise WireError(f'graphs within graphs, more than {DEEPEST} deep')
    inside = INSIDE[kind]
    for f in fields(message):
        if f.number in inside:
            yield from _tensors(f.content, inside[f.number], depth + 1)


def _place(tensor: memoryview) -> dict[str, str]:
    entries = [_entry(f.content) for f in fields(tensor) if f.number == EXTERNAL_DATA]
    return dict(entries)


def _entry(message: memoryview) -> tuple[str, str]:
    return _text(message, 1), _text(message, 2)


def _text(message: memoryview, number: int) -> str:
    return next((f.text for f in fields(message) if f.number == number), '')


def _node(message: memoryview) -> Node:
    parts = list(fields(message))
    return Node(
        ''.join(f.text for f in parts if f.number == 4),
        tuple(f.text for f in parts if f.number == 1),
        tuple(f.text for f in parts if f.number == 2),
        next((t for f in parts if f.number == 5 for t in _attribute_tensors(f)), None),
    )


def _attribute_tensors(attribute: Field) -> Iterator[memoryview]:
    for part in fields(attribute.content):
        if part.number == 5:
            yield part.content


def _floats(tensor: memoryview) -> NDArray[np.float64] | None:
    parts = list(fields(tensor))
    kind = next((f.value for f in parts if f.number == 2), 0)
    if not isinstance(kind, int) or kind not in FLOAT_TYPES:
        return None
    for f in parts:
        if f.number in (RAW_DATA, FLOAT_DATA.get(kind)) and not isinstance(f.value, int):
            size = len(f.content) // np.dtype(FLOAT_TYPES[kind]).itemsize
            return np.frombuffer(f.content, FLOAT_TYPES[kind], size).astype(np.float64)
    return None
