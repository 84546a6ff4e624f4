"""A small real network whose metres are known: what is bright is far."""

from pathlib import Path

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

from robot_dl.engine.card import file_sha256

NEAR_M, FAR_M = 1.0, 6.0
"""Distance of black and of white."""
CELL = 4
ENDS = {
    'log_depth': ('Log', 'Identity'),
    'metric_depth': ('Identity',),
    'inverse_depth': ('Reciprocal',),
}
"""What makes numbers of metres, for each decoder; the second is a channel of uncertainty."""


def metres_of(grey: np.ndarray) -> np.ndarray:
    """Return the distance of what is as bright as `grey`, 0 to 255."""
    return NEAR_M + (FAR_M - NEAR_M) * np.asarray(grey, np.float64) / 255


def depth_graph(
    size_hw: tuple[int, int], decoder: str, log_scale: float = -3.0
) -> onnx.ModelProto:
    """Return a network of cells of 4 x 4 pixels, whose metres follow from their brightness."""
    rows, columns = size_hw[0] // CELL, size_hw[1] // CELL
    ends = ENDS[decoder]
    constants = {
        'span': np.float32(FAR_M - NEAR_M),
        'near': np.float32(NEAR_M),
        'zero': np.float32(0),
        'log_scale': np.float32(log_scale),
    }
    nodes = [
        helper.make_node(
            'AveragePool', ['images'], ['p'], kernel_shape=[CELL] * 2, strides=[CELL] * 2
        ),
        helper.make_node('ReduceMean', ['p'], ['grey'], axes=[1], keepdims=1),
        helper.make_node('Mul', ['grey', 'span'], ['above']),
        helper.make_node('Add', ['above', 'near'], ['metres']),
        helper.make_node(ends[0], ['metres'], ['told']),
        helper.make_node('Mul', ['grey', 'zero'], ['nothing']),
        helper.make_node('Add', ['nothing', 'log_scale'], ['doubt']),
        helper.make_node('Concat', ['told', 'doubt'][: len(ends)], ['depth'], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        'depth',
        [helper.make_tensor_value_info('images', TensorProto.FLOAT, [1, 3, *size_hw])],
        [helper.make_tensor_value_info('depth', TensorProto.FLOAT, [1, len(ends), rows, columns])],
        [numpy_helper.from_array(np.asarray(a), name) for name, a in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)


def write_depth_model(
    folder: Path,
    /,
    decoder: str = 'log_depth',
    size_hw: tuple[int, int] = (96, 128),
    **changes: object,
) -> Path:
    """Write the network and its card into `folder`; `changes` replace keys of the card."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(depth_graph(size_hw, decoder), str(folder / 'toy.onnx'))
    card: dict[str, object] = {
        'name': 'toy_depth',
        'task': 'depth',
        'weights': 'toy.onnx',
        'sha256': file_sha256(folder / 'toy.onnx'),
        'input': {'name': 'images', 'size_hw': list(size_hw)},
        'decoder': decoder,
        'license': 'Apache-2.0',
    }
    card = {k: v for k, v in {**card, **changes}.items() if v is not None}
    (folder / 'model.yaml').write_text(yaml.safe_dump(card), encoding='utf-8')
    return folder


def ramp(size_hw: tuple[int, int], low: int = 20, high: int = 220) -> np.ndarray:
    """Return a grey RGB picture that gets brighter to the right."""
    row = np.linspace(low, high, size_hw[1])
    return np.repeat(np.tile(row, (size_hw[0], 1))[..., None], 3, axis=2).round().astype(np.uint8)
