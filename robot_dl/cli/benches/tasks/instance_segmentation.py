"""The steps of the instance segmentation node after its network."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from robot_dl.cli.benches.stages import MESSAGE, Case, Outputs
from robot_dl.core.fit import Fit
from robot_dl.ros.detections import detections_to_msg
from robot_dl.ros.masks import mask_to_msg
from robot_dl.segmentation.instances import InstanceSegmenter, open_instance_segmenter
from robot_dl.segmentation.params import InstanceSegmentationParams
from robot_dl.segmentation.types import Instances

LOW_SCORE = 0.25
"""Measured besides the node's own: more objects, more masks."""


def open_cases(model: str, msg: Any) -> tuple[InstanceSegmenter, list[Case]]:
    """Return a model, and a case for its default score and for `LOW_SCORE`."""
    params, segmenter = InstanceSegmentationParams(model=model), open_instance_segmenter(model)
    low = replace(params, score=LOW_SCORE)
    return segmenter, [case_of(segmenter, msg, p) for p in (params, low)]


def case_of(segmenter: InstanceSegmenter, msg: Any, params: InstanceSegmentationParams) -> Case:
    """Return how an image is answered with these parameters."""

    def answer(outputs: Outputs, fit: Fit) -> Instances:
        return segmenter.answer(outputs, fit, params)

    def messages(found: Instances) -> Any:
        ids = [str(number) for number in range(1, len(found) + 1)]
        objects = detections_to_msg(found.detections, msg.header, segmenter.card.labels, ids)
        return objects, mask_to_msg(found.instance_ids, msg.header)

    def facts(outputs: Outputs, fit: Fit, found: Instances) -> Mapping[str, Any]:
        candidates = len(segmenter.decoder.decode(outputs, params, fit.model_hw).detections)
        return {'score': params.score, 'candidates': candidates, 'found': len(found)}

    return Case(f'score {params.score:g}', answer, {MESSAGE: messages}, facts)
