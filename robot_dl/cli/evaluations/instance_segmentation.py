"""Score an instance segmenter."""

from __future__ import annotations

from functools import partial
from typing import Any

from robot_dl.cli.evaluations.precision import LEAST_SCORE, MOST_FOUND, precision_lines
from robot_dl.training.evaluation import Watch


def score(model: str, world: str, seeds: range, device: str, watch: Watch[Any]) -> dict[str, Any]:
    """Return the scores of an instance segmenter on pictures of a world."""
    from robot_dl.segmentation.instances import open_instance_segmenter
    from robot_dl.segmentation.params import InstanceSegmentationParams
    from robot_dl.training.instance_evaluation import evaluate

    segmenter = open_instance_segmenter(model, device)
    params = InstanceSegmentationParams(score=LEAST_SCORE, max_detections=MOST_FOUND)
    look = partial(segmenter, params=params)
    return evaluate(look, segmenter.card.labels, world, seeds, watch)


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    return precision_lines(result, 'mask_mAP50', 'mask_mAP50_95')
