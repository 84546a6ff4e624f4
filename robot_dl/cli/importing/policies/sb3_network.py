"""Networks of stable-baselines3, rebuilt from the names and shapes of their weights.

The names are those of the modules in stable_baselines3/{common,dqn,sac,td3}/policies.py and of
sb3_contrib/common/recurrent/policies.py (2.9): only what acts is taken, critics are left out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.policies.network import Layer, Memory
from robot_dl.engine.card_checks import CardError

Weights = Mapping[str, NDArray[Any]]

CLIP_MEAN = 2.0
"""Bound of the mean of SAC with state-dependent exploration, `clip_mean` in its policy_kwargs."""


@dataclass(frozen=True)
class Algorithm:
    """How one algorithm keeps its policy.

    Attributes:
        names: What it is called.
        sign: Begins the name of a weight that only such policies have.
        hidden: Modules whose layers all end with the activation, one after another.
        last: Module with the last layer, or with layers of which the last has no activation.
        activation: Of its default policy.
        squashed: Whether tanh follows.
        has_scores: Whether the choice with the greatest number is the action.
    """

    names: str
    sign: str
    hidden: tuple[str, ...]
    last: str
    activation: str
    squashed: bool = False
    has_scores: bool = False


MLP = ('mlp_extractor.shared_net', 'mlp_extractor.policy_net')

ALGORITHMS = (
    Algorithm('RecurrentPPO', 'lstm_actor.', MLP, 'action_net', 'Tanh'),
    Algorithm('DQN', 'q_net.q_net.', (), 'q_net.q_net', 'ReLU', has_scores=True),
    Algorithm('SAC', 'actor.log_std', ('actor.latent_pi',), 'actor.mu', 'ReLU', squashed=True),
    Algorithm('TD3 or DDPG', 'actor.mu.', (), 'actor.mu', 'ReLU', squashed=True),
    Algorithm('PPO or A2C', 'action_net.weight', MLP, 'action_net', 'Tanh'),
)
"""In the order in which they are looked for: the first whose sign is there."""

PARTS = re.compile(r'(?P<module>.+)\.(?P<index>\d+)\.(?P<kind>weight|bias)')


def algorithm_of(weights: Weights) -> Algorithm:
    """Return which algorithm a state dict belongs to.

    Raises:
        CardError: If it is none of them, or sees pictures.
    """
    pictures = [name for name in weights if re.search(r'features_extractor\..*(cnn|linear)', name)]
    if pictures:
        raise CardError(
            f'its policy looks at pictures ({pictures[0]}): such a network is not rebuilt here. '
            'Export it where it was trained, by torch.onnx.export(…), and import the ONNX file'
        )
    extractor = [name for name in weights if 'features_extractor.' in name]
    if extractor:
        raise CardError(
            f'it has a features extractor of its own ({extractor[0]}), whose code is not in the '
            'file: export the policy where it was trained, by torch.onnx.export(…)'
        )
    for algorithm in ALGORITHMS:
        if any(name.startswith(algorithm.sign) for name in weights):
            return algorithm
    raise CardError(
        'it is of no algorithm that is known here: '
        f'{", ".join(a.names for a in ALGORITHMS)}; its weights are {sorted(weights)[:6]} …'
    )


def layers_of(weights: Weights, algorithm: Algorithm, activation: str) -> tuple[Layer, ...]:
    """Return the layers that act, in order.

    Raises:
        CardError: If one is missing, does not fit the one before it, or is of another kind.
    """
    layers = [
        layer for module in algorithm.hidden for layer in _chain(weights, module, activation)
    ]
    last = _chain(weights, algorithm.last, activation)
    if not last:
        raise CardError(f'expected weights called {algorithm.last}.…, there are none')
    layers += [*last[:-1], Layer(last[-1].weight, last[-1].bias)]
    for before, after in pairwise(layers):
        if before.weight.shape[0] != after.weight.shape[1]:
            raise CardError(
                f'a layer gives {before.weight.shape[0]} numbers and the next takes '
                f'{after.weight.shape[1]}: something lies between them that is not known here'
            )
    return tuple(layers)


def _chain(weights: Weights, module: str, activation: str) -> list[Layer]:
    """Return the layers of a module: one, or a sequence by number, each with the activation."""
    if f'{module}.weight' in weights:
        return [_layer(weights, module, activation)]
    found = {
        m['index'] for name in weights if (m := PARTS.fullmatch(name)) and m['module'] == module
    }
    strange = [n for n in weights if n.startswith(f'{module}.') and not PARTS.fullmatch(n)]
    if strange:
        raise CardError(f'{strange[0]}: expected plain layers (weight and bias) in {module}')
    return [_layer(weights, f'{module}.{i}', activation) for i in sorted(found, key=int)]


def _layer(weights: Weights, name: str, activation: str) -> Layer:
    weight = weights.get(f'{name}.weight')
    if weight is None or weight.ndim != 2 or 0 in weight.shape:
        shape = 'nothing' if weight is None else f'one of {list(weight.shape)}'
        raise CardError(
            f'{name}.weight: expected a matrix of a fully connected layer, got {shape}; '
            'other layers are not rebuilt here: export the policy by torch.onnx.export(…)'
        )
    bias = weights.get(f'{name}.bias', np.zeros(weight.shape[0], np.float32))
    if bias.shape != weight.shape[:1]:
        raise CardError(f'{name}.bias: expected {weight.shape[0]} numbers, got {list(bias.shape)}')
    return Layer(weight, bias, activation)


def memories_of(weights: Weights) -> tuple[Memory, ...]:
    """Return the layers of the LSTM that acts; none of a policy without memory.

    Raises:
        CardError: If it is no plain LSTM.
    """
    names = [name for name in weights if name.startswith('lstm_actor.')]
    odd = [
        name for name in names if not re.fullmatch(r'lstm_actor\.(weight|bias)_(ih|hh)_l\d', name)
    ]
    if odd:
        raise CardError(
            f'{odd[0]}: an LSTM in both directions, or with a projection, is not known'
        )
    count = sum('weight_ih' in name for name in names)
    return tuple(_memory(weights, index) for index in range(count))


def _memory(weights: Weights, index: int) -> Memory:
    names = ('weight_ih', 'weight_hh', 'bias_ih', 'bias_hh')
    found = [weights.get(f'lstm_actor.{name}_l{index}') for name in names]
    of_input, of_hidden, *shifts = found
    if of_input is None or of_hidden is None or of_hidden.shape[0] != 4 * of_hidden.shape[1]:
        raise CardError(f'lstm_actor: expected the weights of an LSTM in layer {index}')
    none = np.zeros(len(of_input), np.float32)
    biases = [none if b is None else b for b in shifts]
    if of_input.shape[0] != len(of_hidden) or any(b.shape != none.shape for b in biases):
        raise CardError(f'lstm_actor: the weights of layer {index} do not fit each other')
    return Memory(of_input, of_hidden, *biases)


def limit_of(weights: Weights, algorithm: Algorithm, kwargs: Mapping[str, Any]) -> float | None:
    """Return how far from zero the last numbers may be before they are squashed, if bounded.

    With state-dependent exploration, SAC puts a Hardtanh behind its last layer, which makes a
    sequence of it: 'actor.mu.0.weight'.
    """
    if algorithm.names != 'SAC' or 'actor.mu.0.weight' not in weights:
        return None
    value = kwargs.get('clip_mean', CLIP_MEAN)
    return float(value) if isinstance(value, (int, float)) and value > 0 else CLIP_MEAN
