"""A rebuilt network computed by torch's own modules, to compare the exported graph with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.policies.network import Layer, Memory, Network

if TYPE_CHECKING:
    import torch

Run = Callable[[NDArray[np.float32], bool], NDArray[np.float32]]


def torch_run(network: Network) -> Run:
    """Return a function from an observation [D] to an action [1, A]; it forgets when told."""
    import torch

    layers = [_layer(layer) for layer in network.layers]
    memories = [_memory(memory) for memory in network.memories]
    states: list[Any] = [None] * len(memories)

    def run(observation: NDArray[np.float32], is_reset: bool) -> NDArray[np.float32]:
        with torch.inference_mode():
            signal = torch.from_numpy(np.array(observation, np.float32))[None]
            for index, memory in enumerate(memories):
                state = None if is_reset else states[index]
                signal, states[index] = memory(signal[None], state)
                signal = signal[0]
            for layer in layers:
                signal = layer(signal)
            action: NDArray[np.float32] = _end(network, signal).numpy()
        return action

    return run


def _layer(layer: Layer) -> torch.nn.Module:
    import torch

    linear = torch.nn.Linear(layer.weight.shape[1], layer.weight.shape[0])
    linear.weight.data = torch.from_numpy(layer.weight)
    linear.bias.data = torch.from_numpy(layer.bias)
    return torch.nn.Sequential(linear, getattr(torch.nn, layer.activation)())


def _memory(memory: Memory) -> torch.nn.LSTM:
    import torch

    lstm = torch.nn.LSTM(memory.of_input.shape[1], memory.size)
    state = (memory.of_input, memory.of_hidden, memory.input_bias, memory.hidden_bias)
    names = ('weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0')
    lstm.load_state_dict({n: torch.from_numpy(a) for n, a in zip(names, state, strict=True)})
    return lstm


def _end(network: Network, signal: torch.Tensor) -> torch.Tensor:
    import torch

    if network.limit is not None:
        signal = signal.clamp(-network.limit, network.limit)
    if network.squashed:
        signal = torch.tanh(signal)
    if network.low is None or network.high is None:
        return signal
    low, high = torch.from_numpy(network.low), torch.from_numpy(network.high)
    if network.squashed:
        return low + 0.5 * (signal + 1.0) * (high - low)
    return torch.minimum(torch.maximum(signal, low), high)
