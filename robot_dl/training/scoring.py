"""COCO's average precision, computed by an existing library."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections

Row = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """The objects of one picture: boxes [N, 4] px, class ids [N], and which are ignored [N]."""

    boxes_xyxy: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    ignored: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.class_ids)


@dataclass(frozen=True)
class Scores:
    """Average precisions in [0, 1], of all classes and of each."""

    map50: float
    map50_95: float
    per_class: dict[str, dict[str, float]]


class Objects(Protocol):
    """The objects of one picture."""

    @property
    def ignored(self) -> NDArray[np.bool_]:
        """Which of them neither reward nor punish."""

    def __len__(self) -> int:
        """Return how many there are."""


Found = TypeVar('Found')
There = TypeVar('There', bound=Objects)


@dataclass
class Findings(Generic[Found, There]):
    """What a model found in pictures, with low scores still in, and what is there.

    Attributes:
        labels: Names of the classes.
        found: Objects found, by picture.
        wanted: Those that are there.
    """

    labels: tuple[str, ...]
    found: list[Found] = field(default_factory=list)
    wanted: list[There] = field(default_factory=list)

    def scored_json(self, scores: Scores, what: str = '') -> dict[str, Any]:
        """Return what `robot_dl eval --json` writes of average precisions.

        Args:
            scores: The precisions.
            what: Stands before their names, if they are not of boxes.
        """
        ignored = sum(int(objects.ignored.sum()) for objects in self.wanted)
        return {
            f'{what}mAP50': scores.map50,
            f'{what}mAP50_95': scores.map50_95,
            'objects': sum(map(len, self.wanted)) - ignored,
            'ignored': ignored,
            'per_class': scores.per_class,
        }


def _xywh(boxes_xyxy: NDArray[np.float32]) -> list[list[float]]:
    corners = boxes_xyxy.astype(float).reshape(-1, 4)
    sized = np.column_stack([corners[:, :2], corners[:, 2:] - corners[:, :2]])
    return [[float(value) for value in row] for row in sized]


def _annotations(wanted: Sequence[Wanted]) -> list[Row]:
    """Return COCO's annotations; an ignored object is a crowd, which nobody need find."""
    rows: list[Row] = []
    for image_id, objects in enumerate(wanted):
        for k, box in enumerate(_xywh(objects.boxes_xyxy)):
            row = {'id': len(rows) + 1, 'image_id': image_id, 'bbox': box, 'area': box[2] * box[3]}
            row['category_id'] = int(objects.class_ids[k])
            row['iscrowd'] = int(objects.ignored[k])
            rows.append(row)
    return rows


def _results(found: Sequence[Detections]) -> list[Row]:
    rows = []
    for image_id, seen in enumerate(found):
        columns = (_xywh(seen.boxes_xyxy), seen.scores, seen.class_ids)
        for box, score, class_id in zip(*columns, strict=True):
            row = {'image_id': image_id, 'bbox': box, 'score': float(score)}
            rows.append({**row, 'category_id': int(class_id)})
    return rows


def coco_scores(
    found: Sequence[Detections], wanted: Sequence[Wanted], labels: Sequence[str]
) -> Scores:
    """Score what was found in some pictures by its boxes.

    Args:
        found: Detections of each picture, with low scores still in.
        wanted: Its objects.
        labels: Names of the classes.

    Raises:
        ValueError: If the lists differ in length.
    """
    check_pairs(found, wanted)
    pictures = [{'id': k} for k in range(len(wanted))]
    return average_precision(_annotations(wanted), _results(found), pictures, labels, 'bbox')


def check_pairs(found: Sequence[object], wanted: Sequence[object]) -> None:
    """Raise ValueError if there is not one entry of each for each picture."""
    if len(found) != len(wanted):
        raise ValueError(f'found: expected one entry for each of {len(wanted)}, got {len(found)}')


def average_precision(
    wanted: list[Row], found: list[Row], pictures: list[Row], labels: Sequence[str], kind: str
) -> Scores:
    """Score what was found.

    Args:
        wanted: COCO's annotations.
        found: COCO's results.
        pictures: COCO's images.
        labels: Names of the classes; `category_id` counts from 0.
        kind: What must overlap: 'bbox' or 'segm'.
    """
    if not found:
        return Scores(0.0, 0.0, {name: {'AP50': 0.0, 'AP50_95': 0.0} for name in labels})
    precision = _precision(wanted, found, pictures, labels, kind)
    per_class = {}
    for k, name in enumerate(labels):
        if (precision[:, :, k] >= 0).any():
            per_class[name] = {
                'AP50': _mean(precision[0, :, k]),
                'AP50_95': _mean(precision[:, :, k]),
            }
    return Scores(_mean(precision[0]), _mean(precision), per_class)


def _precision(
    wanted: list[Row], found: list[Row], pictures: list[Row], labels: Sequence[str], kind: str
) -> NDArray[np.float64]:
    """Return precision [10 overlaps, 101 recalls, C]; -1 where a class has no objects."""
    from faster_coco_eval import COCO, COCOeval_faster

    truth = {
        'images': pictures,
        'annotations': wanted,
        'categories': [{'id': k, 'name': name} for k, name in enumerate(labels)],
    }
    # The library reports on standard output; only its arrays are wanted.
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(truth)
        judge = COCOeval_faster(coco, coco.loadRes(found), iouType=kind)
        judge.evaluate()
        judge.accumulate()
    # Axes: overlap, recall, class, area (0 = all), most detections (last = 100).
    return np.asarray(judge.eval['precision'])[:, :, :, 0, -1]


def _mean(precision: NDArray[np.float64]) -> float:
    known = precision[precision >= 0]
    return float(known.mean()) if known.size else 0.0
