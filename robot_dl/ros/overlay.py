"""Draw results into images, for people."""

import colorsys
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_dl.classification.types import Classification
from robot_dl.core.detections import Detections
from robot_dl.ros.captions import Colour, Rgb, line_width, write_at, write_list
from robot_dl.segmentation.types import Instances, SemanticMask

GOLDEN_RATIO = 0.618034
LEAST_SHOWN = 0.005
"""Part of the image that a class must fill to be named in the list."""

Colours = NDArray[np.uint8]


def draw_detections(
    image: Rgb, found: Detections, labels: Sequence[str], colours: Colours | None = None
) -> Rgb:
    """Return a copy of the image with boxes, labels and scores.

    Args:
        image: RGB [H, W, 3] uint8.
        found: Detections in its pixels.
        labels: Name of each class.
        colours: Colour of each detection [N, 3]; those of the classes if there are none.
    """
    picture = image.copy()
    rgb = [class_colour(i) for i in found.class_ids.tolist()] if colours is None else colours
    rows = zip(found.boxes_xyxy, found.scores, found.class_ids, rgb, strict=True)
    for box, score, class_id, (red, green, blue) in rows:
        left, top, right, bottom = (round(float(edge)) for edge in box)
        colour = int(red), int(green), int(blue)
        cv2.rectangle(picture, (left, top), (right, bottom), colour, line_width(picture))
        write_at(picture, f'{labels[class_id]} {score:.2f}', (left, top), colour)
    return picture


def draw_classification(image: Rgb, found: Classification, labels: Sequence[str]) -> Rgb:
    """Return a copy of the image with its classes and their scores in the upper left corner.

    Args:
        image: RGB [H, W, 3] uint8.
        found: What it shows, best first; what finds no room is left out.
        labels: Name of each class.
    """
    picture = image.copy()
    pairs = zip(found.class_ids.tolist(), found.scores.tolist(), strict=True)
    write_list(picture, ((f'{labels[i]} {score:.2f}', class_colour(i)) for i, score in pairs))
    return picture


def draw_mask(image: Rgb, found: SemanticMask, labels: Sequence[str], colours: Colours) -> Rgb:
    """Return the image under the colours of its classes, and a list of them, largest first.

    Pixels without a class are as they are.

    Args:
        image: RGB [H, W, 3] uint8.
        found: The class of each of its pixels.
        labels: Name of each class.
        colours: Colour of each class [C, 3].
    """
    ids = found.class_ids
    picture = _tinted(image, colours.take(ids, axis=0, mode='clip'), ids < len(colours))
    areas = np.bincount(ids.reshape(-1), minlength=len(labels))[: len(labels)]
    largest = [i for i in np.argsort(-areas, kind='stable') if areas[i] > LEAST_SHOWN * ids.size]
    write_list(picture, ((labels[i], tuple(colours[i].tolist())) for i in largest))
    return picture


def draw_instances(image: Rgb, found: Instances, labels: Sequence[str]) -> Rgb:
    """Return the image with each object under a colour of its own, with its box and label.

    Args:
        image: RGB [H, W, 3] uint8.
        found: The objects in it.
        labels: Name of each class.
    """
    ids, count = found.instance_ids, len(found.detections)
    colours = np.array([class_colour(i) for i in range(count)], np.uint8).reshape(count, 3)
    table = np.concatenate([np.zeros((1, 3), np.uint8), colours])
    picture = _tinted(image, table.take(ids, axis=0), ids > 0)
    return draw_detections(picture, found.detections, labels, colours)


def colours_of(labels: Sequence[str], palette: Mapping[str, Sequence[int]]) -> Colours:
    """Return the colour of each class [C, 3]: that of the card's palette, or one of ours."""
    rows = [palette.get(label, class_colour(i)) for i, label in enumerate(labels)]
    return np.array(rows, np.uint8).reshape(len(labels), 3)


def class_colour(class_id: int) -> Colour:
    """Return a bright RGB colour; neighbouring ids get hues far apart."""
    red, green, blue = colorsys.hsv_to_rgb(class_id * GOLDEN_RATIO % 1, 0.8, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def _tinted(image: Rgb, colours: Colours, where: NDArray[Any]) -> Rgb:
    """Return the mean of an image and colours [H, W, 3] at some pixels [H, W]."""
    mixed = cv2.addWeighted(image, 0.5, colours, 0.5, 0)
    return mixed if where.all() else np.where(where[:, :, None], mixed, image)
