"""Read a camera's calibration from the YAML file that `camera_calibration` writes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from robot_dl.cli.sources.frame import Calibration

# Key in the file, and how many numbers its `data` has; the model decides for the distortion.
MATRICES = {
    'camera_matrix': 9,
    'distortion_coefficients': None,
    'rectification_matrix': 9,
    'projection_matrix': 12,
}
FORMAT = 'the format of camera_calibration and camera_info_manager'


def read_calibration(path: Path) -> Calibration:
    """Return the calibration in `path`.

    Raises:
        ValueError: If the file is not of that format; the message names the key.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
    except yaml.YAMLError as error:
        raise ValueError(f'{path}: expected YAML, got {error}') from error
    if not isinstance(content, Mapping):
        raise ValueError(f'{path}: expected {FORMAT}, got {type(content).__name__}')
    k, d, r, p = (_numbers(path, content, key, count) for key, count in MATRICES.items())
    size_hw = (_count(path, content, 'image_height'), _count(path, content, 'image_width'))
    return Calibration(size_hw, str(content.get('distortion_model', 'plumb_bob')), d, k, r, p)


def _numbers(
    path: Path, content: Mapping[str, Any], key: str, count: int | None
) -> tuple[float, ...]:
    matrix = content.get(key)
    data = matrix.get('data') if isinstance(matrix, Mapping) else None
    wanted = f'{path}: {key}: expected data: [{count or "some"} numbers] ({FORMAT})'
    if not isinstance(data, list) or (count and len(data) != count):
        raise ValueError(f'{wanted}, got {matrix!r}')
    try:
        return tuple(map(float, data))
    except (TypeError, ValueError):
        raise ValueError(f'{wanted}, got {data!r}') from None


def _count(path: Path, content: Mapping[str, Any], key: str) -> int:
    value = content.get(key)
    if not isinstance(value, int) or value <= 0:
        raise ValueError(f'{path}: {key}: expected a number of pixels, got {value!r}')
    return value
