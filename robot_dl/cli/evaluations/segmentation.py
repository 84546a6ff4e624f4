"""Score a segmenter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from robot_dl.training.evaluation import Watch

if TYPE_CHECKING:
    from robot_dl.segmentation.types import SemanticMask


def score(model: str, world: str, seeds: range, device: str, watch: Watch[Any]) -> dict[str, Any]:
    """Return the scores of a segmenter on pictures of a world."""
    from robot_dl.segmentation.params import SegmentationParams
    from robot_dl.segmentation.pipeline import open_segmenter
    from robot_dl.training.segmentation_evaluation import Rgb, evaluate

    segmenter, params = open_segmenter(model, device), SegmentationParams()

    def look(image: Rgb) -> SemanticMask:
        tensor, fit = segmenter.prepare(image)
        return segmenter.answer(segmenter.infer(tensor), fit, params, confidence=True)

    return evaluate(look, segmenter.card.labels, world, seeds, watch)


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
