"""Score a detector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from robot_dl.cli.evaluations.precision import LEAST_SCORE, precision_lines
from robot_dl.training.evaluation import Watch, evaluate

if TYPE_CHECKING:
    from robot_dl.core.detections import Detections


def score(model: str, world: str, seeds: range, device: str, watch: Watch[Any]) -> dict[str, Any]:
    """Return the scores of a detector on the tables with these seeds."""
    from robot_dl.detection.params import DetectionParams
    from robot_dl.detection.pipeline import open_detector
    from robot_dl.training.detection_evaluation import Picture, Tally, render_picture

    detector = open_detector(model, device)
    params = DetectionParams(score=LEAST_SCORE, max_detections=300)

    def look(picture: Picture) -> Detections:
        return detector(picture.image, params)

    return evaluate(render_picture, Tally, look, detector.card.labels, seeds, watch)


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    return precision_lines(result, 'mAP50', 'mAP50_95')
