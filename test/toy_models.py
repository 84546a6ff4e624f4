"""Small real networks for the tests: they see colours, and say where."""

from pathlib import Path

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

from robot_dl.engine.card import file_sha256

LABELS = ['red', 'green', 'blue']
CELL = 32


def colour_graph(size_hw: tuple[int, int], repeats: int = 0) -> onnx.ModelProto:
    """Return a detector of coloured cells: one box of 32 px a cell, scores = its mean R, G, B.

    Args:
        size_hw: Input size, in multiples of 32 px.
        repeats: Wide convolutions without effect on the result, to make the network slow.
    """
    rows, columns = size_hw[0] // CELL, size_hw[1] // CELL
    y, x = np.mgrid[:rows, :columns].reshape(2, 1, -1)
    boxes = np.concatenate([(x + 0.5) * CELL, (y + 0.5) * CELL, x * 0 + CELL, y * 0 + CELL])
    constants = {
        'boxes': boxes[None].astype(np.float32),
        'flat': np.array([1, 3, -1], np.int64),
        'kernel': np.zeros((64, 3, 9, 9), np.float32),
        'back': np.zeros((3, 64, 9, 9), np.float32),
    }
    nodes, last = _slow_part(repeats)
    nodes += [
        helper.make_node(
            'AveragePool', [last], ['cells'], kernel_shape=[CELL] * 2, strides=[CELL] * 2
        ),
        helper.make_node('Reshape', ['cells', 'flat'], ['scores']),
        helper.make_node('Concat', ['boxes', 'scores'], ['output0'], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        'colours',
        [helper.make_tensor_value_info('images', TensorProto.FLOAT, [1, 3, *size_hw])],
        [helper.make_tensor_value_info('output0', TensorProto.FLOAT, [1, 7, rows * columns])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)


def write_model(
    folder: Path, /, size_hw: tuple[int, int] = (64, 96), repeats: int = 0, **changes: object
) -> Path:
    """Write the colour detector and its card into `folder`; `changes` replace keys of the card.

    A change to None removes the key.
    """
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(colour_graph(size_hw, repeats), str(folder / 'colours.onnx'))
    card: dict[str, object] = {
        'name': 'colours',
        'task': 'detection',
        'weights': 'colours.onnx',
        'sha256': file_sha256(folder / 'colours.onnx'),
        'input': {'name': 'images', 'size_hw': list(size_hw)},
        'decoder': 'yolo',
        'labels': LABELS,
        'license': 'Apache-2.0',
    }
    card = {k: v for k, v in {**card, **changes}.items() if v is not None}
    (folder / 'model.yaml').write_text(yaml.safe_dump(card), encoding='utf-8')
    return folder


def picture(size_hw: tuple[int, int], **squares: tuple[int, int, int, int]) -> np.ndarray:
    """Return a black RGB image with a square x0, y0, x1, y1 in each named colour."""
    image = np.zeros((*size_hw, 3), np.uint8)
    for colour, (x0, y0, x1, y1) in squares.items():
        image[y0:y1, x0:x1, LABELS.index(colour)] = 255
    return image


def _slow_part(repeats: int) -> tuple[list[onnx.NodeProto], str]:
    nodes, last = [], 'images'
    for i in range(repeats):
        nodes += [
            helper.make_node('Conv', [last, 'kernel'], [f'wide{i}'], pads=[4] * 4),
            helper.make_node('Conv', [f'wide{i}', 'back'], [f'nothing{i}'], pads=[4] * 4),
            helper.make_node('Add', [last, f'nothing{i}'], [f'same{i}']),
        ]
        last = f'same{i}'
    return nodes, last
