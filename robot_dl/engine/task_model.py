"""A model that is ready for its task: what runs it, its card, and what its outputs mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import Fit
from robot_dl.core.names import choose, unknown_name
from robot_dl.core.params import ParamError
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card import ModelCard, load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import Engine, EngineError, open_engine
from robot_dl.engine.library import find_model
from robot_dl.engine.request import Announce, silent

Rgb = NDArray[np.uint8]
Outputs = Mapping[str, NDArray[Any]]


class AnyDecoder(Protocol):
    """What the decoders of all tasks have in common; each is a `core.params.Params`."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Any:
        """Return the decoder with the options of a card."""

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Raise ValueError if a graph with these outputs is not of the family."""


D = TypeVar('D', bound=AnyDecoder)
P = TypeVar('P')
R = TypeVar('R')
M = TypeVar('M', bound='TaskModel[Any, Any, Any]')


@dataclass(frozen=True)
class TaskModel(Generic[D, P, R]):
    """From an RGB image to a result R, by a network whose outputs a decoder D reads.

    A derived class sets `TASK` and `FAMILIES` and says in `answer` what the outputs mean under
    parameters P; in `check_params`, which of those do not fit the model.

    Attributes:
        engine: Runs the graph.
        card: What it expects and means.
        decoder: Reads the outputs.
    """

    TASK: ClassVar[str]
    """What the card must say, e.g. 'detection'."""
    FAMILIES: ClassVar[Mapping[str, type[AnyDecoder]]]
    """The task's table of decoders."""

    engine: Engine
    card: ModelCard
    decoder: D

    @classmethod
    def open(
        cls: type[M],
        model: str,
        device: str = 'auto',
        require_accelerator: bool = False,
        threads: int = 0,
        half: bool = False,
        announce: Announce = silent,
    ) -> M:
        """Open a model of this task.

        Args:
            model: A bundled or imported model's name, or a folder with model.yaml.
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
        if card.task != cls.TASK:
            raise CardError(f'{card.folder}: expected a model for {cls.TASK}, got {card.task!r}')
        try:
            decoder = choose('decoder', card.decoder, cls.FAMILIES).from_dict(card.decoder_options)
            engine = open_engine(card, device, require_accelerator, threads, half, announce)
            decoder.check(engine.outputs, card.labels)
        except (CardError, EngineError):
            raise
        except ValueError as error:
            raise CardError(f'{card.folder}: {error}') from error
        return cls(engine, card, decoder)

    def __call__(self, image: Rgb, params: P) -> R:
        """Return the answer to `image` [H, W, 3] uint8, in its own pixels."""
        tensor, fit = self.prepare(image)
        return self.answer(self.infer(tensor), fit, params)

    def prepare(self, image: Rgb) -> tuple[NDArray[Any], Fit]:
        """Return the network's input for an image, and the fit that undoes the geometry."""
        return self.card.prepare(image)

    def infer(self, tensor: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run the network."""
        return self.engine({self.card.image.name: tensor})

    def answer(self, outputs: Outputs, fit: Fit, params: P) -> R:
        """Return what the outputs mean, in pixels of the image.

        Raises:
            ValueError: If the outputs are not of the decoder's family, or damaged.
        """
        raise NotImplementedError

    def check_params(self, params: P) -> None:
        """Raise ParamError if the parameters name anything that the model does not know."""

    def label_ids(self, names: Sequence[str], parameter: str = 'classes') -> list[int]:
        """Return the class of each label.

        Args:
            names: The labels.
            parameter: Which parameter holds them, for the message.

        Raises:
            ParamError: If one is no label of the model; the message names the nearest.
        """
        labels = self.card.labels
        for name in names:
            if name not in labels:
                raise ParamError(f'{parameter}: {unknown_name("label", name, labels)}')
        return [labels.index(name) for name in names]
