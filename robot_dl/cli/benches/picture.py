"""The image that a benchmark publishes."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIZE = '640x480'


def picture(size: str, path: Path | None) -> NDArray[np.uint8]:
    """Return noise of `size`, e.g. '640x480', or the image file if one is given."""
    if path:
        from robot_dl.cli.sources.images import read_rgb

        return read_rgb(path)
    width, height = map(int, size.split('x'))
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
