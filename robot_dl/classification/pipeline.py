"""From an image to the classes of what it shows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.classification.decoders import DECODERS, Decoder, Outputs
from robot_dl.classification.params import ClassificationParams
from robot_dl.classification.types import Classification, best
from robot_dl.core.names import unknown_name
from robot_dl.core.params import ParamError
from robot_dl.engine.card import ModelCard
from robot_dl.engine.engine import Engine
from robot_dl.engine.opening import open_model
from robot_dl.engine.request import Announce, silent

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Classifier:
    """Say what RGB images show."""

    engine: Engine
    card: ModelCard
    decoder: Decoder

    def __call__(self, image: Rgb, params: ClassificationParams) -> Classification:
        """Return the likeliest classes of `image` [H, W, 3] uint8, best first."""
        return self.classify(self.infer(self.prepare(image)), params)

    def prepare(self, image: Rgb) -> NDArray[Any]:
        """Return the network's input for an image."""
        tensor, _ = self.card.prepare(image)
        return tensor

    def infer(self, tensor: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run the network."""
        return self.engine({self.card.input.name: tensor})

    def scores(self, outputs: Outputs) -> NDArray[np.float32]:
        """Return the score [C] of each label.

        Raises:
            ValueError: If the outputs are damaged, or not one score for each label.
        """
        scores, count = self.decoder.decode(outputs), len(self.card.labels)
        if len(scores) != count:
            raise ValueError(f'{self.card.name}: expected {count} scores, got {len(scores)}')
        return scores

    def classify(self, outputs: Outputs, params: ClassificationParams) -> Classification:
        """Return the likeliest classes that the outputs mean, best first."""
        scores = self.scores(outputs)
        if params.classes:
            wanted = [self.card.labels.index(name) for name in params.classes]
            # Below every score: what is not asked for is never among the best.
            kept = np.full_like(scores, -1.0)
            kept[wanted] = scores[wanted]
            scores = kept
        return best(scores, params.top_k, params.score)

    def check_classes(self, params: ClassificationParams) -> None:
        """Check that every name in `params.classes` is a label of the model.

        Raises:
            ParamError: If one is not; the message names the nearest label.
        """
        for name in params.classes:
            if name not in self.card.labels:
                raise ParamError(f'classes: {unknown_name("label", name, self.card.labels)}')


def open_classifier(
    model: str,
    device: str = 'auto',
    require_accelerator: bool = False,
    threads: int = 0,
    half: bool = False,
    announce: Announce = silent,
) -> Classifier:
    """Open a classification model; arguments and errors are those of `open_model`."""
    opened = open_model(
        model, 'classification', DECODERS, device, require_accelerator, threads, half, announce
    )
    return Classifier(opened.engine, opened.card, opened.decoder)
