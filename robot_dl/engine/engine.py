"""Open the runtime that executes a model's graph."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.names import choose
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card import ModelCard
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.request import Announce, EngineError, Request, Weights, silent

Arrays = Mapping[str, NDArray[Any]]
Run = Callable[[], dict[str, NDArray[Any]]]

__all__ = [
    'Arrays',
    'Engine',
    'EngineError',
    'Run',
    'available_devices',
    'open_engine',
    'open_graph',
]

ENGINES = {
    '.onnx': 'robot_dl.engine.onnx_engine',
    '.pt': 'robot_dl.engine.torch_engine',
    '.pt2': 'robot_dl.engine.torch_engine',
    '.torchscript': 'robot_dl.engine.torch_engine',
    '.ts': 'robot_dl.engine.torch_engine',
}
"""Module that runs each kind of file.

It has `open_weights(weights, request)` and `available_devices()`.
"""


class Engine(Protocol):
    """A graph that is ready to run."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What it takes."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What it returns."""

    @property
    def provider(self) -> str:
        """What executes it, e.g. 'CPUExecutionProvider'."""

    @property
    def notice(self) -> str:
        """Why it is not what was asked for; empty if it is."""

    def __call__(self, arrays: Arrays) -> dict[str, NDArray[Any]]:
        """Run the graph once: arrays by input name in, arrays by output name out."""

    def bind(self, arrays: Arrays) -> 'Run':
        """Check arrays once, and return what runs the graph on what they hold by then.

        For small networks that run hundreds of times a second: there, checks and names cost as
        much as the network. Write into the arrays, and do not replace them.
        """


def open_engine(
    card: ModelCard,
    device: str = 'auto',
    require_accelerator: bool = False,
    threads: int = 0,
    half: bool = False,
    announce: Announce = silent,
) -> Engine:
    """Open a card's weights after checking their hash, and check that the graph fits the card.

    Args:
        card: The model.
        device: One of `core.node_params.DEVICES`.
        require_accelerator: Refuse to fall back to the CPU.
        threads: CPU threads; 0 takes all cores up to four.
        half: Compute in float16 where the device can.
        announce: Is told what takes long, before and after.

    Raises:
        CardError: If the weights are missing, changed, or do not fit the card.
        EngineError: If the runtime cannot open them, or the device is missing and required.
    """
    request = Request(device, require_accelerator, threads, half, announce)
    try:
        choose('kind of weights', card.weights_path.suffix.lower(), ENGINES)
        engine = open_graph(card.read_weights(), request)
    except CardError:
        raise
    except EngineError as error:
        raise EngineError(f'{card.weights_path}: {error}') from error
    except ValueError as error:
        raise CardError(f'{card.weights_path}: {error}') from error
    check_inputs(card, engine)
    return _with_constants(card, engine) if card.constants else engine


def open_graph(weights: Weights, request: Request) -> Engine:
    """Open a graph as it is, before there is a card for it.

    Raises:
        ValueError: If no runtime is known for such files.
        EngineError: If the runtime cannot open it, or the device is missing and required.
    """
    module = choose('kind of weights', weights.suffix, ENGINES)
    open_weights: Callable[[Weights, Request], Engine] = import_module(module).open_weights
    return open_weights(weights, request)


def available_devices(suffix: str) -> tuple[str, ...]:
    """Return the devices on which files of a kind can really run here; empty without a runtime.

    Args:
        suffix: Of the weights' file, e.g. '.onnx'.

    Raises:
        ValueError: If no runtime is known for such files.
    """
    module = choose('kind of weights', suffix.lower(), ENGINES)
    try:
        devices: Callable[[], tuple[str, ...]] = import_module(module).available_devices
    except ModuleNotFoundError:
        return ()
    return devices()


def check_inputs(card: ModelCard, engine: Engine) -> None:
    """Check that the graph takes exactly what the card says.

    Raises:
        CardError: If it does not; the message shows both.
    """
    specs = {spec.name: spec for spec in engine.inputs}
    if set(specs) != {given.name for given in card.inputs}:
        names = ', '.join(repr(given.name) for given in card.inputs)
        raise CardError(
            f'{card.folder}: the card gives the input {names}; the graph takes {sorted(specs)}'
        )
    # Constants take the graph's type, and are checked when that is known.
    for given in (spec for spec in card.inputs if spec.name not in card.constants):
        spec = specs[given.name]
        if spec.dtype != given.dtype or not spec.accepts(given.shape):
            raise CardError(
                f'{card.folder}: the card gives {given.name!r} as {given}; the graph takes {spec}'
            )


@dataclass(frozen=True)
class WithConstants:
    """An engine some of whose inputs never change; see `Engine`."""

    engine: Engine
    constants: Arrays
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    provider: str
    notice: str

    def __call__(self, arrays: Arrays) -> dict[str, NDArray[Any]]:
        """Run the graph once, with the constants beside `arrays`."""
        return self.engine({**self.constants, **arrays})

    def bind(self, arrays: Arrays) -> Run:
        """Return what runs the graph on these arrays and the constants; see `Engine.bind`."""
        return self.engine.bind({**self.constants, **arrays})


def _with_constants(card: ModelCard, engine: Engine) -> WithConstants:
    specs = {spec.name: spec for spec in engine.inputs}
    arrays = {}
    for name, values in card.constants.items():
        arrays[name] = np.asarray(values, specs[name].dtype)
        try:
            specs[name].check(arrays[name])
        except ValueError as error:
            raise CardError(f'{card.folder}: constants: {error}') from error
    inputs = tuple(spec for spec in engine.inputs if spec.name not in arrays)
    return WithConstants(engine, arrays, inputs, engine.outputs, engine.provider, engine.notice)
