"""Small real policies for the tests: linear ones, ones with a memory, and their cards."""

from pathlib import Path

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

from robot_dl.engine.card import file_sha256

JOINTS = ['hip', 'knee', 'ankle']
PUSH = {
    'rate_hz': 50.0,
    'joints': JOINTS,
    'default_positions': [0.1, 0.2, 0.3],
    'observation': [
        {'term': 'joint_position'},
        {'term': 'joint_velocity', 'scale': 0.5},
        {'term': 'last_action'},
    ],
    'action': {'kind': 'joint_position_scaled', 'scale': 0.25},
}
"""A policy with three joints: nine numbers in, three out."""


def linear_graph(weights: np.ndarray, bias: np.ndarray, shape=None) -> onnx.ModelProto:
    """Return 'action' [1, A] = 'obs' [1, D] times `weights` [D, A] plus `bias` [A]."""
    nodes = [
        helper.make_node('MatMul', ['obs', 'weights'], ['product']),
        helper.make_node('Add', ['product', 'bias'], ['action']),
    ]
    shapes = {'obs': [1, weights.shape[0]]}, {'action': shape or [1, weights.shape[1]]}
    return graph(nodes, *shapes, {'weights': weights, 'bias': bias})


def counting_graph(size: int, actions: int) -> onnx.ModelProto:
    """Return a network with a memory: its state h [1, 1, A] is the number of runs so far.

    'action' = first A numbers of 'obs' + h, and 'h_out' = h + 1.
    """
    nodes = [
        helper.make_node('Slice', ['obs', 'start', 'end', 'axis'], ['seen']),
        helper.make_node('Squeeze', ['h_in', 'start'], ['state']),
        helper.make_node('Add', ['seen', 'state'], ['action']),
        helper.make_node('Add', ['h_in', 'one'], ['h_out']),
    ]
    constants = {
        'start': np.array([0], np.int64),
        'end': np.array([actions], np.int64),
        'axis': np.array([1], np.int64),
        'one': np.ones((1, 1, actions), np.float32),
    }
    inputs = {'obs': [1, size], 'h_in': [1, 1, actions]}
    return graph(nodes, inputs, {'action': [1, actions], 'h_out': [1, 1, actions]}, constants)


def graph(nodes, inputs, outputs, constants) -> onnx.ModelProto:
    def values(shapes):
        return [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()]

    kept = {
        name: array if array.dtype == np.int64 else array.astype(np.float32)
        for name, array in constants.items()
    }
    tensors = [numpy_helper.from_array(array, name) for name, array in kept.items()]
    made = helper.make_graph(nodes, 'policy', values(inputs), values(outputs), tensors)
    return helper.make_model(made, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)


def random_graph(size: int, actions: int, seed: int = 0) -> onnx.ModelProto:
    """Return a linear policy with weights of size 0.1."""
    rng = np.random.default_rng(seed)
    return linear_graph(rng.normal(0, 0.1, (size, actions)), rng.normal(0, 0.1, actions))


def write_policy(
    folder: Path, policy: dict | None = None, network: onnx.ModelProto | None = None, /, **changes
) -> Path:
    """Write a policy and its card into `folder`; `changes` replace keys of the card.

    Without `policy` it is `PUSH`; without `network`, random weights of the size that it needs.
    A change to None removes the key.
    """
    folder.mkdir(parents=True, exist_ok=True)
    policy = policy or PUSH
    onnx.save(network or _fitting(policy), str(folder / 'policy.onnx'))
    loaded = onnx.load(str(folder / 'policy.onnx')).graph
    shapes = {
        value.name: [d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in loaded.input
    }
    card = {
        'name': folder.name,
        'task': 'policy',
        'weights': 'policy.onnx',
        'sha256': file_sha256(folder / 'policy.onnx'),
        'tensors': shapes,
        'policy': policy,
        'license': 'Apache-2.0',
    }
    card = {k: v for k, v in {**card, **changes}.items() if v is not None}
    (folder / 'model.yaml').write_text(yaml.safe_dump(card), encoding='utf-8')
    return folder


def _fitting(policy: dict) -> onnx.ModelProto:
    from robot_dl.policy.spec import PolicySpec

    spec = PolicySpec.from_card(policy)
    return random_graph(spec.size, spec.action.output_size)
