"""Write on pictures, for people: black letters on bars of a colour."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Colour = tuple[int, int, int]

FONT, FONT_SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.4
BLACK = (0, 0, 0)


def line_width(picture: Rgb) -> int:
    """Return how thick lines and letters are in a picture [H, W, 3] of this size, in pixels."""
    return max(1, round(min(picture.shape[:2]) / 240))


def write_at(picture: Rgb, text: str, corner: tuple[int, int], colour: Colour) -> None:
    """Write on a bar above the corner x, y, or below it where there is no room above."""
    (width, height), _ = _text_size(text, line_width(picture))
    left = max(0, min(corner[0], picture.shape[1] - width))
    bottom = corner[1] if corner[1] > height else corner[1] + height
    _write_bar(picture, text, (left, bottom), colour)


def write_list(picture: Rgb, rows: Iterable[tuple[str, Colour]]) -> None:
    """Write texts below each other in the upper left corner; what finds no room is left out."""
    bottom = 0
    for text, colour in rows:
        bottom += _text_size(text, line_width(picture))[0][1]
        if bottom >= picture.shape[0]:
            break
        _write_bar(picture, text, (0, bottom), colour)


def _write_bar(picture: Rgb, text: str, left_bottom: tuple[int, int], colour: Colour) -> None:
    left, bottom = left_bottom
    thickness = line_width(picture)
    (width, height), drop = _text_size(text, thickness)
    cv2.rectangle(picture, (left, bottom - height), (left + width, bottom), colour, -1)
    at, scale = (left, bottom - drop // 2), FONT_SCALE * thickness
    cv2.putText(picture, text, at, FONT, scale, BLACK, thickness, cv2.LINE_AA)


def _text_size(text: str, thickness: int) -> tuple[tuple[int, int], int]:
    """Return width and height of a bar with this text, and how deep its letters reach."""
    (width, height), drop = cv2.getTextSize(text, FONT, FONT_SCALE * thickness, thickness)
    return (width, height + drop), drop
