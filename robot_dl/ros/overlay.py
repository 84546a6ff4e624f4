"""Draw results into images, for people."""

import colorsys
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_dl.classification.types import Classification
from robot_dl.core.detections import Detections

Rgb = NDArray[np.uint8]
Colour = tuple[int, int, int]

FONT, FONT_SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.4
GOLDEN_RATIO = 0.618034


def draw_detections(image: Rgb, found: Detections, labels: Sequence[str]) -> Rgb:
    """Return a copy of the image with boxes, labels and scores.

    Args:
        image: RGB [H, W, 3] uint8.
        found: Detections in its pixels.
        labels: Name of each class.
    """
    picture = image.copy()
    thickness = max(1, round(min(image.shape[:2]) / 240))
    for box, score, class_id in zip(found.boxes_xyxy, found.scores, found.class_ids, strict=True):
        left, top, right, bottom = (round(float(edge)) for edge in box)
        colour = class_colour(int(class_id))
        cv2.rectangle(picture, (left, top), (right, bottom), colour, thickness)
        _write(picture, f'{labels[class_id]} {score:.2f}', (left, top), colour, thickness)
    return picture


def draw_classification(image: Rgb, found: Classification, labels: Sequence[str]) -> Rgb:
    """Return a copy of the image with its classes and their scores in the upper left corner.

    Args:
        image: RGB [H, W, 3] uint8.
        found: What it shows, best first; what finds no room is left out.
        labels: Name of each class.
    """
    picture = image.copy()
    thickness = max(1, round(min(image.shape[:2]) / 240))
    bottom = 0
    for score, class_id in zip(found.scores, found.class_ids, strict=True):
        text = f'{labels[class_id]} {score:.2f}'
        bottom += _text_size(text, thickness)[0][1]
        if bottom >= image.shape[0]:
            break
        _write_bar(picture, text, (0, bottom), class_colour(int(class_id)), thickness)
    return picture


def class_colour(class_id: int) -> Colour:
    """Return a bright RGB colour; neighbouring ids get hues far apart."""
    red, green, blue = colorsys.hsv_to_rgb(class_id * GOLDEN_RATIO % 1, 0.8, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def _write(
    picture: Rgb, text: str, corner: tuple[int, int], colour: Colour, thickness: int
) -> None:
    """Write on a bar above the corner, or below it where there is no room above."""
    (width, height), _ = _text_size(text, thickness)
    left = max(0, min(corner[0], picture.shape[1] - width))
    bottom = corner[1] if corner[1] > height else corner[1] + height
    _write_bar(picture, text, (left, bottom), colour, thickness)


def _write_bar(
    picture: Rgb, text: str, left_bottom: tuple[int, int], colour: Colour, thickness: int
) -> None:
    """Write in black on a bar with this corner."""
    left, bottom = left_bottom
    (width, height), drop = _text_size(text, thickness)
    cv2.rectangle(picture, (left, bottom - height), (left + width, bottom), colour, -1)
    at, scale, black = (left, bottom - drop // 2), FONT_SCALE * thickness, (0, 0, 0)
    cv2.putText(picture, text, at, FONT, scale, black, thickness, cv2.LINE_AA)


def _text_size(text: str, thickness: int) -> tuple[tuple[int, int], int]:
    """Return width and height of a bar with this text, and how deep its letters reach."""
    (width, height), drop = cv2.getTextSize(text, FONT, FONT_SCALE * thickness, thickness)
    return (width, height + drop), drop
