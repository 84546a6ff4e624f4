"""Open the runtime that executes a model's graph."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol

from numpy.typing import NDArray

from robot_dl.core.names import choose
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card import CardError, ModelCard

Arrays = Mapping[str, NDArray[Any]]

ENGINES = {'.onnx': 'robot_dl.engine.onnx_engine'}
"""Module that runs each kind of file; it has `open_weights(content, device, require, threads)`."""


class EngineError(ValueError):
    """A graph cannot be opened or run as asked."""


class Engine(Protocol):
    """A graph that is ready to run.

    Attributes:
        inputs: What it takes.
        outputs: What it returns.
        provider: What executes it, e.g. 'CPUExecutionProvider'.
        notice: Why it is not what was asked for; empty if it is.
    """

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    provider: str
    notice: str

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
    check_input(card, engine)
    return engine


def check_input(card: ModelCard, engine: Engine) -> None:
    """Check that the graph takes exactly what the card says.

    Raises:
        CardError: If it does not; the message shows both.
    """
    specs = {spec.name: spec for spec in engine.inputs}
    name, shape = card.input.name, card.input.shape
    if set(specs) != {name}:
        raise CardError(
            f'{card.folder}: the card gives one input, {name!r}; the graph takes {sorted(specs)}'
        )
    spec = specs[name]
    if spec.dtype != 'float32' or not spec.accepts(shape):
        raise CardError(
            f'{card.folder}: the card gives {name!r} as float32{list(shape)}; '
            f'the graph takes {spec}'
        )
