"""The steps of the classification node after its network."""

from typing import Any

from robot_dl.classification.params import ClassificationParams
from robot_dl.classification.pipeline import Classifier
from robot_dl.classification.types import Classification
from robot_dl.cli.benches.stages import MESSAGE, Case, Outputs
from robot_dl.core.fit import Fit
from robot_dl.ros.classifications import classification_to_msg


def open_cases(model: str, msg: Any) -> tuple[Classifier, list[Case]]:
    """Return a classifier, and how it answers an image by default."""
    params, classifier = ClassificationParams(model=model), Classifier.open(model)

    def answer(outputs: Outputs, fit: Fit) -> Classification:
        return classifier.answer(outputs, fit, params)

    def message(found: Classification) -> Any:
        return classification_to_msg(found, msg.header, classifier.card.labels)

    return classifier, [Case('default', answer, {MESSAGE: message})]
