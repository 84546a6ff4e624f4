"""The steps of the detection node after its network."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from robot_dl.cli.benches.stages import MESSAGE, Case, Outputs
from robot_dl.core.detections import Detections
from robot_dl.core.fit import Fit
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import Detector, open_detector
from robot_dl.ros.detections import detections_to_msg

LEAST_SCORES = {0.25: 100, 0.001: 300}
"""Scores to measure besides the node's own, as for a robot and for an evaluation, with the most
objects that are kept."""


def open_cases(model: str, msg: Any) -> tuple[Detector, list[Case]]:
    """Return a detector, and a case for its default score and each of `LEAST_SCORES`."""
    params = DetectionParams(model=model)
    detector = open_detector(model)
    others = [replace(params, score=s, max_detections=most) for s, most in LEAST_SCORES.items()]
    return detector, [case_of(detector, msg, p) for p in (params, *others)]


def case_of(detector: Detector, msg: Any, params: DetectionParams) -> Case:
    """Return how an image is answered with these parameters."""

    def answer(outputs: Outputs, fit: Fit) -> Detections:
        return detector.answer(outputs, fit, params)

    def message(found: Detections) -> Any:
        return detections_to_msg(found, msg.header, detector.card.labels)

    def facts(outputs: Outputs, fit: Fit, found: Detections) -> Mapping[str, Any]:
        candidates = len(detector.decoder.decode(outputs, params, fit.model_hw))
        return {'score': params.score, 'candidates': candidates, 'found': len(found)}

    return Case(f'score {params.score:g}', answer, {MESSAGE: message}, facts)
