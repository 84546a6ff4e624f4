"""A policy network as plain numbers, and the ONNX file that computes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.policies.activations import ACTIVATIONS

if TYPE_CHECKING:
    from onnx import ModelProto

Floats = NDArray[np.float32]

OPSET, IR_VERSION = 17, 8
OBSERVATION, ACTION = 'observation', 'action'
HIDDEN, CELL = 'hidden', 'cell'


@dataclass(frozen=True)
class Layer:
    """A fully connected layer, y = activation(W x + b).

    Attributes:
        weight: W [outputs, inputs].
        bias: b [outputs].
        activation: Entry of `ACTIVATIONS`.
    """

    weight: Floats
    bias: Floats
    activation: str = 'Identity'


@dataclass(frozen=True)
class Memory:
    """One layer of an LSTM, with the gates in torch's order: input, forget, cell, output.

    Attributes:
        of_input: [4 hidden, inputs].
        of_hidden: [4 hidden, hidden].
        input_bias: [4 hidden].
        hidden_bias: [4 hidden].
    """

    of_input: Floats
    of_hidden: Floats
    input_bias: Floats
    hidden_bias: Floats

    @property
    def size(self) -> int:
        """How many numbers it remembers."""
        return int(self.of_hidden.shape[1])


@dataclass(frozen=True)
class Network:
    """A network from an observation to what the policy wants.

    Attributes:
        layers: One after another; the last gives the action, or a score for each choice.
        memories: Layers of an LSTM before them.
        limit: Bound of the last layer's numbers in both directions, before they are squashed.
        squashed: Whether tanh brings them to -1…1, from where they are spread over the range.
        low: Lower end of each action [A]; none for scores.
        high: Upper end.
    """

    layers: tuple[Layer, ...]
    memories: tuple[Memory, ...] = ()
    limit: float | None = None
    squashed: bool = False
    low: Floats | None = field(default=None)
    high: Floats | None = field(default=None)

    @property
    def inputs(self) -> int:
        """Numbers in an observation."""
        first = self.memories[0].of_input if self.memories else self.layers[0].weight
        return int(first.shape[1])

    @property
    def outputs(self) -> int:
        """Numbers in an action, or choices."""
        return int(self.layers[-1].weight.shape[0])


def onnx_bytes(network: Network) -> bytes:
    """Return the ONNX file of a network: `observation` [1, D] in, `action` [1, A] out.

    An LSTM's state goes in as `hidden` and `cell` [layers, 1, H] and comes out as `hidden_next`
    and `cell_next`.
    """
    return bytes(_Writer(network).model().SerializeToString())


class _Writer:
    """Puts the operations of a network one behind another."""

    def __init__(self, network: Network) -> None:
        from onnx import helper

        self.helper = helper
        self.network = network
        self.nodes: list[Any] = []
        self.constants: dict[str, NDArray[Any]] = {}

    def model(self) -> ModelProto:
        """Return the whole model."""
        from onnx import TensorProto, numpy_helper

        self._remember()
        for index, layer in enumerate(self.network.layers):
            self._layer(f'layer{index}', layer)
        self._end()
        self.nodes[-1].output[0] = ACTION
        inputs = {OBSERVATION: [1, self.network.inputs]}
        outputs = {ACTION: [1, self.network.outputs]}
        if self.network.memories:
            shape = [len(self.network.memories), 1, self.network.memories[0].size]
            inputs |= {HIDDEN: shape, CELL: shape}
            outputs |= {f'{HIDDEN}_next': shape, f'{CELL}_next': shape}
        info = self.helper.make_tensor_value_info
        graph = self.helper.make_graph(
            self.nodes,
            'policy',
            [info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
            [info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            [numpy_helper.from_array(array, name) for name, array in self.constants.items()],
        )
        opset = [self.helper.make_opsetid('', OPSET)]
        return self.helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION)

    def _last(self) -> str:
        return self.nodes[-1].output[0] if self.nodes else OBSERVATION

    def _add(self, op: str, *inputs: str, name: str, count: int = 1, **attributes: Any) -> None:
        outputs = [name, *(f'{name}_{i}' for i in range(1, count))]
        self.nodes.append(self.helper.make_node(op, list(inputs), outputs, **attributes))

    def _constant(self, name: str, values: Any, dtype: Any = np.float32) -> str:
        self.constants[name] = np.ascontiguousarray(values, dtype)
        return name

    def _layer(self, name: str, layer: Layer) -> None:
        weight = self._constant(f'{name}_weight', layer.weight)
        bias = self._constant(f'{name}_bias', layer.bias)
        self._add('Gemm', self._last(), weight, bias, name=f'{name}_sum', transB=1)
        for step, (op, attributes, is_again) in enumerate(ACTIVATIONS[layer.activation]):
            again = [f'{name}_sum'] if is_again else []
            self._add(op, self._last(), *again, name=f'{name}_{step}', **attributes)

    def _remember(self) -> None:
        memories = self.network.memories
        if not memories:
            return
        axis = self._constant('first', [0], np.int64)
        self._add('Unsqueeze', OBSERVATION, axis, name='sequence')
        states = {name: self._parts(name, len(memories)) for name in (HIDDEN, CELL)}
        after: dict[str, list[str]] = {HIDDEN: [], CELL: []}
        signal = 'sequence'
        for index, memory in enumerate(memories):
            before = [states[HIDDEN][index], states[CELL][index]]
            signal = self._lstm(f'lstm{index}', memory, signal, before, axis)
            after[HIDDEN].append(f'lstm{index}_1')
            after[CELL].append(f'lstm{index}_2')
        for name, parts in after.items():
            self._add('Concat', *parts, name=f'{name}_next', axis=0)
        self._add('Squeeze', signal, axis, name='remembered')

    def _parts(self, name: str, count: int) -> list[str]:
        if count == 1:
            return [name]
        self._add('Split', name, name=f'{name}_part', count=count, axis=0)
        return [f'{name}_part', *(f'{name}_part_{i}' for i in range(1, count))]

    def _lstm(self, name: str, memory: Memory, signal: str, before: list[str], axis: str) -> str:
        weight = self._constant(f'{name}_w', gates(memory.of_input)[np.newaxis])
        back = self._constant(f'{name}_r', gates(memory.of_hidden)[np.newaxis])
        biases = [gates(memory.input_bias), gates(memory.hidden_bias)]
        bias = self._constant(f'{name}_b', np.concatenate(biases)[np.newaxis])
        inputs = [signal, weight, back, bias, '', *before]
        self._add('LSTM', *inputs, name=name, count=3, hidden_size=memory.size)
        # [sequence, directions, batch, H] has one direction.
        self._add('Squeeze', name, self._constant('second', [1], np.int64), name=f'{name}_out')
        return f'{name}_out'

    def _end(self) -> None:
        network = self.network
        if network.limit is not None:
            lowest = self._constant('lowest', -network.limit)
            highest = self._constant('highest', network.limit)
            self._add('Clip', self._last(), lowest, highest, name='limited')
        if network.squashed:
            self._add('Tanh', self._last(), name='squashed')
        if network.low is None or network.high is None:
            return
        if network.squashed:
            half = self._constant('half_range', (network.high - network.low) / 2)
            middle = self._constant('middle', (network.high + network.low) / 2)
            self._add('Mul', self._last(), half, name='spread')
            self._add('Add', self._last(), middle, name='shifted')
        elif np.isfinite(network.low).any() or np.isfinite(network.high).any():
            self._add('Max', self._last(), self._constant('low', network.low), name='above')
            self._add('Min', self._last(), self._constant('high', network.high), name='within')


def gates(rows: Floats) -> Floats:
    """Return torch's rows for input, forget, cell and output gate in the order of ONNX.

    ONNX has input, output, forget, cell (operator LSTM, opset 14); torch.nn.LSTM tells its own.
    """
    one, forget, cell, output = np.split(rows, 4)
    return np.concatenate([one, output, forget, cell])
