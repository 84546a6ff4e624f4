"""A policy for the world `balance` that nobody has trained: a linear regulator as a network."""

from pathlib import Path

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

from robot_dl.engine.card import file_sha256

GAINS = (3.259, 42.47, 5.161, 10.803)
"""Newtons for each m, rad, m/s, rad/s: the optimal regulator of the nominal cart and pole.

From the linearised equations of a rod on a cart (1 kg, 0.12 kg, 1 m) at 50 Hz, with weights 4, 20,
1, 1 of the state and 0.3 of the force, by iterating the discrete Riccati equation.
"""
CARD = {
    'joints': ['slider', 'pole'],
    'rate_hz': 50.0,
    'observation': [{'term': 'joint_position_absolute'}, {'term': 'joint_velocity'}],
    'action': {'kind': 'joint_effort', 'joints': ['slider'], 'clip': [-10.0, 10.0]},
}
"""The part `policy` of its card."""


def write_balancer(folder: Path, gains: tuple[float, ...] = GAINS, **changes: object) -> Path:
    """Write the regulator with these gains and its card into `folder`.

    Args:
        folder: Where to.
        gains: Of positions and velocities of slider and pole.
        changes: Keys of the card to replace.
    """
    folder.mkdir(parents=True, exist_ok=True)
    gain = np.array(gains, np.float32)[:, None]
    graph = helper.make_graph(
        [helper.make_node('MatMul', ['observation', 'gain'], ['action'])],
        'balancer',
        [helper.make_tensor_value_info('observation', TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor_value_info('action', TensorProto.FLOAT, [1, 1])],
        [numpy_helper.from_array(gain, 'gain')],
    )
    opset = [helper.make_opsetid('', 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / 'b.onnx')
    card: dict[str, object] = {
        'name': folder.name,
        'task': 'policy',
        'weights': 'b.onnx',
        'sha256': file_sha256(folder / 'b.onnx'),
        'license': 'Apache-2.0',
        'world': 'balance',
        'tensors': {'observation': [1, 4]},
        'policy': CARD,
    }
    (folder / 'model.yaml').write_text(yaml.safe_dump({**card, **changes}))
    return folder
