"""Models for the benchmark that anyone can make: known size, random weights, realistic scores.

Random scores would all be alike or all saturated, and what a node does after its network depends
on them. So the last layer for the classes is scaled and shifted until, in the picture of noise
that the benchmark publishes, as many places pass two thresholds as `PASSING` says.
"""

from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from robot_dl.cli.benches.layers import Graph, Maps
from robot_dl.cli.benches.network import BINS, CLASSES, SIDE, Network, build, finish
from robot_dl.cli.benches.picture import SIZE, picture
from robot_dl.engine.card import file_sha256, load_card

Values = NDArray[np.float32]

PASSING = ((0.25, 100), (0.001, 4000))
"""How many of the 8400 places have a score of at least so much."""

TYPICAL_BIN = 3.5
"""Edges lie about so many strides from the middle of a place: boxes are some 7 strides wide."""

WEIGHTS = 'synthetic.onnx'


def write_synthetic(folder: Path, name: str, width: int) -> None:
    """Write the model and its card into `folder`; its first layer has `width` maps."""
    network = build(width)
    branches = [*network.boxes, *network.classes]
    _write(folder, name, network.graph, [maps.name for maps in branches])
    values = _values(folder)
    calibrate(network, values[:3], values[3:])
    _write(folder, name, network.graph, [finish(network)])


def calibrate(network: Network, distances: list[Values], classes: list[Values]) -> None:
    """Change the last layers so that `PASSING` comes true, and boxes are of likely sizes.

    Args:
        network: The network; changed.
        distances: What the last layers for the boxes give now, [64, N] at each stride.
        classes: What those for the classes give now, [80, N] at each stride.
    """
    preferred = -((np.arange(BINS) - TYPICAL_BIN) ** 2) / 4
    for maps, values in zip(network.boxes, distances, strict=True):
        _normalise(network.graph, maps, values, 1.0, np.tile(preferred, 4))
    alike = [(v - v.mean(1, keepdims=True)) / v.std(1, keepdims=True) for v in classes]
    gain, shift = _line(np.concatenate([v.max(axis=0) for v in alike]))
    for maps, values in zip(network.classes, classes, strict=True):
        # Each class alike, or the one that the weights prefer would be found everywhere.
        _normalise(network.graph, maps, values, gain, np.full(CLASSES, shift))


def _normalise(
    graph: Graph, maps: Maps, values: Values, gain: float, shift: NDArray[np.float64]
) -> None:
    """Give each output [C, N] of a convolution the mean `shift` [C] and the deviation `gain`."""
    scale = gain / values.std(axis=1)
    weights = graph.weights
    weights[f'{maps.name}.w'] = np.float32(weights[f'{maps.name}.w'] * scale[:, None, None, None])
    weights[f'{maps.name}.b'] = np.float32(shift - scale * values.mean(axis=1))


def _line(best: NDArray[np.float32]) -> tuple[float, float]:
    """Return the gain and the shift that make the best values [N] of each place pass."""
    falling = np.sort(best.astype(float))[::-1]
    # Halfway between the last place that is to pass and the first that is not.
    at = [(falling[count - 1] + falling[count]) / 2 for _, count in PASSING]
    wanted = [np.log(score / (1 - score)) for score, _ in PASSING]
    gain = (wanted[0] - wanted[1]) / (at[0] - at[1])
    return gain, wanted[0] - gain * at[0]


def _write(folder: Path, name: str, graph: Graph, outputs: list[str]) -> None:
    import onnx

    onnx.save(graph.model(outputs), str(folder / WEIGHTS))
    parameters = sum(values.size for values in graph.weights.values()) / 1e6
    card = {
        'name': f'synthetic-{name}',
        'task': 'detection',
        'weights': WEIGHTS,
        'sha256': file_sha256(folder / WEIGHTS),
        'input': {'name': 'images', 'size_hw': [SIDE, SIDE]},
        'decoder': 'yolo',
        'labels': [f'class_{i}' for i in range(CLASSES)],
        'license': 'Apache-2.0',
        'description': f'Random weights: {parameters:.2f} M parameters, '
        f'{graph.macs * 2 / 1e9:.2f} GFLOP a run.',
    }
    (folder / 'model.yaml').write_text(yaml.safe_dump(card), encoding='utf-8')


def _values(folder: Path) -> list[Values]:
    """Return what the graph in `folder` gives for the benchmark's picture, each as [C, N]."""
    import onnxruntime as ort

    tensor, _ = load_card(folder).prepare(picture(SIZE, None))
    session = ort.InferenceSession(str(folder / WEIGHTS), providers=['CPUExecutionProvider'])
    outputs = session.run(None, {'images': tensor})
    return [values[0].reshape(values.shape[1], -1) for values in outputs]
