"""The image that a benchmark publishes."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIZE = '640x480'


def picture(size: str, path: Path | None) -> NDArray[np.uint8]:
    """Return noise of `size`, e.g. '640x480', or the image file if one is given.

    The noise has the spectrum of photographs, amplitude 1 / frequency (Field, 1987): what a
    network says of neighbouring places is then alike, as it is of real objects.
    """
    if path:
        from robot_dl.cli.sources.images import read_rgb

        return read_rgb(path)
    width, height = map(int, size.split('x'))
    white = np.random.default_rng(0).normal(size=(height, width, 3))
    y, x = np.fft.fftfreq(height), np.fft.fftfreq(width)
    frequency = np.maximum(np.hypot(y[:, None], x[None]), 1 / max(width, height))
    spectrum = np.fft.fft2(white, axes=(0, 1)) / frequency[..., None]
    noise = np.fft.ifft2(spectrum, axes=(0, 1)).real
    return np.asarray(np.clip(128 + 50 * noise / noise.std(), 0, 255), np.uint8)
