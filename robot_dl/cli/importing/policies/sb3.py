"""Saved algorithms of stable-baselines3, as a graph and what is known of it."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.draft import ASK, Draft, Guess, read
from robot_dl.cli.importing.policies.activations import ACTIVATIONS
from robot_dl.cli.importing.policies.network import (
    ACTION,
    CELL,
    HIDDEN,
    OBSERVATION,
    Network,
    onnx_bytes,
)
from robot_dl.cli.importing.policies.policy_file import GRAPH, PolicyFile
from robot_dl.cli.importing.policies.sb3_archive import Sb3Archive, read_sb3
from robot_dl.cli.importing.policies.sb3_network import (
    Algorithm,
    algorithm_of,
    layers_of,
    limit_of,
    memories_of,
)
from robot_dl.cli.importing.policies.sb3_spaces import Space, space_of
from robot_dl.cli.importing.policies.torch_network import torch_run
from robot_dl.core.names import unknown_name
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card_checks import CardError

OWN_POLICIES = re.compile(
    r'stable_baselines3\.(common|dqn|sac|td3)\.policies|sb3_contrib\.common\.recurrent\.policies'
)
ACTIVATION_CLASS = re.compile(r"<class 'torch\.nn\.modules\.(?:activation|linear)\.(\w+)'>")
SIGNS = {'clip_range': 'PPO', 'cg_max_steps': 'TRPO'}
"""Attributes that only one of the algorithms with such a network has."""
SUPPORTED_SPACES = ('', 'Box', 'Discrete')


def read_policy(path: Any, given: Draft) -> PolicyFile:
    """Return the policy in a saved algorithm.

    Args:
        path: The zip file.
        given: What the user says; only what belongs to the graph is looked at.

    Raises:
        CardError: If the file is damaged or hostile, or the policy of a kind that is not known.
    """
    archive = read_sb3(path)
    algorithm = algorithm_of(archive.weights)
    _refuse_masks(archive)
    kwargs = _mapping(archive.data.get('policy_kwargs'))
    draft = {
        **_activation(archive, algorithm, kwargs),
        **_actions(archive, algorithm, kwargs),
        **_normalisation(archive),
    }
    draft |= {key: guess for key, guess in given.items() if key.startswith(GRAPH)}
    network = _network(archive, algorithm, kwargs, draft)
    is_known = _is_known(draft)
    return PolicyFile(
        onnx_bytes(network) if is_known else b'',
        '.onnx',
        *_tensors(network),
        draft | _recurrent(network),
        f'{_name(archive, algorithm)} of stable-baselines3 {archive.version}'.strip(),
        _notes(archive, network),
        network.inputs,
        network.outputs,
        torch_run(network) if is_known else None,
    )


def _network(
    archive: Sb3Archive, algorithm: Algorithm, kwargs: Mapping[str, Any], draft: Draft
) -> Network:
    """Return the network with what is known; ends that are not are left open."""
    activation = _value(draft, 'activation') or algorithm.activation
    if activation not in ACTIVATIONS:
        raise CardError(unknown_name('activation', activation, ACTIVATIONS))
    layers = layers_of(archive.weights, algorithm, activation)
    network = Network(
        layers,
        memories_of(archive.weights),
        limit_of(archive.weights, algorithm, kwargs),
        algorithm.squashed or _is_squashed(kwargs),
        _ends(draft, 'low', len(layers[-1].bias)),
        _ends(draft, 'high', len(layers[-1].bias)),
    )
    memories, first = network.memories, layers[0].weight.shape[1]
    if memories and memories[-1].size != first:
        raise CardError(
            f'its LSTM gives {memories[-1].size} numbers, the next layer takes {first}'
        )
    return network


def _value(draft: Draft, key: str) -> Any:
    guess = draft.get(GRAPH + key)
    return guess.value if guess else None


def _ends(draft: Draft, key: str, count: int) -> NDArray[np.float32] | None:
    value = _value(draft, key)
    if value is None:
        return None
    numbers: NDArray[np.float32] = np.asarray(value, np.float32).reshape(-1)
    if numbers.size not in (1, count):
        raise CardError(f'--action-{key}: expected 1 or {count} numbers, got {numbers.size}')
    return np.repeat(numbers, count // numbers.size)


def _is_known(draft: Draft) -> bool:
    return not any(key.startswith(ASK + GRAPH) and key[len(ASK) :] not in draft for key in draft)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_squashed(kwargs: Mapping[str, Any]) -> bool:
    """Tell whether PPO or A2C squashes; with state-dependent exploration only."""
    return str(kwargs.get('squash_output', False)) == 'True'


def _activation(
    archive: Sb3Archive, algorithm: Algorithm, kwargs: Mapping[str, Any]
) -> dict[str, Guess]:
    """Return the activation between the layers, or that it has to be asked for."""
    if 'activation_fn' in kwargs:
        found = ACTIVATION_CLASS.fullmatch(str(kwargs['activation_fn']))
        if found and found[1] in ACTIVATIONS:
            return read('policy_kwargs: activation_fn', graph__activation=found[1])
        why = f'policy_kwargs has the activation {str(kwargs["activation_fn"])[:80]!r}'
        return {f'{ASK}{GRAPH}activation': Guess(algorithm.activation, why)}
    policy = _mapping(archive.data.get('policy_class'))
    module = str(policy.get('__module__', ''))
    if not OWN_POLICIES.fullmatch(module):
        why = f'the policy is a class of its own ({module or "unknown"}): torch.nn name, e.g. Tanh'
        return {f'{ASK}{GRAPH}activation': Guess(algorithm.activation, why)}
    return read(f'the default of {algorithm.names}', graph__activation=algorithm.activation)


def _actions(
    archive: Sb3Archive, algorithm: Algorithm, kwargs: Mapping[str, Any]
) -> dict[str, Guess]:
    """Return the range of the actions, which a graph has to keep or to fill."""
    space = space_of(archive.data.get('action_space'))
    if space.kind not in SUPPORTED_SPACES:
        raise CardError(
            f'its actions are a {space.kind} ({space.text}); expected a Box or a '
            'Discrete: choices for several things at once are not known here'
        )
    count = len(layers_of(archive.weights, algorithm, 'Identity')[-1].bias)
    if algorithm.has_scores or space.kind == 'Discrete':
        return _choices(space, count)
    if space.low is None or space.high is None:
        why = f'ends of its {count} actions, which the file does not tell in a readable way'
        return {f'{ASK}{GRAPH}{end}': Guess(x, why) for end, x in (('low', '-1'), ('high', '1'))}
    if space.low.size != count:
        raise CardError(f'its action space has {space.low.size} numbers, its network {count}')
    is_open = not (np.isfinite(space.low).all() and np.isfinite(space.high).all())
    if is_open and (algorithm.squashed or _is_squashed(kwargs)):
        raise CardError('its actions have no finite range, over which tanh could be spread')
    ends = {'graph__low': space.low.tolist(), 'graph__high': space.high.tolist()}
    return read('action_space: low and high', **ends)


def _choices(space: Space, count: int) -> dict[str, Guess]:
    if space.count is not None and space.count != count:
        raise CardError(f'its action space has {space.count} choices, its network {count}')
    if space.start:
        raise CardError(f'its choices are counted from {space.start}; expected 0')
    why = f'action_space: one of {count} choices; the greatest score wins'
    return read(why, **{'policy.action.kind': 'discrete'})


def _normalisation(archive: Sb3Archive) -> dict[str, Guess]:
    """Return that no VecNormalize was used, where the file tells, or that it is to be asked for.

    On-policy algorithms keep the last observation before normalisation only if there was one
    (`_setup_learn` in common/base_class.py); off-policy ones always do.
    """
    is_on_policy = 'gae_lambda' in archive.data
    if is_on_policy and archive.data.get('_last_original_obs', ...) is None:
        reason = '_last_original_obs is empty: trained without VecNormalize'
        return {'policy.normalisation': Guess(None, reason)}
    was = 'was trained with VecNormalize' if is_on_policy else 'does not tell about VecNormalize'
    why = f'the file {was}; give its mean and var (npz, yaml, json), or none without'
    return {f'{ASK}policy.normalisation': Guess('none', why)}


def _refuse_masks(archive: Sb3Archive) -> None:
    module = str(_mapping(archive.data.get('policy_class')).get('__module__', ''))
    if 'maskable' in module:
        raise CardError(
            'its policy is told at each step which actions are allowed (MaskablePPO); no topic '
            'tells that here'
        )
    space = space_of(archive.data.get('observation_space'))
    if space.kind in ('Discrete', 'MultiDiscrete', 'MultiBinary'):
        raise CardError(
            f'its observations are a {space.kind}; expected numbers that sensors measure'
        )


def _recurrent(network: Network) -> dict[str, Guess]:
    if not network.memories:
        return {}
    states = {name: f'{name}_next' for name in (HIDDEN, CELL)}
    return {'policy.recurrent': Guess(states, f'an LSTM of {len(network.memories)} layer(s)')}


def _tensors(network: Network) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    state = (len(network.memories), 1, network.memories[0].size) if network.memories else ()
    names = (HIDDEN, CELL) if state else ()
    inputs = [TensorSpec(OBSERVATION, 'float32', (1, network.inputs))]
    outputs = [TensorSpec(ACTION, 'float32', (1, network.outputs))]
    inputs += [TensorSpec(name, 'float32', state) for name in names]
    outputs += [TensorSpec(f'{name}_next', 'float32', state) for name in names]
    return tuple(inputs), tuple(outputs)


def _name(archive: Sb3Archive, algorithm: Algorithm) -> str:
    """Return the algorithm by the attributes that only one of two has."""
    if algorithm.names == 'PPO or A2C':
        return next((n for key, n in SIGNS.items() if key in archive.data), 'A2C')
    if algorithm.names == 'TD3 or DDPG':
        return 'TD3' if 'critic.qf1.0.weight' in archive.weights else 'DDPG'
    return algorithm.names


def _notes(archive: Sb3Archive, network: Network) -> tuple[str, ...]:
    space = space_of(archive.data.get('observation_space'))
    notes = [f'rebuilt from its weights: {_shape(network)}']
    if space.kind == 'Dict':
        notes.append(f'its observation is the parts of a dictionary, in this order: {space.text}')
    return tuple(notes)


def _shape(network: Network) -> str:
    sizes = [m.size for m in network.memories] + [len(layer.bias) for layer in network.layers]
    return ' → '.join(map(str, [network.inputs, *sizes]))
