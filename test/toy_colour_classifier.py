"""A small real classifier for the tests: it says which colour an image has most of."""

from pathlib import Path

import onnx
import yaml
from onnx import TensorProto, helper

from robot_dl.engine.card import file_sha256

LABELS = ['red', 'green', 'blue']


def mean_graph(size_hw: tuple[int, int], gain: float, flat: bool = True) -> onnx.ModelProto:
    """Return a graph whose logits are `gain` times the mean of R, G and B, which lie in [0, 1].

    Args:
        size_hw: Input size.
        gain: Factor.
        flat: Whether the output is [1, 3], else [1, 3, 1, 1].
    """
    nodes = [
        helper.make_node('GlobalAveragePool', ['image'], ['means']),
        helper.make_node('Mul', ['means', 'gain'], ['scaled']),
        helper.make_node('Flatten' if flat else 'Identity', ['scaled'], ['logits']),
    ]
    shape = [1, 3] if flat else [1, 3, 1, 1]
    graph = helper.make_graph(
        nodes,
        'means',
        [helper.make_tensor_value_info('image', TensorProto.FLOAT, [1, 3, *size_hw])],
        [helper.make_tensor_value_info('logits', TensorProto.FLOAT, shape)],
        [helper.make_tensor('gain', TensorProto.FLOAT, [], [gain])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)


def write_classifier(
    folder: Path,
    /,
    size_hw: tuple[int, int] = (32, 32),
    gain: float = 8.0,
    flat: bool = True,
    **changes: object,
) -> Path:
    """Write the classifier and its card into `folder`; `changes` replace keys of the card."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(mean_graph(size_hw, gain, flat), str(folder / 'means.onnx'))
    card: dict[str, object] = {
        'name': 'means',
        'task': 'classification',
        'weights': 'means.onnx',
        'sha256': file_sha256(folder / 'means.onnx'),
        'input': {'name': 'image', 'size_hw': list(size_hw), 'fit': 'center_crop'},
        'decoder': 'logits',
        'labels': LABELS,
        'license': 'Apache-2.0',
        **changes,
    }
    (folder / 'model.yaml').write_text(yaml.safe_dump(card), encoding='utf-8')
    return folder
