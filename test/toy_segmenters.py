"""Small real networks for the tests that see the colour of every pixel, and of every cell."""

from pathlib import Path

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper
from toy_models import CELL, LABELS

from robot_dl.engine.card import file_sha256

STRIDE = 4
SEMANTIC_LABELS = ['background', *LABELS]


def semantic_graph(size_hw: tuple[int, int]) -> onnx.ModelProto:
    """Return a segmenter: logits [1, 4, h / 4, w / 4], 10 of background, 20 · mean of R, G, B."""
    rows, columns = (n // STRIDE for n in size_hw)
    constants = {
        'background': np.full((1, 1, rows, columns), 10, np.float32),
        'twenty': np.array(20, np.float32),
    }
    nodes = [
        *_means('small', STRIDE),
        helper.make_node('Mul', ['small', 'twenty'], ['colours']),
        helper.make_node('Concat', ['background', 'colours'], ['logits'], axis=1),
    ]
    return _model(nodes, size_hw, {'logits': [1, 4, rows, columns]}, constants)


def instance_graph(size_hw: tuple[int, int]) -> onnx.ModelProto:
    """Return YOLO with masks: a box of 32 px a cell, whose mask is where the colour is.

    Args:
        size_hw: Input size, in multiples of 32 px.
    """
    rows, columns = (n // CELL for n in size_hw)
    y, x = np.mgrid[:rows, :columns].reshape(2, 1, -1)
    boxes = np.concatenate([(x + 0.5) * CELL, (y + 0.5) * CELL, x * 0 + CELL, y * 0 + CELL])
    constants = {
        'boxes': boxes[None].astype(np.float32),
        'flat': np.array([1, 3, -1], np.int64),
        'twenty': np.array(20, np.float32),
        'ten': np.array(10, np.float32),
    }
    nodes = [
        *_means('cells', CELL),
        helper.make_node('Reshape', ['cells', 'flat'], ['scores']),
        helper.make_node('Concat', ['boxes', 'scores', 'scores'], ['output0'], axis=1),
        *_means('small', STRIDE),
        helper.make_node('Mul', ['small', 'twenty'], ['wide']),
        helper.make_node('Sub', ['wide', 'ten'], ['output1']),
    ]
    outputs = {
        'output0': [1, 4 + 3 + 3, rows * columns],
        'output1': [1, 3, *(n // STRIDE for n in size_hw)],
    }
    return _model(nodes, size_hw, outputs, constants)


def write_segmenter(
    folder: Path, /, size_hw: tuple[int, int] = (64, 96), **changes: object
) -> Path:
    """Write the semantic network and its card; `changes` replace keys of the card."""
    card = {
        'task': 'segmentation',
        'decoder': 'class_logits',
        'labels': SEMANTIC_LABELS,
        'palette': {'red': [255, 0, 0], 'green': [0, 255, 0], 'blue': [0, 0, 255]},
    }
    return _write(folder, semantic_graph(size_hw), size_hw, {**card, **changes})


def write_instance_segmenter(
    folder: Path, /, size_hw: tuple[int, int] = (64, 96), **changes: object
) -> Path:
    """Write the network with masks of objects and its card, likewise."""
    card = {'task': 'instance_segmentation', 'decoder': 'yolo_seg', 'labels': LABELS}
    return _write(folder, instance_graph(size_hw), size_hw, {**card, **changes})


def _write(
    folder: Path, model: onnx.ModelProto, size_hw: tuple[int, int], changes: dict[str, object]
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / 'colours.onnx'))
    card = {
        'name': 'colours',
        'weights': 'colours.onnx',
        'sha256': file_sha256(folder / 'colours.onnx'),
        'input': {'name': 'images', 'size_hw': list(size_hw)},
        'license': 'Apache-2.0',
    }
    card = {k: v for k, v in {**card, **changes}.items() if v is not None}
    (folder / 'model.yaml').write_text(yaml.safe_dump(card), encoding='utf-8')
    return folder


def _means(name: str, size: int) -> list[onnx.NodeProto]:
    sizes = {'kernel_shape': [size] * 2, 'strides': [size] * 2}
    return [helper.make_node('AveragePool', ['images'], [name], **sizes)]


def _model(
    nodes: list[onnx.NodeProto],
    size_hw: tuple[int, int],
    outputs: dict[str, list[int]],
    constants: dict[str, np.ndarray],
) -> onnx.ModelProto:
    def info(name: str, shape: list[int]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    graph = helper.make_graph(
        nodes,
        'colours',
        [info('images', [1, 3, *size_hw])],
        [info(name, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)
