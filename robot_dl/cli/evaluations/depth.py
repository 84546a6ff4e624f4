"""Score a depth estimator."""

from __future__ import annotations

from functools import partial
from typing import Any

from robot_dl.training.evaluation import Watch, evaluate


def score(model: str, world: str, seeds: range, device: str, watch: Watch[Any]) -> dict[str, Any]:
    """Return the scores of a depth estimator on pictures of a world.

    Raises:
        ValueError: If the model does not tell metres.
    """
    from robot_dl.depth.params import DepthParams
    from robot_dl.depth.pipeline import open_depth
    from robot_dl.depth.types import DepthMap
    from robot_dl.training.depth_evaluation import Picture, Tally, render_picture

    estimator, params = open_depth(model, device), DepthParams()
    if not estimator.is_metric:
        raise ValueError(
            f'{estimator.card.name}: expected a metric model, this one only tells what is nearer, '
            'for which there are no scores'
        )

    def look(picture: Picture) -> DepthMap:
        found = estimator(picture.image, params, picture.pinhole)
        assert isinstance(found, DepthMap)
        return found

    found = evaluate(partial(render_picture, world), Tally, look, None, seeds, watch)
    return {'world': world, **found}


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    lines = [f'{"pixels of":16}  abs_rel  delta1']
    for name, row in result['per_class'].items():
        lines.append(f'{name:16}  {row["abs_rel"]:.4f}   {row["delta1"]:.4f}')
    lines.append(f'{"mean of pictures":16}  {result["abs_rel"]:.4f}   {result["delta1"]:.4f}')
    numbers = ('rmse_m', 'log10', 'silog', 'delta2', 'delta3', 'known')
    lines.append(', '.join(f'{name} {result[name]:.4f}' for name in numbers))
    if 'ece' in result:
        lines.append(f'calibration error of the confidence {result["ece"]:.4f}')
    lines.append(f'{result["images"]} pictures of {result["world"]}')
    return '\n'.join(lines)
