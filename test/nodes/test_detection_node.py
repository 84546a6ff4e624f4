"""The detection node over real topics."""

import numpy as np
import pytest
from ros_session import Camera
from toy_models import LABELS, picture
from vision_msgs.msg import Detection2DArray

from robot_dl.nodes.detection_node import DetectionNode
from robot_dl.ros.detections import detections_from_msg

SIZE_HW = (64, 96)
BLANK = picture(SIZE_HW)
RED = picture(SIZE_HW, red=(32, 0, 64, 32))


@pytest.fixture
def answers(session):
    return session.record(Detection2DArray, 'detections')


@pytest.fixture
def camera(session):
    return Camera(session)


def test_a_red_square_is_found_where_it_is(session, camera, answers, model_folder):
    session.start(DetectionNode, model=model_folder)
    answer = camera.ask(RED, answers)
    found = detections_from_msg(answer, LABELS)
    np.testing.assert_allclose(found.boxes_xyxy, [[32, 0, 64, 32]], atol=0.01)
    assert answer.detections[0].results[0].hypothesis.class_id == 'red'
    assert found.scores[0] == pytest.approx(1, abs=0.01)
