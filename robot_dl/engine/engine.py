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

Arrays = Mapping[str, NDArray[Any]]

ENGINES = {'.onnx': 'robot_dl.engine.onnx_engine'}
"""Module that runs each kind of file.

It has `open_weights(content, device, require, threads)` and `available_devices()`.
"""


class EngineError(ValueError):
    """A graph cannot be opened or run as asked."""


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


def open_engine(
    card: ModelCard, device: str = 'auto', require_accelerator: bool = False, threads: int = 0
) -> Engine:
    """Open a card's weights after checking their hash, and check that the graph fits the card.

    Args:
        card: The model.
        device: auto, cpu, cuda or tensorrt.
        require_accelerator: Refuse the CPU.
        threads: CPU threads; 0 takes all cores up to four.

    Raises:
        CardError: If the weights are missing, changed, or do not fit the card.
        EngineError: If the runtime cannot open them, or the device is missing and required.
    """
    suffix = card.weights_path.suffix.lower()
    try:
        module = choose('kind of weights', suffix, ENGINES)
    except ValueError as error:
        raise CardError(f'{card.weights_path}: {error}') from error
    open_weights: Callable[..., Engine] = import_module(module).open_weights
    try:
        engine = open_weights(card.read_weights(), device, require_accelerator, threads)
    except EngineError as error:
        raise EngineError(f'{card.weights_path}: {error}') from error
    check_inputs(card, engine)
    return _with_constants(card, engine) if card.constants else engine


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
    name, shape, dtype = card.input.name, card.input.shape, card.input.dtype
    if set(specs) != {name, *card.constants}:
        given = ', '.join([repr(name), *map(repr, card.constants)])
        raise CardError(
            f'{card.folder}: the card gives the input {given}; the graph takes {sorted(specs)}'
        )
    spec = specs[name]
    if spec.dtype != dtype or not spec.accepts(shape):
        raise CardError(
            f'{card.folder}: the card gives {name!r} as {dtype}{list(shape)}; '
            f'the graph takes {spec}'
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
