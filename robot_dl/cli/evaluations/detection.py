"""Score a detector."""

from __future__ import annotations

from functools import partial
from typing import Any

from robot_dl.cli.evaluations.precision import LEAST_SCORE, precision_lines
from robot_dl.training.evaluation import Watch


def score(model: str, world: str, seeds: range, device: str, watch: Watch[Any]) -> dict[str, Any]:
    """Return the scores of a detector on the tables with these seeds."""
    from robot_dl.detection.params import DetectionParams
    from robot_dl.detection.pipeline import open_detector
    from robot_dl.training.detection_evaluation import evaluate

    detector = open_detector(model, device)
    seen = partial(detector, params=DetectionParams(score=LEAST_SCORE, max_detections=300))
    return evaluate(seen, detector.card.labels, seeds, watch)


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    return precision_lines(result, 'mAP50', 'mAP50_95')
