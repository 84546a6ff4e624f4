"""The classification node over real topics."""

import time

import cv2
import numpy as np
import pytest
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy
from ros_messages import raw_image
from ros_session import Camera
from sensor_msgs.msg import CompressedImage, Image
from std_srvs.srv import SetBool
from toy_colour_classifier import LABELS, write_classifier
from vision_msgs.msg import Classification, LabelInfo

from robot_dl.classification.topics import CLASSIFICATION_TOPICS
from robot_dl.core.topics import PUBLISHED, SERVED, SUBSCRIBED
from robot_dl.nodes.classification_node import ClassificationNode
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.qos import LATCHED

# Red most, then blue: their means are 1 and 0.5, and the gain of the network is 8.
PURPLE = np.tile(np.array([255, 0, 128], np.uint8), (48, 64, 1))
GREEN = np.tile(np.array([0, 255, 0], np.uint8), (48, 64, 1))


@pytest.fixture(scope='session')
def folder(tmp_path_factory):
    """Return a model that says which colour an image has most of."""
    return str(write_classifier(tmp_path_factory.mktemp('models') / 'means'))


@pytest.fixture
def node(session, folder):
    return session.start(ClassificationNode, model=folder)


@pytest.fixture
def answers(session):
    """Return what the node says, as it comes."""
    return session.record(Classification, 'classification')


def said(answer: Classification) -> list[str]:
    """Return the labels of an answer in its order."""
    return [result.class_id for result in answer.results]


def set_parameters(session, **values):
    """Set parameters of the node in one request; return whether that worked, and why not."""
    parameters = [Parameter(key, value=value).to_parameter_msg() for key, value in values.items()]
    request = SetParametersAtomically.Request(parameters=parameters)
    name = 'classification_node/set_parameters_atomically'
    return session.call(SetParametersAtomically, name, request).result


@pytest.mark.usefixtures('node')
def test_classes_come_best_first_with_their_scores_as_text(camera, answers):
    """Trap 1: a class is named by its label, not by a number in a character."""
    answer = camera.ask(PURPLE, answers)
    assert said(answer) == ['red', 'blue', 'green']
    powers = np.exp(8 * np.array([1, 128 / 255, 0]))
    scores = [result.score for result in answer.results]
    np.testing.assert_allclose(scores, powers / powers.sum(), atol=1e-5)


@pytest.mark.usefixtures('node')
def test_an_answer_has_the_header_of_its_image(camera, answers):
    """Traps 2 and 3: no frame_id; a stamp of now. Images are old, to tell their stamp from now."""
    answer = camera.ask(GREEN, answers)
    assert answer.header.stamp.sec == 1000 + camera.count
    assert answer.header.frame_id == 'camera_optical_frame'


def test_an_image_of_which_nothing_is_certain_is_answered_too(session, camera, answers, folder):
    """Trap 4: a message only when something was found."""
    session.start(ClassificationNode, model=folder, score=0.999)
    assert said(camera.ask(GREEN, answers)) == ['green']
    grey = np.full((48, 64, 3), 90, np.uint8)
    assert said(camera.ask(grey, answers)) == []


@pytest.mark.usefixtures('node')
@pytest.mark.parametrize('padding', [0, 7])
@pytest.mark.parametrize(
    ('encoding', 'channels'), [('bgr8', [2, 1, 0]), ('rgba8', [0, 1, 2, 2]), ('rgb8', [0, 1, 2])]
)
def test_colours_are_right_in_any_encoding(camera, answers, encoding, channels, padding):
    """Trap 26: row padding and other orders of the channels."""
    msg = raw_image(PURPLE[..., channels], encoding, padding)
    assert said(camera.ask(msg, answers)) == ['red', 'blue', 'green']


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_compressed_images_are_answered(session, answers, folder, suffix):
    session.start(ClassificationNode, model=folder, transport='compressed')
    camera = Camera(session, 'image/compressed', CompressedImage)
    _, encoded = cv2.imencode(suffix, PURPLE[..., ::-1])
    msg = CompressedImage(format='rgb8; jpeg compressed bgr8', data=encoded.tobytes())
    assert said(camera.ask(msg, answers)) == ['red', 'blue', 'green']


def test_a_network_that_gives_nan_is_an_error_and_not_an_answer(
    session, camera, answers, tmp_path
):
    """Trap 20: NaN from the network forwarded."""
    broken = str(write_classifier(tmp_path, gain=float('nan')))
    node = session.start(ClassificationNode, model=broken)
    assert camera.answer_within(camera.send(GREEN), answers, 0.1) is None

    def complained() -> bool:
        camera.send(GREEN)
        return node.frames.summary(time.monotonic()).errors

    session.wait(complained, 'error')
    assert answers == []
    assert node.state == 'active'


def test_labels_are_announced_to_late_subscribers(session, folder):
    session.start(ClassificationNode, model=folder, score=0.25)
    tables = session.record(LabelInfo, 'label_info', LATCHED)
    [table] = session.wait(lambda: tables, 'label_info')
    assert [(c.class_id, c.class_name) for c in table.class_map] == list(enumerate(LABELS))
    assert table.threshold == 0.25


def test_the_overlay_shows_the_classes_and_costs_nothing_unseen(session, camera, answers, node):
    camera.ask(PURPLE, answers)
    pictures = session.record(Image, 'classification_node/overlay')
    session.wait(node.overlay.get_subscription_count, 'subscriber of the overlay')
    header = camera.ask(PURPLE, answers).header
    [seen] = session.wait(lambda: [p for p in pictures if p.header == header], 'overlay')
    picture = rgb_from_msg(seen)
    assert (picture[:16, :16] != PURPLE[:16, :16]).any()
    np.testing.assert_array_equal(picture[:, -1], PURPLE[:, -1])


def test_live_parameters_take_effect_with_the_next_image(session, node, camera, answers):
    assert len(camera.ask(PURPLE, answers).results) == 3
    assert set_parameters(session, top_k=1).successful
    assert said(camera.ask(PURPLE, answers)) == ['red']
    assert set_parameters(session, top_k=5, classes=['green', 'blue']).successful
    assert said(camera.ask(PURPLE, answers)) == ['blue', 'green']
    assert set_parameters(session, score=0.9).successful
    assert said(camera.ask(PURPLE, answers)) == []
    assert (node.params.top_k, node.params.score) == (5, 0.9)


@pytest.mark.parametrize(
    ('values', 'reason'),
    [
        ({'score': 1.5}, 'score out of range'),
        ({'top_k': 0}, 'top_k out of range'),
        ({'top_k': 1.5}, 'top_k: expected int, got 1.5'),
        ({'classes': ['rad']}, "unknown label 'rad'. Did you mean 'red'"),
        ({'model': 'other'}, 'read-only parameter: model'),
    ],
)
def test_a_bad_value_is_refused_with_a_reason_and_changes_nothing(session, node, values, reason):
    before = node.params
    result = set_parameters(session, **values)
    assert not result.successful
    assert reason in result.reason
    assert node.params == before


def test_a_disabled_node_is_silent_until_it_is_enabled_again(session, node, camera, answers):
    camera.ask(GREEN, answers)
    off = session.call(SetBool, 'classification_node/enable', SetBool.Request(data=False))
    assert (off.success, off.message) == (True, 'disabled')
    session.wait(lambda: not camera.publisher.get_subscription_count(), 'end of subscription')
    answers.clear()
    on = session.call(SetBool, 'classification_node/enable', SetBool.Request(data=True))
    assert (on.success, on.message) == (True, 'enabled')
    assert said(camera.ask(GREEN, answers))[0] == 'green'


# Every lifecycle node has these.
INFRASTRUCTURE = ('rcl_interfaces/', 'lifecycle_msgs/', 'type_description_interfaces/')


def test_the_topics_are_those_of_the_documentation(session, node):
    own = node.get_name(), node.get_namespace()
    offered = {
        PUBLISHED: session.node.get_publisher_names_and_types_by_node,
        SERVED: session.node.get_service_names_and_types_by_node,
        SUBSCRIBED: session.node.get_subscriber_names_and_types_by_node,
    }
    for role, ask in offered.items():
        session.wait(lambda a=ask: a(*own), f'{role} topics')
        found = {n: types[0] for n, types in ask(*own) if not types[0].startswith(INFRASTRUCTURE)}
        documented = {
            node.resolve_topic_name(topic.name): topic.type
            for topic in CLASSIFICATION_TOPICS
            if topic.role == role and topic.name != 'image/compressed'
        }
        assert found == documented


@pytest.mark.usefixtures('node')
def test_the_qualities_of_service_are_those_that_subscribers_expect(session):
    ends = {
        'classification': session.node.get_publishers_info_by_topic,
        'label_info': session.node.get_publishers_info_by_topic,
        'image': session.node.get_subscriptions_info_by_topic,
    }
    qos = {}
    for topic, ask in ends.items():
        [end] = session.wait(lambda a=ask, t=topic: a(t), topic)
        qos[topic] = (end.qos_profile.reliability, end.qos_profile.durability)
    assert qos == {
        'classification': (ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE),
        'label_info': (ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL),
        'image': (ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE),
    }
