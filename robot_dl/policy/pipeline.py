"""A policy that is ready: readings in, plans out."""

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.motion import Plan
from robot_dl.engine.card import OF_A_POLICY, ModelCard, load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import Engine, open_engine
from robot_dl.engine.library import find_model
from robot_dl.engine.request import Announce, silent
from robot_dl.policy.fitting import feed_of, observation_in, output_of
from robot_dl.policy.loop import Loop
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import Readings


class Policy:
    """Decides by a network, and remembers what that needs.

    Attributes:
        card: What the network is.
        spec: What it sees and does.
        engine: Runs it.
        loop: What is around it.
        observation: [D] what it has seen last, as it went into the graph.
        output: What it has returned last.
    """

    def __init__(self, card: ModelCard, engine: Engine) -> None:
        """Fit a card and its graph together.

        Args:
            card: Of a model for `policy`.
            engine: Runs the card's graph.

        Raises:
            CardError: If the observation, the action or the state do not fit the graph.
        """
        self.card, self.engine = card, engine
        self.spec = PolicySpec.from_card(card.policy)
        self._feed = feed_of(card)
        self._output = output_of(self.spec, card, engine)
        self.observation = observation_in(self._feed, card, self.spec)
        self.output: NDArray[np.float32] = np.zeros(self.spec.action.output_size, np.float32)
        self.loop = Loop(self.spec)
        self._image = card.image.name if 'image' in self.spec.needs else ''
        self._run = engine.bind(self._feed)
        # What fails in the graph shall fail now, and the first run is the slowest.
        self._run()

    @classmethod
    def open(
        cls,
        model: str,
        device: str = 'auto',
        require_accelerator: bool = False,
        threads: int = 1,
        half: bool = False,
        announce: Announce = silent,
    ) -> 'Policy':
        """Open a policy.

        Args:
            model: A bundled or imported model's name, or a folder with model.yaml.
            device: One of `core.node_params.DEVICES`.
            require_accelerator: Refuse to fall back to the CPU.
            threads: CPU threads; a network of a policy's size is fastest with one.
            half: Compute in float16 where the device can.
            announce: Is told what takes long, before and after.

        Raises:
            CardError: If the model is unknown, or its card and weights do not fit.
            EngineError: If the runtime cannot open it.
        """
        card = card_of(model)
        try:
            engine = open_engine(card, device, require_accelerator, threads, half, announce)
            return cls(card, engine)
        except CardError as error:
            sentence = str(error).removeprefix(f'{card.folder}: ')
            raise CardError(f'{card.folder}: {sentence}') from error

    def reset(self) -> None:
        """Forget the past: history, last action, and the state of a recurrent network."""
        self.loop.reset()
        for name in self.spec.recurrent:
            self._feed[name][...] = 0.0

    def decide(self, readings: Readings) -> Plan:
        """Return what to do, from the stamp of the readings on.

        Raises:
            ReadingError: If a reading is missing, of the wrong size, or not finite.
            EngineError: If the runtime fails.
        """
        self.loop.observer.write(readings, self.observation)
        if self._image:
            self._feed[self._image][...] = self.card.prepare(readings.get('image'))[0]
        outputs = self._run()
        for name, output in self.spec.recurrent.items():
            np.copyto(self._feed[name], outputs[output])
        self.output = outputs[self._output]
        return self.loop.act(self.output, readings)


def card_of(model: str) -> ModelCard:
    """Return the card of a policy, after checking what it says of observation and action.

    Args:
        model: A bundled or imported model's name, or a folder with model.yaml.

    Raises:
        CardError: If the model is unknown, no policy, or its card is malformed.
    """
    card = load_card(find_model(model))
    if card.task != OF_A_POLICY:
        raise CardError(f'{card.folder}: expected a model for policy, got {card.task!r}')
    try:
        PolicySpec.from_card(card.policy)
    except CardError as error:
        raise CardError(f'{card.folder}: {error}') from error
    return card


def spec_of(model: str) -> PolicySpec:
    """Return what a policy sees and does; arguments and errors as for `card_of`."""
    return PolicySpec.from_card(card_of(model).policy)
