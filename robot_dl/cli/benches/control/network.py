"""The policy that is measured: a network of three layers that hands one joint's position through.

Its weights are random but for that: one unit of each layer carries the position of `CARRIER`,
which is never negative, so the ELU leaves it as it is. The other outputs are small, as those of
a policy that has hardly learned.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from robot_dl.engine.card import file_sha256

JOINTS = tuple(f'joint_{index}' for index in range(12))
CARRIER = JOINTS[0]
RESTS_RAD = tuple(0.0 if name == CARRIER else 0.1 for name in JOINTS)
"""Where the joints rest, and where the measured robot has them."""
WIDTHS = (3 * len(JOINTS), 256, 256, 256, len(JOINTS))
SCALE = 0.25
SMALL = 0.05
"""Size of the last layer's weights, so that the last action, fed back, changes little."""
OPSET, IR_VERSION = 17, 8
"""What every ONNX Runtime since 1.14 reads."""
WEIGHTS = 'policy.onnx'

Layer = tuple[NDArray[np.float32], NDArray[np.float32]]


def write_policy(folder: Path, rate_hz: float) -> None:
    """Write the network and its card into a folder."""
    import onnx

    onnx.save(model(layers(np.random.default_rng(0))), str(folder / WEIGHTS))
    text = yaml.safe_dump(card(folder, rate_hz), sort_keys=False)
    (folder / 'model.yaml').write_text(text, encoding='utf-8')


def layers(rng: np.random.Generator) -> list[Layer]:
    """Return weights [in, out] and biases [out] of each layer."""
    found = [_layer(rng, inputs, outputs) for inputs, outputs in pairwise(WIDTHS)]
    found[-1][0][:, 1:] *= SMALL
    found[-1][0][0, 0] = 1 / SCALE
    return found


def model(parts: list[Layer]) -> Any:
    """Return an ONNX model: input `obs` [1, 36], output `actions` [1, 12]."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, last = [], [], 'obs'
    for index, layer in enumerate(parts):
        names = [f'weight_{index}', f'bias_{index}']
        constants += [numpy_helper.from_array(v, n) for v, n in zip(layer, names, strict=True)]
        output = f'sum_{index}' if index < len(parts) - 1 else 'actions'
        nodes.append(helper.make_node('Gemm', [last, *names], [output]))
        last = output
        if index < len(parts) - 1:
            last = f'unit_{index}'
            nodes.append(helper.make_node('Elu', [output], [last]))
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])
        for name, size in (('obs', WIDTHS[0]), ('actions', WIDTHS[-1]))
    ]
    graph = helper.make_graph(nodes, 'policy', ends[:1], ends[1:], constants)
    opset = [helper.make_opsetid('', OPSET)]
    return helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION)


def card(folder: Path, rate_hz: float) -> dict[str, Any]:
    """Return the card of the network in a folder."""
    terms = ('joint_position', 'joint_velocity', 'last_action')
    return {
        'name': 'bench_policy',
        'task': 'policy',
        'weights': WEIGHTS,
        'sha256': file_sha256(folder / WEIGHTS),
        'tensors': {'obs': [1, WIDTHS[0]]},
        'license': 'Apache-2.0',
        'description': 'Random weights, but for one joint whose position is handed through.',
        'policy': {
            'rate_hz': rate_hz,
            'joints': list(JOINTS),
            'default_positions': list(RESTS_RAD),
            'observation': [{'term': term} for term in terms],
            'action': {'kind': 'joint_position_scaled', 'scale': SCALE},
        },
    }


def _layer(rng: np.random.Generator, inputs: int, outputs: int) -> Layer:
    weights = rng.normal(0, inputs**-0.5, (inputs, outputs)).astype(np.float32)
    weights[:, 0] = 0.0
    weights[0, 0] = 1.0
    return weights, np.zeros(outputs, np.float32)
