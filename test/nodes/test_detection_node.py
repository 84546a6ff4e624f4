"""The detection node over real topics."""

import numpy as np
import pytest
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image
from toy_models import LABELS, picture
from vision_msgs.msg import Detection2DArray, LabelInfo

from robot_dl.nodes.detection_node import DetectionNode
from robot_dl.ros.detections import detections_from_msg
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.qos import LATCHED

NODE = 'detection_node'

SIZE_HW = (64, 96)
BLANK = picture(SIZE_HW)
RED = picture(SIZE_HW, red=(32, 0, 64, 32))
RED_AND_BLUE = picture(SIZE_HW, red=(32, 0, 64, 32), blue=(64, 32, 96, 64))


@pytest.fixture
def node(session, model_folder):
    return session.start(DetectionNode, model=model_folder)


def labels_in(answer: Detection2DArray) -> list[str]:
    """Return the labels of an answer, in alphabetical order."""
    return sorted(d.results[0].hypothesis.class_id for d in answer.detections)


@pytest.mark.usefixtures('node')
def test_a_red_square_is_found_where_it_is(camera, answers):
    found = detections_from_msg(camera.ask(RED, answers), LABELS)
    np.testing.assert_allclose(found.boxes_xyxy, [[32, 0, 64, 32]], atol=0.01)
    assert found.class_ids.tolist() == [0]
    assert found.scores[0] == pytest.approx(1, abs=0.01)


@pytest.mark.usefixtures('node')
def test_array_and_elements_have_the_header_of_the_image(camera, answers):
    """Traps 2 and 3: no frame_id; a stamp of now. Images are old, to tell their stamp from now."""
    answer = camera.ask(RED_AND_BLUE, answers)
    assert answer.header.stamp.sec == 1000 + camera.count
    assert answer.header.frame_id == 'camera_optical_frame'
    assert [d.header for d in answer.detections] == [answer.header] * 2


@pytest.mark.usefixtures('node')
def test_a_blank_image_gives_exactly_one_empty_array(camera, answers):
    """Trap 4: a message only when something was found."""
    camera.ask(RED, answers)
    blank = camera.ask(BLANK, answers)
    after = camera.ask(RED, answers)
    assert blank.detections == []
    assert len(after.detections) == 1
    assert [a.header for a in answers].count(blank.header) == 1


@pytest.mark.usefixtures('node')
def test_boxes_are_in_pixels_of_a_large_image_and_not_truncated(camera, answers):
    """1280 x 720 lies 96 x 54 in the network, 5 px from its top: a cell is 426.67 px wide."""
    image = picture((720, 1280), red=(427, 0, 854, 361))
    found = detections_from_msg(camera.ask(image, answers), LABELS)
    [box] = found.boxes_xyxy[found.scores > 0.8]
    np.testing.assert_allclose(box, [426.67, 0, 853.33, 360], atol=0.5)


def test_the_compressed_topic_follows_the_remapping_of_the_raw_one(session, model_folder):
    session.start(
        DetectionNode,
        cli=['--ros-args', '-r', 'image:=cam/image_raw'],
        model=model_folder,
        transport='compressed',
    )
    session.wait(lambda: session.node.count_subscribers('/cam/image_raw/compressed'), 'input')


def test_labels_are_announced_to_late_subscribers(session, model_folder):
    session.start(DetectionNode, model=model_folder, score=0.25)
    tables = session.record(LabelInfo, 'label_info', LATCHED)
    [table] = session.wait(lambda: tables, 'label_info')
    assert [(c.class_id, c.class_name) for c in table.class_map] == list(enumerate(LABELS))
    assert table.threshold == 0.25


def test_a_new_least_score_is_announced(session, node):
    tables = session.record(LabelInfo, 'label_info', LATCHED)
    session.wait(lambda: tables, 'label_info')
    assert session.set_parameters(NODE, score=0.75).successful
    session.wait(lambda: tables[-1].threshold == 0.75, 'label_info with the new score')
    assert node.params.score == 0.75


def test_old_boxes_vanish_from_the_overlay_after_an_empty_array(session, camera, answers, node):
    """Trap 25: boxes of what is gone stay on the screen."""
    pictures = session.record(Image, 'detection_node/overlay')
    session.wait(node.overlay.get_subscription_count, 'subscriber of the overlay')
    shown = {}
    for name, image in (('red', RED), ('blank', BLANK)):
        header = camera.ask(image, answers).header
        [seen] = session.wait(lambda h=header: [p for p in pictures if p.header == h], 'overlay')
        shown[name] = rgb_from_msg(seen)
    assert (shown['red'] != RED).any()
    np.testing.assert_array_equal(shown['blank'], BLANK)


def test_live_parameters_take_effect_with_the_next_image(session, node, camera, answers):
    camera.ask(RED_AND_BLUE, answers)
    assert session.set_parameters(NODE, classes=['blue']).successful
    assert labels_in(camera.ask(RED_AND_BLUE, answers)) == ['blue']
    assert session.set_parameters(NODE, classes=[], max_detections=1).successful
    assert len(camera.ask(RED_AND_BLUE, answers).detections) == 1
    assert session.set_parameters(NODE, max_detections=5, score=0.0).successful
    assert len(camera.ask(RED_AND_BLUE, answers).detections) == 5
    assert session.set_parameters(NODE, score=1).successful, 'an integer is a number too'
    assert node.params.score == 1.0


@pytest.mark.parametrize(
    ('values', 'reason'),
    [
        ({'score': 1.5}, 'score out of range'),
        ({'score': float('nan')}, 'score'),
        ({'score': 2}, 'score: expected at most 1, got 2'),
        ({'score': 'high'}, "score: expected float, got 'high'"),
        ({'iou': -0.1}, 'iou out of range'),
        ({'max_detections': 0}, 'max_detections out of range'),
        ({'max_detections': 1.5}, 'max_detections: expected int, got 1.5'),
        ({'classes': ['rad']}, "unknown label 'rad'. Did you mean 'red'"),
        ({'classes': 'red'}, "classes: expected string list, got 'red'"),
        ({'score': 0.9, 'classes': ['rad']}, "unknown label 'rad'"),
        ({'model': 'other'}, 'read-only parameter: model'),
        ({'device': 'cpu', 'score': 0.9}, 'read-only parameter: device'),
    ],
)
def test_a_bad_value_is_refused_with_a_reason_and_changes_nothing(session, node, values, reason):
    session.expect_refusal(node, values, reason)
    assert node.get_parameter('score').value == node.params.score


def test_several_parameters_set_one_by_one_are_judged_one_by_one(session, node):
    values = {'score': 0.7, 'iou': 7.0, 'max_detections': 3}
    parameters = [Parameter(key, value=value).to_parameter_msg() for key, value in values.items()]
    request = SetParameters.Request(parameters=parameters)
    answer = session.call(SetParameters, 'detection_node/set_parameters', request)
    assert [r.successful for r in answer.results] == [True, False, True]
    assert (node.params.score, node.params.iou, node.params.max_detections) == (0.7, 0.6, 3)
