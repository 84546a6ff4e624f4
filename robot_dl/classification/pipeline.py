"""From an image to the classes of what it shows."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.classification.decoders import DECODERS, Decoder, Outputs
from robot_dl.classification.params import ClassificationParams
from robot_dl.classification.types import Classification, best
from robot_dl.core.fit import Fit
from robot_dl.engine.task_model import TaskModel


@dataclass(frozen=True)
class Classifier(TaskModel[Decoder, ClassificationParams, Classification]):
    """Say what RGB images show."""

    TASK: ClassVar[str] = 'classification'
    FAMILIES: ClassVar = DECODERS

    def answer(self, outputs: Outputs, fit: Fit, params: ClassificationParams) -> Classification:
        """Return the likeliest classes that the outputs mean, best first."""
        scores = self.scores(outputs)
        if params.classes:
            wanted = self.label_ids(params.classes)
            # Below every score: what is not asked for is never among the best.
            kept = np.full_like(scores, -1.0)
            kept[wanted] = scores[wanted]
            scores = kept
        return best(scores, params.top_k, params.score)

    def scores(self, outputs: Outputs) -> NDArray[np.float32]:
        """Return the score [C] of each label.

        Raises:
            ValueError: If the outputs are damaged, or not one score for each label.
        """
        scores, count = self.decoder.decode(outputs), len(self.card.labels)
        if len(scores) != count:
            raise ValueError(f'{self.card.name}: expected {count} scores, got {len(scores)}')
        return scores

    def check_params(self, params: ClassificationParams) -> None:
        """Refuse, by ParamError, classes that are no labels of the model."""
        self.label_ids(params.classes)


open_classifier = Classifier.open
