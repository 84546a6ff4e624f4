"""Score a detector."""

from __future__ import annotations

from functools import partial
from typing import Any

from robot_dl.training.evaluation import Watch

LEAST_SCORE = 0.001
"""Average precision needs the whole curve, so almost nothing is cut off."""


def score(model: str, seeds: range, device: str, watch: Watch[Any]) -> dict[str, Any]:
    """Return the scores of a detector on the tables with these seeds."""
    from robot_dl.detection.params import DetectionParams
    from robot_dl.detection.pipeline import open_detector
    from robot_dl.training.detection_evaluation import evaluate

    detector = open_detector(model, device)
    seen = partial(detector, params=DetectionParams(score=LEAST_SCORE, max_detections=300))
    return evaluate(seen, detector.card.labels, seeds, watch).as_json(detector.card.name)


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    lines = [f'{"class":12}  AP50   AP50-95']
    for name, row in result['per_class'].items():
        lines.append(f'{name:12}  {row["AP50"]:.3f}  {row["AP50_95"]:.3f}')
    lines.append(f'{"mean":12}  {result["mAP50"]:.3f}  {result["mAP50_95"]:.3f}')
    lines.append(f'{result["images"]} pictures, {result["objects"]} objects')
    return '\n'.join(lines)
