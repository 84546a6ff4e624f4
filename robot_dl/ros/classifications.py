"""Classifications as `vision_msgs`, and back."""

from collections.abc import Sequence

import numpy as np
from std_msgs.msg import Header
from vision_msgs.msg import Classification as ClassificationMsg
from vision_msgs.msg import ObjectHypothesis

from robot_dl.classification.types import Classification
from robot_dl.core.names import unknown_name


def classification_to_msg(
    found: Classification, header: Header, labels: Sequence[str]
) -> ClassificationMsg:
    """Return what an image shows under the image's header, best first.

    `class_id` is the label's text, so that no subscriber needs our table; `LabelInfo` maps it
    to numbers.

    Args:
        found: The K likeliest classes.
        header: Header of the image.
        labels: Name of each class.

    Raises:
        ValueError: If a class id has no label.
    """
    ids = found.class_ids
    if len(ids) and not 0 <= ids.min() <= ids.max() < len(labels):
        raise ValueError(
            f'classification: expected class ids below {len(labels)}, the number of labels, '
            f'got {ids.min()} to {ids.max()}'
        )
    pairs = zip(ids.tolist(), found.scores.tolist(), strict=True)
    results = [ObjectHypothesis(class_id=labels[i], score=score) for i, score in pairs]
    return ClassificationMsg(header=header, results=results)


def classification_from_msg(msg: ClassificationMsg, labels: Sequence[str]) -> Classification:
    """Return what a message says, in its order: the inverse of `classification_to_msg`.

    Args:
        msg: Message with K results.
        labels: Name of each class; its index becomes the class id.

    Raises:
        ValueError: If a label is not in `labels`.
    """
    ids = {label: i for i, label in enumerate(labels)}
    for result in msg.results:
        if result.class_id not in ids:
            raise ValueError(unknown_name('label', result.class_id, labels))
    return Classification(
        np.array([result.score for result in msg.results], np.float32),
        np.array([ids[result.class_id] for result in msg.results], np.int64),
    )
