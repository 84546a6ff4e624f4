"""Draw results into images, for people."""

import colorsys
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections

Rgb = NDArray[np.uint8]

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


def class_colour(class_id: int) -> tuple[int, int, int]:
    """Return a bright RGB colour; neighbouring ids get hues far apart."""
    red, green, blue = colorsys.hsv_to_rgb(class_id * GOLDEN_RATIO % 1, 0.8, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def _write(
    picture: Rgb, text: str, corner: tuple[int, int], colour: tuple[int, int, int], thickness: int
) -> None:
    """Write on a bar above the corner, or below it where there is no room above."""
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, 0.4 * thickness
    (width, height), drop = cv2.getTextSize(text, font, scale, thickness)
    left = max(0, min(corner[0], picture.shape[1] - width))
    bottom = corner[1] if corner[1] > height + drop else corner[1] + height + drop
    cv2.rectangle(picture, (left, bottom - height - drop), (left + width, bottom), colour, -1)
    black = (0, 0, 0)
    cv2.putText(
        picture, text, (left, bottom - drop // 2), font, scale, black, thickness, cv2.LINE_AA
    )
