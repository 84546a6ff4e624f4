"""What the reports on segmenters say of their scores; sheets of predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.segmentation.types import Instances, SemanticMask
from robot_dl.training.detection_report import name_objects
from robot_dl.training.instance_evaluation import Picture as InstancePicture
from robot_dl.training.report import reliability_lines, score_section, table_lines
from robot_dl.training.segmentation_evaluation import Picture
from robot_dl.training.segmentation_scoring import EDGE_PX
from robot_dl.training.sheets import Draw, draw_sheet

Rgb = NDArray[np.uint8]
Colours = NDArray[np.uint8]
"""Colour [C, 3] of each class."""
COLUMNS = 6
CELL_IN = (2.4, 1.95)


def draw_masks(
    segmenter: Callable[[Rgb], SemanticMask],
    pictures: Sequence[Picture],
    colours: Colours,
    path: Path,
) -> None:
    """Draw pictures, the truth, and what a segmenter says, side by side."""
    cells: list[Draw] = []
    for picture in pictures:
        said = segmenter(picture.image).class_ids
        cells += [
            _shown(picture.image, 'picture'),
            _shown(_tinted(picture.image, picture.class_ids, colours), 'truth'),
            _shown(_tinted(picture.image, said, colours), 'model'),
        ]
    draw_sheet(path, cells, COLUMNS, CELL_IN)


def draw_instances(
    segmenter: Callable[[Rgb], Instances], pictures: Sequence[InstancePicture], path: Path
) -> None:
    """Draw pictures, their objects, and those that a model finds, side by side."""
    from faster_coco_eval.core.mask import decode

    cells: list[Draw] = []
    for picture in pictures:
        found, wanted = segmenter(picture.image), picture.wanted
        there = np.zeros(picture.image.shape[:2], np.int64)
        for k, mask in enumerate(wanted.masks):
            there[decode(mask) > 0] = k + 1
        truth = _tinted(picture.image, there, _by_class(wanted.class_ids))
        said = _tinted(picture.image, found.instance_ids, _by_class(found.detections.class_ids))
        named = partial(_draw_named, image=said, found=found, labels=picture.labels)
        cells += [_shown(picture.image, 'picture'), _shown(truth, 'truth'), named]
    draw_sheet(path, cells, COLUMNS, CELL_IN)


def _by_class(class_ids: NDArray[np.int64]) -> Colours:
    """Return colours [N + 1, 3] for no object, and for objects of these classes [N]."""
    from matplotlib import colormaps

    tints = colormaps['tab10'](class_ids % 10, bytes=True)[:, :3]
    return np.concatenate([np.zeros((1, 3), np.uint8), tints])


def _tinted(image: Rgb, ids: NDArray[Any], colours: Colours) -> Rgb:
    """Return a picture with colours [K, 3] over its pixels; black leaves them as they are."""
    tint = colours[ids]
    mixed = (image.astype(np.uint16) + 2 * tint.astype(np.uint16)) // 3
    return np.where(tint.any(-1, keepdims=True), mixed, image).astype(np.uint8)


def _shown(image: Rgb, title: str) -> Draw:
    return partial(_draw, image=image, title=title)


def _draw(axes: Any, image: Rgb, title: str) -> None:
    axes.imshow(image)
    axes.set_title(title, fontsize=7, pad=2)


def _draw_named(axes: Any, image: Rgb, found: Instances, labels: Sequence[str]) -> None:
    _draw(axes, image, 'model')
    name_objects(axes, found.detections, labels)


def mask_score_lines(scores: dict[str, Any], temperature: float) -> list[str]:
    """Return the overlaps of a semantic segmenter; see `score_section`."""
    rows = [
        (name, f'{row["share_of_pixels"]:.1%}', row['iou'], row['recall'], row['precision'])
        for name, row in scores['per_class'].items()
    ]
    lines = table_lines(['class', 'pixels', 'IoU', 'recall', 'precision'], rows)
    lines += ['', f'* **mean IoU {scores["miou"]:.4f}**']
    if 'miou_without_background' in scores:
        lines[-1] += f'; without the background {scores["miou_without_background"]:.4f}'
    lines += [
        f'* {scores["pixel_accuracy"]:.4f} of all pixels are given the right class; of the wrong '
        f'ones {scores["wrong_near_edges"]:.1%} are within {EDGE_PX} pixels of a border between '
        f'classes, where {scores["near_edges"]:.1%} of all pixels are',
        '',
        'Of the pixels of a class (rows), how many were given which (columns), in per cent:',
        '',
        *_confusion_lines(scores),
        '',
        f'The expected calibration error of the confidence is {scores["ece"]:.4f}, with the '
        f'temperature {temperature:.3f} fitted on the validation pictures (Guo et al. 2017). How '
        'often a pixel with such a confidence is right:',
        '',
        *reliability_lines(scores, 'pixels'),
    ]
    return score_section(scores, 'every pixel counted', lines, 'mask and confidence')


def _confusion_lines(scores: dict[str, Any]) -> list[str]:
    names = scores['labels']
    counts = np.array(scores['confusion'], np.float64)[:, : len(names)]
    shares = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    rows = ([name, *map(_percent, row)] for name, row in zip(names, shares, strict=False))
    return table_lines(['', *names], rows)


def _percent(share: float) -> str:
    return f'{share:.1f}' if share >= 0.05 else ''
