"""Fixtures of this folder."""

import pytest
from ros_echo import Answers
from ros_fixtures import (
    _this_machine_only,
    camera,
    domain_id,
    model_folder,
    session,
    shared_session,
)
from std_msgs.msg import Header


@pytest.fixture
def answers(session):
    """Return what the echo node answers, as it comes."""
    received = Answers()
    session.node.create_subscription(Header, 'answers', received.append, 10)
    return received
