"""Arithmetic on pixels that is part of a graph, so that nobody does it twice."""

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.draft import Guess, read
from robot_dl.cli.importing.facts import Facts
from robot_dl.cli.importing.onnx_graph import Graph, Node

ARITHMETIC = ('Sub', 'Div', 'Mul', 'Add')
TRANSPARENT = (
    'Cast',
    'Transpose',
    'Identity',
    'Resize',
    'Unsqueeze',
    'Squeeze',
    'Reshape',
    'Split',
)
FAR = 8
"""So many operations after the input is where arithmetic on pixels has ended."""

BYTE_DIVISOR, BYTE_MEAN = 16.0, 2.0
"""Between what is done to pixels of 0 to 255 and to those of 0 to 1."""


def normalisation_draft(facts: Facts) -> dict[str, Guess]:
    """Return what the image must be if the graph normalises it, by key of the card."""
    if facts.image.dtype == 'uint8':
        return read('the graph takes bytes: pixels as they are', **_as_they_are())
    steps = _steps(facts.graph, facts.image.name) if facts.graph else []
    if not steps:
        return {}
    shown = ', '.join(f'{op} {_shown(values)}' for op, values in steps)
    if _is_for_bytes(*steps[0]):
        return read(f'the graph begins with {shown}: it takes 0 to 255', **_as_they_are())
    numbers = {'input__mean': [0, 0, 0], 'input__std': [255, 255, 255]}
    return read(f'the graph begins with {shown}: it takes 0 to 1', **numbers)


def _as_they_are() -> dict[str, list[int]]:
    return {'input__mean': [0, 0, 0], 'input__std': [1, 1, 1]}


def _is_for_bytes(op: str, values: NDArray[np.float64]) -> bool:
    size = float(np.abs(values).mean())
    if op == 'Div':
        return size > BYTE_DIVISOR
    if op == 'Mul':
        return 0 < size < 1 / BYTE_DIVISOR
    return size > BYTE_MEAN


def _steps(graph: Graph, name: str) -> list[tuple[str, NDArray[np.float64]]]:
    """Return the arithmetic with constants that begins at the input, in order."""
    steps = []
    for _ in range(FAR):
        users = [node for node in graph.nodes if name in node.inputs]
        if len(users) != 1 or users[0].op not in ARITHMETIC + TRANSPARENT:
            break
        node = users[0]
        values = _constant(graph, node, name)
        if node.op in ARITHMETIC:
            if values is None:
                break
            steps.append((node.op, values))
        name = node.outputs[0]
    return steps


def _constant(graph: Graph, node: Node, name: str) -> NDArray[np.float64] | None:
    others = [other for other in node.inputs if other != name]
    values = graph.floats(others[0]) if len(others) == 1 else None
    return values if values is not None and values.size in (1, 3) else None


def _shown(values: NDArray[np.float64]) -> str:
    numbers = ', '.join(f'{n:.4g}' for n in values)
    return numbers if values.size == 1 else f'[{numbers}]'
