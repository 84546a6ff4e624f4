"""A detector in the proportions of the YOLO family's small members, with random weights.

A backbone of cross-stage blocks, a pyramid that is walked down and up again, and at each of three
strides a branch for the boxes, as distributions over 16 distances to each edge (Li et al.,
Generalized Focal Loss, 2020), and one of separable convolutions for the classes. It takes
[1, 3, 640, 640] and returns [1, 84, 8400].
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.benches.layers import Graph, Maps

SIDE = 640
STRIDES = (8, 16, 32)
CLASSES, BINS = 80, 16

SEED = 13
"""With these weights the grey beside a picture is nothing special: few boxes lie in it."""


@dataclass(frozen=True)
class Network:
    """A graph up to its branches.

    Attributes:
        graph: The graph.
        boxes: At each stride, the distances to the four edges before the softmax [1, 64, h, w].
        classes: At each stride, the classes before the sigmoid [1, 80, h, w].
    """

    graph: Graph
    boxes: list[Maps]
    classes: list[Maps]


def build(width: int) -> Network:
    """Return a network whose first layer has `width` maps; the same weights at every call."""
    graph = Graph(np.random.default_rng(SEED), (1, 3, SIDE, SIDE))
    pyramid = _neck(graph, _backbone(graph, width))
    boxes = [_box_branch(graph, level) for level in pyramid]
    return Network(graph, boxes, [_class_branch(graph, level) for level in pyramid])


def finish(network: Network) -> str:
    """Append what makes [1, 84, 8400] of the branches, and return the output's name.

    Rows 0-3 are centre x, centre y, width and height in pixels; row 4 + c is the score of class
    c. A distribution becomes its mean.
    """
    graph = network.graph
    joined = _joined(graph, network.boxes)
    split = graph.add('Reshape', [joined, graph.integers(1, 4, BINS, -1)])
    share = graph.add('Softmax', [graph.add('Transpose', [split], perm=[0, 1, 3, 2])], axis=-1)
    numbers = graph.constant(np.arange(BINS, dtype=np.float32)[:, None])
    means = graph.add('Squeeze', [graph.add('MatMul', [share, numbers]), graph.integers(-1)])
    scores = graph.add('Sigmoid', [_joined(graph, network.classes)])
    return graph.add('Concat', [_boxes_cxcywh(graph, means), scores], axis=1)


def _backbone(graph: Graph, width: int) -> list[Maps]:
    """Append four halvings of the image, and return the maps at the three strides."""
    x = graph.conv_silu(Maps('images', 3, (SIDE, SIDE)), width, 3, 2)
    levels = []
    for step in range(1, 5):
        x = graph.conv_silu(x, width * 2**step, 3, 2)
        x = graph.stages(x, x.channels, with_shortcut=True)
        levels.append(x)
    return [*levels[1:3], graph.pyramid_pool(levels[3])]


def _neck(graph: Graph, levels: list[Maps]) -> list[Maps]:
    """Append the ways down to the finest maps and up again (Liu et al., PANet, 2018)."""
    fine, middle, coarse = levels
    down = graph.concat(graph.twice_as_large(coarse), middle)
    down = graph.stages(down, middle.channels, with_shortcut=False)
    last = graph.concat(graph.twice_as_large(down), fine)
    pyramid = [graph.stages(last, fine.channels, with_shortcut=False)]
    for lateral in (down, coarse):
        up = graph.conv_silu(pyramid[-1], pyramid[-1].channels, 3, 2)
        joined = graph.concat(up, lateral)
        pyramid.append(graph.stages(joined, lateral.channels, with_shortcut=False))
    return pyramid


def _box_branch(graph: Graph, level: Maps) -> Maps:
    x = graph.conv_silu(graph.conv_silu(level, 4 * BINS, 3), 4 * BINS, 3)
    return graph.conv(x, 4 * BINS)


def _class_branch(graph: Graph, level: Maps) -> Maps:
    x = level
    for _ in range(2):
        x = graph.conv_silu(_blurred(graph, x), CLASSES)
    return graph.conv(x, CLASSES)


def _blurred(graph: Graph, x: Maps) -> Maps:
    """Append a convolution of each map alone, with nine equal weights.

    Neighbours are then of one class, as on a real object, and suppression has work to do.
    """
    y = graph.conv(x, x.channels, 3, groups=x.channels)
    drawn = graph.weights[f'{y.name}.w']
    graph.weights[f'{y.name}.w'] = np.sign(drawn.mean((2, 3), keepdims=True)) * np.full_like(
        drawn, 1 / 3
    )
    return graph.silu(y)


def _joined(graph: Graph, branches: list[Maps]) -> str:
    """Append what joins the places of all strides, and return the name of [1, C, N]."""
    shape = graph.integers(1, branches[0].channels, -1)
    return graph.add('Concat', [graph.add('Reshape', [b.name, shape]) for b in branches], axis=2)


def _boxes_cxcywh(graph: Graph, distances: str) -> str:
    """Append what makes boxes in pixels of distances [1, 4, N] in strides: left, top, ..."""
    places, strides = _places()
    centre, stride = graph.constant(places[None]), graph.constant(strides[None])
    low, high = graph.halves(distances, 4)
    low, high = graph.add('Sub', [centre, low]), graph.add('Add', [centre, high])
    half = graph.constant(np.float32(0.5))
    middle = graph.add('Mul', [graph.add('Add', [low, high]), half])
    size = graph.add('Sub', [high, low])
    return graph.add('Mul', [graph.add('Concat', [middle, size], axis=1), stride])


def _places() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the middles [2, N] of all places, in strides, and the strides [1, N], in pixels."""
    middles, strides = [], []
    for stride in STRIDES:
        y, x = np.mgrid[: SIDE // stride, : SIDE // stride].reshape(2, -1) + 0.5
        middles.append(np.stack([x, y]))
        strides.append(np.full((1, x.size), stride))
    return np.hstack(middles).astype(np.float32), np.hstack(strides).astype(np.float32)
