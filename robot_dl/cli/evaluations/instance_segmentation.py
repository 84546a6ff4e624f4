"""Score an instance segmenter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from robot_dl.cli.evaluations.precision import LEAST_SCORE, MOST_FOUND, precision_lines
from robot_dl.training.evaluation import Watch, evaluate

if TYPE_CHECKING:
    from robot_dl.segmentation.types import Instances


def score(model: str, world: str, seeds: range, device: str, watch: Watch[Any]) -> dict[str, Any]:
    """Return the scores of an instance segmenter on pictures of a world."""
    from robot_dl.segmentation.instances import open_instance_segmenter
    from robot_dl.segmentation.params import InstanceSegmentationParams
    from robot_dl.training.instance_evaluation import Picture, Tally, render_picture

    segmenter = open_instance_segmenter(model, device)
    params = InstanceSegmentationParams(score=LEAST_SCORE, max_detections=MOST_FOUND)

    def look(picture: Picture) -> Instances:
        return segmenter(picture.image, params)

    render = partial(render_picture, world)
    found = evaluate(render, Tally, look, segmenter.card.labels, seeds, watch)
    return {'world': world, **found}


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    return precision_lines(result, 'mask_mAP50', 'mask_mAP50_95')
