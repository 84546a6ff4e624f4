"""Classifications on the wire."""

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import Header
from vision_msgs.msg import Classification as ClassificationMsg

from robot_dl.classification.types import Classification
from robot_dl.ros.classifications import classification_from_msg, classification_to_msg

HEADER = Header(stamp=Time(sec=7, nanosec=8), frame_id='camera')
LABELS = [f'thing {i}' for i in range(1000)]


def scored(ids: list[int]) -> Classification:
    scores = np.linspace(0.9, 0.1, len(ids)).astype(np.float32)
    return Classification(scores, np.array(ids, np.int64))


@pytest.mark.parametrize('ids', [[], [3], [999, 10, 0], list(range(100))])
def test_there_and_back_is_the_identity(ids):
    """Trap 1: ids of ten and more are labels as text, too."""
    found = scored(ids)
    wire = serialize_message(classification_to_msg(found, HEADER, LABELS))
    msg = deserialize_message(wire, ClassificationMsg)
    assert msg.header == HEADER
    assert [result.class_id for result in msg.results] == [LABELS[i] for i in ids]
    back = classification_from_msg(msg, LABELS)
    np.testing.assert_array_equal(back.class_ids, found.class_ids)
    np.testing.assert_array_equal(back.scores, found.scores)


@pytest.mark.parametrize('class_id', [-1, 3])
def test_an_id_without_a_label_is_refused(class_id):
    with pytest.raises(ValueError, match='expected class ids below 3, the number of labels'):
        classification_to_msg(scored([class_id]), HEADER, LABELS[:3])


def test_an_unknown_label_is_refused_with_the_nearest_one():
    msg = classification_to_msg(scored([1]), HEADER, ['mug', 'bowl'])
    with pytest.raises(ValueError, match="unknown label 'bowl'. Did you mean 'bow'"):
        classification_from_msg(msg, ['mug', 'bow'])
