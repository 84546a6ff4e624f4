"""Fixtures of the tests that use ROS."""

import pytest
from ros_session import Camera, Session, own_domain
from toy_models import write_model


@pytest.fixture(scope='module')
def _this_machine_only():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        yield


@pytest.fixture
def domain_id(_this_machine_only, monkeypatch):
    """Return a ROS domain for this test alone, on this machine alone."""
    with own_domain() as domain:
        monkeypatch.setenv('ROS_DOMAIN_ID', str(domain))
        yield domain


@pytest.fixture
def session(domain_id):
    """Return a running test node and executor."""
    running = Session(domain_id)
    yield running
    running.close()


@pytest.fixture(scope='module')
def shared_session(_this_machine_only):
    """Return a session for all tests of a module, for those that use no topics."""
    with own_domain() as domain:
        running = Session(domain)
        yield running
        running.close()


@pytest.fixture(scope='session')
def model_folder(tmp_path_factory):
    """Return a model that sees red, green and blue squares of 32 px in 96 x 64 images."""
    return str(write_model(tmp_path_factory.mktemp('models') / 'colours'))


@pytest.fixture
def camera(session):
    """Return a camera on the topic `image`."""
    return Camera(session)
