"""Score a segmenter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from robot_dl.training.evaluation import Watch, evaluate

if TYPE_CHECKING:
    from robot_dl.segmentation.types import SemanticMask


def score(model: str, world: str, seeds: range, device: str, watch: Watch[Any]) -> dict[str, Any]:
    """Return the scores of a segmenter on pictures of a world."""
    from robot_dl.segmentation.params import SegmentationParams
    from robot_dl.segmentation.pipeline import open_segmenter
    from robot_dl.training.segmentation_evaluation import Picture, Tally, render_picture

    segmenter, params = open_segmenter(model, device), SegmentationParams()

    def look(picture: Picture) -> SemanticMask:
        tensor, fit = segmenter.prepare(picture.image)
        return segmenter.answer(segmenter.infer(tensor), fit, params, confidence=True)

    render = partial(render_picture, world)
    found = evaluate(render, Tally, look, segmenter.card.labels, seeds, watch)
    return {'world': world, **found}


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    lines = [f'{"class":16}  IoU    recall  precision  pixels']
    for name, row in result['per_class'].items():
        share = f'{row["share_of_pixels"]:.1%}'
        numbers = f'{row["iou"]:.3f}  {row["recall"]:.3f}   {row["precision"]:.3f}'
        lines.append(f'{name:16}  {numbers}      {share:>6}')
    lines.append(f'{"mean":16}  {result["miou"]:.4f}')
    if 'miou_without_background' in result:
        lines.append(f'{"  of objects":16}  {result["miou_without_background"]:.4f}')
    if 'ece' in result:
        lines.append(f'calibration error of the confidence {result["ece"]:.4f}')
    lines.append(f'{result["images"]} pictures of {result["world"]}')
    return '\n'.join(lines)
