"""What evaluations by average precision share."""

from __future__ import annotations

from typing import Any

LEAST_SCORE = 0.001
"""Average precision needs the whole curve, so almost nothing is cut off."""
MOST_FOUND = 100
"""COCO counts no more in a picture."""


def precision_lines(result: dict[str, Any], at_50: str, mean: str) -> str:
    """Return average precisions as lines of text.

    Args:
        result: What `robot_dl eval --json` writes.
        at_50: Name of the mean at an overlap of one half.
        mean: Name of the mean over all overlaps.
    """
    lines = [f'{"class":12}  AP50   AP50-95']
    for name, row in result['per_class'].items():
        lines.append(f'{name:12}  {row["AP50"]:.3f}  {row["AP50_95"]:.3f}')
    lines.append(f'{"mean":12}  {result[at_50]:.3f}  {result[mean]:.3f}')
    lines.append(f'{result["images"]} pictures, {result["objects"]} objects')
    return '\n'.join(lines)
