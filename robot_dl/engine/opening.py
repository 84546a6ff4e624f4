"""Open a model for a task: its card, its engine and the decoder that reads its outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from robot_dl.core.names import choose
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card import ModelCard, load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import Engine, EngineError, open_engine
from robot_dl.engine.library import find_model
from robot_dl.engine.request import Announce, silent


class AnyDecoder(Protocol):
    """What the decoders of all tasks have in common; each is a `core.params.Params`."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Any:
        """Return the decoder with the options of a card."""

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Raise ValueError if a graph with these outputs is not of the family."""


D = TypeVar('D', bound=AnyDecoder)


@dataclass(frozen=True)
class OpenModel(Generic[D]):
    """A model that is ready to run.

    Attributes:
        card: What it expects and means.
        engine: Runs its graph.
        decoder: Reads the outputs.
    """

    card: ModelCard
    engine: Engine
    decoder: D


def open_model(
    model: str,
    task: str,
    decoders: Mapping[str, type[D]],
    device: str = 'auto',
    require_accelerator: bool = False,
    threads: int = 0,
    half: bool = False,
    announce: Announce = silent,
) -> OpenModel[D]:
    """Open a model of a task.

    Args:
        model: A bundled or imported model's name, or a folder with model.yaml.
        task: What its card must say, e.g. 'detection'.
        decoders: The task's table.
        device: One of `core.node_params.DEVICES`.
        require_accelerator: Refuse to fall back to the CPU.
        threads: CPU threads; 0 takes all cores up to four.
        half: Compute in float16 where the device can.
        announce: Is told what takes long, before and after.

    Raises:
        CardError: If the model is unknown, or its card, weights and decoder do not fit.
        EngineError: If the runtime cannot open it.
    """
    card = load_card(find_model(model))
    if card.task != task:
        raise CardError(f'{card.folder}: expected a model for {task}, got {card.task!r}')
    try:
        decoder = choose('decoder', card.decoder, decoders).from_dict(card.decoder_options)
        engine = open_engine(card, device, require_accelerator, threads, half, announce)
        decoder.check(engine.outputs, card.labels)
    except (CardError, EngineError):
        raise
    except ValueError as error:
        raise CardError(f'{card.folder}: {error}') from error
    return OpenModel(card, engine, decoder)
