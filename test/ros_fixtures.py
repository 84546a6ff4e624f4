"""Fixtures of the tests that use ROS."""

import pytest
from ros_session import Session, own_domain
from toy_models import write_model


@pytest.fixture
def domain_id(monkeypatch):
    """Return a ROS domain for this test alone, on this machine alone."""
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    with own_domain() as domain:
        monkeypatch.setenv('ROS_DOMAIN_ID', str(domain))
        yield domain


@pytest.fixture
def session(domain_id):
    """Return a running test node and executor."""
    running = Session(domain_id)
    yield running
    running.close()


@pytest.fixture(scope='session')
def model_folder(tmp_path_factory):
    """Return a model that sees red, green and blue squares of 32 px in 96 x 64 images."""
    return str(write_model(tmp_path_factory.mktemp('models') / 'colours'))
