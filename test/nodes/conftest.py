"""Fixtures of this folder."""

import pytest
from ros_fixtures import (
    _this_machine_only,
    camera,
    domain_id,
    model_folder,
    session,
    shared_session,
)
from vision_msgs.msg import Detection2DArray


@pytest.fixture
def answers(session):
    """Return what the node under test detects, as it comes."""
    return session.record(Detection2DArray, 'detections')
