"""Whether a policy's card fits its graph."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.names import choose
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card import ModelCard
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import Engine
from robot_dl.policy.observer import Observation
from robot_dl.policy.spec import PolicySpec, term_of

Feed = dict[str, NDArray[Any]]


def feed_of(card: ModelCard) -> Feed:
    """Return an array of zeros for each input of the graph that is not constant, by its name."""
    feed: Feed = {name: np.zeros(shape, np.float32) for name, shape in card.tensors.items()}
    if card.input is not None:
        feed[card.input.name] = np.zeros(card.input.shape, card.input.dtype)
    return feed


def observation_in(feed: Feed, card: ModelCard, spec: PolicySpec) -> Observation:
    """Return the memory [D] of the input of the graph that takes the observation.

    Raises:
        CardError: If there is not one, or it is of another size than the terms.
    """
    names = [name for name in card.tensors if name not in spec.recurrent]
    if not spec.size and not names:
        return np.zeros(0, np.float32)
    if len(names) != 1:
        raise CardError(
            'tensors: expected one for the observation beside those that '
            f'policy.recurrent names, got {", ".join(names) or "none"}'
        )
    tensor = feed[names[0]]
    if tensor.size != spec.size:
        raise CardError(_wrong_size(spec, names[0], list(tensor.shape)))
    flat: Observation = tensor.reshape(-1)
    return flat


def output_of(spec: PolicySpec, card: ModelCard, engine: Engine) -> str:
    """Return the name of the output that is the action, after checking all that the card says.

    Raises:
        CardError: If it does not; the message shows both.
    """
    outputs = {output.name: output for output in engine.outputs}
    if ('image' in spec.needs) != (card.input is not None):
        raise CardError(
            'policy.observation: expected the term image if, and only if, the card '
            'has an `input` that says what an image is'
        )
    for name, output in spec.recurrent.items():
        _check_state(name, output, card, outputs)
    names = [name for name in outputs if name not in spec.recurrent.values()]
    if not spec.action.output and len(names) != 1:
        raise CardError(
            f'policy.action.output: missing; the graph returns {", ".join(names) or "none"}'
        )
    name = spec.action.output or names[0]
    try:
        size = math.prod(n or 1 for n in choose('output of the graph', name, outputs).shape)
    except ValueError as error:
        raise CardError(f'policy.action.output: {error}') from error
    if size != spec.action.output_size:
        raise CardError(_wrong_action(spec, outputs[name]))
    return name


def _check_state(name: str, output: str, card: ModelCard, outputs: Mapping[str, Any]) -> None:
    key = f'policy.recurrent.{name}'
    try:
        shape = choose('tensor', name, card.tensors)
        spec: TensorSpec = choose('output of the graph', output, outputs)
    except ValueError as error:
        raise CardError(f'{key}: {error}') from error
    if spec.dtype != 'float32' or not spec.accepts(shape):
        raise CardError(f'{key}: the state is float32{list(shape)}, and {output} is {spec}')


def _wrong_size(spec: PolicySpec, name: str, shape: list[int]) -> str:
    sizes = ((scope.spec, term_of(scope).size(scope)) for scope in spec.scopes)
    parts = ', '.join(f'{s.term} {n * s.history}' for s, n in sizes)
    whole = f' in each of {spec.history} observations' if spec.history > 1 else ''
    return (
        f'policy.observation: the terms have {spec.size} numbers ({parts}{whole}); '
        f'the graph takes {name} {shape}'
    )


def _wrong_action(spec: PolicySpec, output: TensorSpec) -> str:
    action = spec.action
    means = ', with as many beside the means' if action.distribution == 'mean' else ''
    rows = (
        f'{len(action.table)} rows to choose from' if action.table else ', '.join(action.targets)
    )
    return (
        f'policy.action: expected {action.output_size} numbers ({action.chunk} x {action.size} '
        f'for {rows}{means}); the graph returns {output.name}: {output}'
    )
