"""Detections as `vision_msgs`, and back."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from std_msgs.msg import Header
from vision_msgs.msg import (
    Detection2D,
    Detection2DArray,
    ObjectHypothesisWithPose,
)

from robot_dl.core.detections import Detections
from robot_dl.core.names import unknown_name

M = TypeVar('M')

_BLANK = Detection2D(results=[ObjectHypothesisWithPose()])


def detections_to_msg(
    found: Detections, header: Header, labels: Sequence[str]
) -> Detection2DArray:
    """Return the detections under the header of their image, in the array and in each element.

    `class_id` is the label's text, so that no subscriber needs our table; `LabelInfo` maps it
    to numbers. Boxes keep their fractions of a pixel.

    Args:
        found: Detections of N objects.
        header: Header of the image they were found in.
        labels: Name of each class.

    Raises:
        ValueError: If a class id has no label.
    """
    ids = found.class_ids
    if len(ids) and not 0 <= ids.min() <= ids.max() < len(labels):
        raise ValueError(
            f'detections: expected class ids below {len(labels)}, the number of labels, '
            f'got {ids.min()} to {ids.max()}'
        )
    boxes = np.asarray(found.boxes_xyxy, np.float64)
    centres = ((boxes[:, :2] + boxes[:, 2:]) / 2).tolist()
    sizes = (boxes[:, 2:] - boxes[:, :2]).tolist()
    rows = zip(centres, sizes, ids.tolist(), found.scores.tolist(), strict=True)
    elements = [_element(header, c, s, labels[i], score) for c, s, i, score in rows]
    return Detection2DArray(header=header, detections=elements)


def detections_from_msg(msg: Detection2DArray, labels: Sequence[str]) -> Detections:
    """Return the best hypothesis of each element: the inverse of `detections_to_msg`.

    Args:
        msg: Message with N elements.
        labels: Name of each class; its index becomes the class id.

    Raises:
        ValueError: If an element has no hypothesis, or one with a label not in `labels`.
    """
    if not msg.detections:
        return Detections.empty()
    best = [_best_hypothesis(element) for element in msg.detections]
    ids = {label: i for i, label in enumerate(labels)}
    for hypothesis in best:
        if hypothesis.class_id not in ids:
            raise ValueError(unknown_name('label', hypothesis.class_id, labels))
    boxes = [e.bbox for e in msg.detections]
    centres = np.array([(b.center.position.x, b.center.position.y) for b in boxes])
    halves = np.array([(b.size_x, b.size_y) for b in boxes]) / 2
    return Detections(
        np.concatenate([centres - halves, centres + halves], axis=1).astype(np.float32),
        np.array([h.score for h in best], np.float32),
        np.array([ids[h.class_id] for h in best], np.int64),
    )


def _element(
    header: Header, centre: list[float], size: list[float], label: str, score: float
) -> Detection2D:
    # Constructors of generated messages build every default even for fields that are given:
    # 300 objects take 4 ms that way, 1 ms by copying a blank one.
    element = _copied(_BLANK)
    element.header = header
    element.bbox = bbox = _copied(_BLANK.bbox)
    bbox.center = _copied(bbox.center)
    bbox.center.position = position = _copied(bbox.center.position)
    position.x, position.y = centre
    bbox.size_x, bbox.size_y = size
    result = _copied(_BLANK.results[0])
    result.hypothesis = hypothesis = _copied(result.hypothesis)
    hypothesis.class_id, hypothesis.score = label, score
    element.results = [result]
    return element


def _copied(msg: M) -> M:
    """Return a shallow copy, four times faster than `copy.copy` does it."""
    cls: Any = type(msg)
    new = cls.__new__(cls)
    for slot in cls.__slots__:
        setattr(new, slot, getattr(msg, slot))
    return new


def _best_hypothesis(element: Detection2D) -> Any:
    if not element.results:
        raise ValueError('detections: expected a hypothesis in every element, got one without')
    return max((r.hypothesis for r in element.results), key=lambda h: h.score)
