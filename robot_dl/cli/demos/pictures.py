"""Pictures for people: classes, objects, distances and errors as colours."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Ids = NDArray[Any]
Metres = NDArray[np.float32]

WRONG, UNKNOWN = (255, 64, 96), (40, 42, 48)
"""Colours of what is wrong, and of pixels of which nothing is known."""
GREATEST_ERROR = 0.2
"""Part of the distance from which on an error has the fullest colour."""


def painted(image: Rgb, colours: NDArray[np.uint8], ids: Ids, strength: float = 0.65) -> Rgb:
    """Return the image [H, W, 3] under a colour for each id; ids without a colour stay as it is.

    Args:
        image: RGB.
        colours: Colour of each id [C, 3].
        ids: Id of each pixel [H, W].
        strength: Part of the colour in the mixture.
    """
    shades = colours.take(ids, axis=0, mode='clip')
    mixed = cv2.addWeighted(image, 1 - strength, shades, strength, 0)
    return np.where((ids < len(colours))[..., None], mixed, image)


def classes_painted(image: Rgb, colours: NDArray[np.uint8], ids: Ids, quiet: int | None) -> Rgb:
    """Return the image under a colour for each class; what is nothing in particular turns grey.

    Args:
        image: RGB [H, W, 3].
        colours: Colour of each class [C, 3].
        ids: Class of each pixel [H, W].
        quiet: The class that is nothing in particular, if there is one.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None]
    pale = np.repeat(grey // 3 + 40, 3, axis=2).astype(np.uint8)
    picture = painted(image, colours, ids, 0.75)
    return picture if quiet is None else np.where((ids == quiet)[..., None], pale, picture)


def objects_painted(image: Rgb, colours: NDArray[np.uint8], numbers: Ids) -> Rgb:
    """Return the image with each object in its colour and outlined, all else darker.

    Args:
        image: RGB [H, W, 3].
        colours: Colour of each object [N, 3].
        numbers: Which object each pixel shows [H, W]: k + 1 for the k-th, 0 for none.
    """
    dark = cv2.convertScaleAbs(image, alpha=0.45)
    if not len(colours):
        return np.asarray(dark, np.uint8)
    picture = np.where((numbers > 0)[..., None], image, dark)
    ids = numbers.astype(np.int64) - 1
    picture = painted(picture, colours, np.where(ids < 0, len(colours), ids), 0.5)
    picture[_edges(numbers) & (numbers > 0)] = 255
    return picture


def faded(image: Rgb, is_wrong: NDArray[np.bool_]) -> Rgb:
    """Return the image in pale grey with wrong pixels [H, W] in red."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    pale = np.repeat((grey // 2 + 24)[..., None], 3, axis=2)
    red = np.array(WRONG, np.uint8)
    return np.where(is_wrong[..., None], red, pale).astype(np.uint8)


def distances_painted(depth_m: Metres, near_m: float, far_m: float) -> Rgb:
    """Return distances [H, W] as colours [H, W, 3] from near (warm) to far (cold).

    A colour is for a factor, not for a number of metres: what is near differs by less.
    """
    factor = np.nan_to_num(depth_m, nan=near_m) / near_m
    share = np.log(np.maximum(factor, 1.0)) / np.log(max(far_m / near_m, 1.001))
    picture: Rgb = distance_colours()[np.clip(np.rint(share * 255), 0, 255).astype(np.uint8)]
    picture[~np.isfinite(depth_m)] = UNKNOWN
    return picture


def errors_painted(relative: Metres) -> Rgb:
    """Return relative errors [H, W] as colours: blue where too near, red where too far."""
    share = np.nan_to_num(relative) / GREATEST_ERROR / 2 + 0.5
    picture: Rgb = error_colours()[np.clip(np.rint(share * 255), 0, 255).astype(np.uint8)]
    picture[~np.isfinite(relative)] = UNKNOWN
    return picture


def distance_colours() -> NDArray[np.uint8]:
    """Return the colours [256, 3] from near to far."""
    ramp = np.arange(255, -1, -1, dtype=np.uint8)[:, None]
    return np.asarray(cv2.applyColorMap(ramp, cv2.COLORMAP_TURBO)[:, 0, ::-1], np.uint8)


def error_colours() -> NDArray[np.uint8]:
    """Return the colours [256, 3] from too near over right, which is pale, to too far."""
    stops = np.array(
        [[24, 78, 190], [120, 170, 235], [244, 244, 240], [245, 150, 110], [190, 20, 40]]
    )
    at = np.linspace(0, 4, 256)
    channels = [np.interp(at, np.arange(5), stops[:, k]) for k in range(3)]
    return np.asarray(np.rint(np.stack(channels, axis=1)), np.uint8)


def _edges(numbers: Ids) -> NDArray[np.bool_]:
    """Return which pixels [H, W] have a neighbour of another number."""
    edges = np.zeros(numbers.shape, bool)
    down, right = numbers[1:] != numbers[:-1], numbers[:, 1:] != numbers[:, :-1]
    edges[1:] |= down
    edges[:-1] |= down
    edges[:, 1:] |= right
    edges[:, :-1] |= right
    return edges
