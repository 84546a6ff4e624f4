"""Frames that never reach the node are counted, or called unknown."""

import pytest
from ros_echo import EchoNode
from ros_session import Camera
from toy_models import picture

from robot_dl.ros.inputs import GIVES_MESSAGE_INFO, Input

PICTURE = picture((4, 6))

pytestmark = pytest.mark.skipif(
    not GIVES_MESSAGE_INFO, reason='this rclpy does not number messages'
)


def test_images_replaced_by_newer_ones_are_counted(session, camera, answers):
    node = session.start(EchoNode)
    camera.ask(PICTURE, answers)
    before = node.frames.summary(0)
    for _ in range(10):
        camera.send(PICTURE)
    session.wait(lambda: node.frames.summary(0).received > before.received, 'an image')
    after = node.frames.summary(0)
    assert after.lost - before.lost + after.received - before.received == 10
    assert after.lost > before.lost


@pytest.fixture
def no_gid(monkeypatch):
    """Hide who published a message, as an older rclpy does."""
    numbered = Input._on_described

    def on_message(self, msg, details):
        number = details['publication_sequence_number']
        numbered(self, msg, {'publication_sequence_number': number})

    monkeypatch.setattr(Input, '_on_described', on_message)


@pytest.mark.usefixtures('no_gid')
def test_without_names_of_publishers_only_the_frames_of_one_alone_are_counted(
    session, camera, answers
):
    node = session.start(EchoNode)
    for _ in range(5):
        camera.ask(PICTURE, answers)
    assert node.frames.summary(0).lost is not None
    second = Camera(session)
    second.count = 100
    session.wait(lambda: node.count_publishers('image') == 2, 'second publisher')
    for one in (second, camera, second):
        one.ask(PICTURE, answers)
    assert node.frames.summary(0).lost is None
