"""COCO's average precision of masks, computed by an existing library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.segmentation.types import Instances
from robot_dl.training.scoring import Row, Scores, average_precision, check_pairs

Ids = NDArray[Any]


@dataclass(frozen=True)
class Silhouettes:
    """Objects of one picture with the pixels they cover, as a structure of arrays.

    Attributes:
        size_hw: Size of the picture, pixels.
        masks: Which pixels each object covers, in COCO's run lengths [N].
        class_ids: Their classes [N].
        scores: How sure a model is of them [N]; 1 for what is really there.
        ignored: Which of them neither reward nor punish [N]; only asked of what is there.
    """

    size_hw: tuple[int, int]
    masks: tuple[dict[str, Any], ...]
    class_ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    ignored: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.masks)


def silhouettes_there(
    instance_ids: Ids, numbers: Ids, class_ids: Ids, ignored: NDArray[np.bool_]
) -> Silhouettes:
    """Cut a picture into the objects that are there.

    Args:
        instance_ids: Number of the object that each pixel shows [H, W], 0 for none.
        numbers: Number of each object [N].
        class_ids: Class of each object [N].
        ignored: See `Silhouettes`.
    """
    masks = tuple(_run_lengths(instance_ids == number) for number in numbers)
    certain = np.ones(len(masks), np.float32)
    return Silhouettes(_size(instance_ids), masks, class_ids.astype(np.int64), certain, ignored)


def silhouettes_found(found: Instances) -> Silhouettes:
    """Return all pixels of each object that was found, overlaps included."""
    size_hw, objects = _size(found.instance_ids), found.detections
    masks = []
    for region in found.regions:
        whole = np.zeros(size_hw, bool)
        whole[region.window] = region.pixels
        masks.append(_run_lengths(whole))
    nowhere = np.zeros(len(masks), bool)
    return Silhouettes(size_hw, tuple(masks), objects.class_ids, objects.scores, nowhere)


def _size(pixels: Ids) -> tuple[int, int]:
    return pixels.shape[0], pixels.shape[1]


def _run_lengths(mask: NDArray[np.bool_]) -> dict[str, Any]:
    from faster_coco_eval.core.mask import encode

    encoded: dict[str, Any] = encode(np.asfortranarray(mask, np.uint8))
    return encoded


def mask_scores(
    found: Sequence[Silhouettes], wanted: Sequence[Silhouettes], labels: Sequence[str]
) -> Scores:
    """Score what was found in some pictures by its masks.

    Args:
        found: What a model finds in each picture, with low scores still in.
        wanted: What is there.
        labels: Names of the classes.

    Raises:
        ValueError: If the lists differ in length.
    """
    check_pairs(found, wanted)
    truth = [{**row, 'id': n + 1} for n, row in enumerate(_rows(wanted))]
    sizes = [dict(zip(('height', 'width'), picture.size_hw, strict=True)) for picture in wanted]
    pictures = [{'id': k, **size} for k, size in enumerate(sizes)]
    return average_precision(truth, _rows(found), pictures, labels, 'segm')


def _rows(pictures: Sequence[Silhouettes]) -> list[Row]:
    """Return COCO's entries for all objects; an ignored one is a crowd, which nobody need find."""
    from faster_coco_eval.core.mask import area, toBbox

    rows = []
    for image_id, objects in enumerate(pictures):
        for k, mask in enumerate(objects.masks):
            row: Row = {'image_id': image_id, 'category_id': int(objects.class_ids[k])}
            row |= {'segmentation': mask, 'area': float(area(mask)), 'bbox': list(toBbox(mask))}
            row |= {'score': float(objects.scores[k]), 'iscrowd': int(objects.ignored[k])}
            rows.append(row)
    return rows
