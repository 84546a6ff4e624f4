"""Policies that were exported as a graph: ONNX, or TorchScript of rsl_rl."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robot_dl.cli.importing.draft import ASK, Draft, Guess, merged, read
from robot_dl.cli.importing.inspecting import Opened
from robot_dl.cli.importing.policies.beside import configuration_draft
from robot_dl.cli.importing.policies.metadata import is_of_a_policy, metadata_draft
from robot_dl.cli.importing.policies.policy_file import PolicyFile
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card_checks import CardError

OBSERVATIONS = ('obs', 'observation', 'observations', 'policy', 'state', 'input', 'x')
ACTIONS = ('actions', 'action', 'mean', 'mu', 'output')
"""What exporters call them, from the surest name on."""

PAIRS = (('_in', '_out'), ('', '_next'), ('', '_out'), ('_in', '_next'))
"""Ends of the names of a state that goes in and comes out: rsl_rl has h_in and h_out."""

STEP = 'time_step'

NORMALISING = ('Sub', 'Div', 'Mul', 'Add', 'BatchNormalization')
"""Operations on an observation that no network of layers begins with."""

Specs = tuple[TensorSpec, ...]


def looks_like_policy(opened: Opened) -> bool:
    """Tell whether a graph takes vectors and no picture, or its metadata is that of a policy."""
    if is_of_a_policy(opened.metadata):
        return True
    inputs = opened.engine.inputs
    vectors = [s for s in inputs if s.name != STEP and s.dtype == 'float32' and len(s.shape) == 2]
    others = [spec for spec in inputs if spec not in vectors]
    return len(vectors) == 1 and all(len(spec.shape) in (2, 3) for spec in others)


def read_graph(path: Path, opened: Opened, given: Draft, env: Path | None) -> PolicyFile:
    """Return the policy in a graph, with what its metadata and the files beside it say.

    Raises:
        CardError: If it takes something that is not known.
    """
    specs = opened.engine.inputs
    _refuse_movement(specs)
    states = state_pairs(specs, opened.engine.outputs)
    observation = observation_of(tuple(s for s in specs if s.name not in states))
    told = metadata_draft(opened.metadata)
    joints = _joints(given, told)
    beside, files = configuration_draft(path, env, joints)
    rests = tuple(s for s in opened.engine.outputs if s.name not in states.values())
    action = _action_output(rests)
    draft = {
        **merged([beside, told]),
        **normalisation_draft(opened, observation.name, bool(beside or told), given),
        **action,
    }
    if states:
        draft |= read('states that go in and come out', **{'policy.recurrent': states})
    fixed = _fixed((observation, *(s for s in specs if s.name in states)))
    return PolicyFile(
        opened.content,
        path.suffix.lower(),
        fixed,
        rests,
        draft,
        f'a policy that takes {observation.name} {observation}',
        (*opened.notes, *(f'read beside it: {file}' for file in files)),
        fixed[0].shape[-1],
        rests[0].shape[-1] if len(rests) == 1 and rests[0].shape else None,
    )


def normalisation_draft(
    opened: Opened, observation: str, is_rsl_rl: bool, given: Draft
) -> dict[str, Guess]:
    """Return whether the graph normalises its observation, or that it has to be asked for.

    Raises:
        CardError: If it does, and statistics are given too.
    """
    key = 'policy.normalisation'
    step = first_step(opened, observation)
    if step in NORMALISING:
        if given.get(key) is not None and given[key].value is not None:
            raise CardError(
                f'the graph normalises the observation itself (it begins with {step}), and '
                '--normalisation gives statistics, too: leave that away'
            )
        return {key: Guess({'in_graph': True}, f'the graph begins with {step}')}
    if is_rsl_rl:
        return {key: Guess(None, 'rsl_rl puts its normaliser into the graph, and there is none')}
    why = 'mean and var of the observation (npz, yaml, json), or none if it goes in as it is'
    return {f'{ASK}{key}': Guess('none', why)}


def first_step(opened: Opened, observation: str) -> str:
    """Return the first operation on the observation; empty if the file does not tell."""
    nodes = opened.graph.nodes if opened.graph else ()
    return next((node.op for node in nodes if observation in node.inputs), '')


def _joints(given: Draft, told: Draft) -> list[str]:
    guess = given.get('policy.joints', told.get('policy.joints'))
    return list(guess.value) if guess else []


def _refuse_movement(inputs: Specs) -> None:
    if any(spec.name == STEP for spec in inputs):
        raise CardError(
            'it takes time_step and follows a recorded movement (whole-body tracking); here a '
            'policy acts on what sensors and people say now'
        )


def state_pairs(inputs: Specs, outputs: Specs) -> dict[str, str]:
    """Return which output becomes which input of the next run, by the ends of their names."""
    names = {spec.name for spec in outputs}
    pairs: dict[str, str] = {}
    for spec in inputs:
        for end, after in PAIRS:
            stem = spec.name.removesuffix(end) if spec.name.endswith(end) else None
            if stem and stem + after in names:
                pairs.setdefault(spec.name, stem + after)
    return pairs


def observation_of(inputs: Specs) -> TensorSpec:
    """Return the input that takes the observation.

    Raises:
        CardError: If there is not exactly one vector that can be it.
    """
    listed = ', '.join(f'{spec.name} {spec}' for spec in inputs) or 'none'
    if len(inputs) != 1:
        raise CardError(
            'expected one input that takes the observation, and states that go in and come out as '
            f'h_in and h_out; the inputs are: {listed}'
        )
    spec = inputs[0]
    if spec.dtype != 'float32' or (len(spec.shape) > 2 and set(spec.shape) != {None}):
        raise CardError(f'expected an observation float32[1, D]; the input is {listed}')
    if len(spec.shape) == 2 and spec.shape[0] not in (1, None):
        raise CardError(f'{listed}: it takes several observations at once; export it with one')
    return spec


def _fixed(specs: Specs) -> Specs:
    """Return inputs with 1 where any number is taken at once, and as they are where unknown."""
    return tuple(TensorSpec(s.name, s.dtype, _shape(s)) for s in specs)


def _shape(spec: TensorSpec) -> tuple[int | None, ...]:
    if all(n is None for n in spec.shape):
        return (1, None)  # TorchScript does not tell
    *batch, size = spec.shape
    return (*(n or 1 for n in batch), size)


def _action_output(outputs: Specs) -> Mapping[str, Guess]:
    """Return which output is the action, if it has to be said."""
    if len(outputs) < 2:
        return {}
    names = [spec.name for spec in outputs]
    found = next((name for name in ACTIONS if name in names), None)
    if found:
        return read(f'the outputs are {", ".join(names)}', **{'policy.action.output': found})
    why = f'which of its outputs is the action: {", ".join(f"{s.name} {s}" for s in outputs)}'
    return {f'{ASK}policy.action.output': Guess(names[0], why)}


def refuse_memory(content: bytes, metadata: Mapping[str, Any]) -> None:
    """Refuse TorchScript that keeps a state in itself, which nobody could reset.

    Raises:
        CardError: If it has one.
    """
    if b'hidden_state' in content:
        raise CardError(
            'it keeps its memory in itself, where it cannot be reset or read: import the '
            'policy.onnx that rsl_rl exports beside it'
        )
