"""The classification node over real topics."""

import time

import numpy as np
import pytest
from sensor_msgs.msg import Image
from toy_colour_classifier import LABELS, write_classifier
from vision_msgs.msg import Classification, LabelInfo

from robot_dl.nodes.classification_node import ClassificationNode
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.qos import LATCHED

NODE = 'classification_node'

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


@pytest.mark.usefixtures('node')
def test_classes_come_best_first_with_their_scores_as_text(camera, answers):
    """Trap 1: a class is named by its label, not by a number in a character."""
    answer = camera.ask(PURPLE, answers)
    assert said(answer) == ['red', 'blue', 'green']
    powers = np.exp(8 * np.array([1, 128 / 255, 0]))
    scores = [result.score for result in answer.results]
    np.testing.assert_allclose(scores, powers / powers.sum(), atol=1e-5)


def test_an_image_of_which_nothing_is_certain_is_answered_too(session, camera, answers, folder):
    """Trap 4: a message only when something was found."""
    session.start(ClassificationNode, model=folder, score=0.999)
    assert said(camera.ask(GREEN, answers)) == ['green']
    grey = np.full((48, 64, 3), 90, np.uint8)
    assert said(camera.ask(grey, answers)) == []


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
    assert session.set_parameters(NODE, top_k=1).successful
    assert said(camera.ask(PURPLE, answers)) == ['red']
    assert session.set_parameters(NODE, top_k=5, classes=['green', 'blue']).successful
    assert said(camera.ask(PURPLE, answers)) == ['blue', 'green']
    assert session.set_parameters(NODE, score=0.9).successful
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
    session.expect_refusal(node, values, reason)
