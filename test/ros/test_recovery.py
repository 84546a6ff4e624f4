"""What goes wrong in a callback: survived, told, and when it always goes wrong, given up."""

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.msg import Transition, TransitionEvent
from lifecycle_msgs.srv import ChangeState, GetState
from ros_echo import EchoNode
from ros_messages import raw_image
from ros_session import NodeProcess
from std_srvs.srv import SetBool
from toy_models import picture

from robot_dl.ros.answering import MOST_REPEATS

PICTURE = picture((4, 6))
BROKEN = 'RuntimeError: broken in on_image'


@pytest.fixture
def node(session, camera, answers):
    running = session.start(EchoNode)
    camera.ask(PICTURE, answers)
    return running


def fail(session, node, camera, times: int, image=PICTURE) -> None:
    """Send images that fail, one by one."""
    for _ in range(times):
        errors = node.frames.summary(0).errors
        camera.send(image)
        session.wait(lambda n=errors: node.frames.summary(0).errors > n, 'an error')


def give_up(session, node, camera) -> None:
    """Let the node fail until it gives up."""
    node.fails_in = 'on_image'
    fail(session, node, camera, MOST_REPEATS)
    session.wait(lambda: node.has_given_up, 'the end of its patience')


def lifecycle_state(session) -> str:
    """Return what `ros2 lifecycle get` shows."""
    return session.call(GetState, 'echo/get_state', GetState.Request()).current_state.label


def test_the_same_exception_ten_times_in_a_row_leads_through_the_error_state_to_inactive(
    session, node, camera, capfd
):
    events = session.record(TransitionEvent, 'echo/transition_event')
    reports = session.record(DiagnosticArray, '/diagnostics')
    session.wait(lambda: reports, 'discovery')
    give_up(session, node, camera)
    assert lifecycle_state(session) == 'inactive'
    goals = ['deactivating', 'errorprocessing', 'unconfigured', 'configuring', 'inactive']
    session.wait(lambda: len(events) >= len(goals), 'transitions')
    assert [event.goal_state.label for event in events] == goals
    found = lambda: [r for r in reports if 'gave up' in r.status[0].message]  # noqa: E731
    status = session.wait(found, 'report')[0].status[0]
    assert status.level == DiagnosticStatus.ERROR
    assert f'gave up: /image: {BROKEN} (10 times in a row)' in status.message
    assert 'Revive it by ~/enable true, or by the transition activate' in status.message
    assert {v.key: v.value for v in status.values}['errors'] == '10'
    log = capfd.readouterr().err
    assert 'ros_echo.py' in log, 'the traceback names the place'
    assert log.count('gave up:') == 1
    session.wait(lambda: not camera.publisher.get_subscription_count(), 'end of subscription')


def test_nine_times_or_with_a_success_in_between_is_no_reason(session, node, camera, answers):
    node.fails_in = 'on_image'
    fail(session, node, camera, MOST_REPEATS - 1)
    node.fails_in = ''
    camera.ask(PICTURE, answers)
    node.fails_in = 'on_image'
    fail(session, node, camera, MOST_REPEATS - 1)
    node.fails_in = ''
    camera.ask(PICTURE, answers)
    assert lifecycle_state(session) == 'active'


def test_enable_revives_it(session, node, camera, answers):
    give_up(session, node, camera)
    node.fails_in = ''
    on = session.call(SetBool, 'echo/enable', SetBool.Request(data=True))
    assert (on.success, on.message) == (True, 'enabled')
    assert lifecycle_state(session) == 'active'
    assert node.failure == ''
    camera.ask(PICTURE, answers)


def test_a_transition_revives_it(session, node, camera, answers):
    give_up(session, node, camera)
    node.fails_in = ''
    request = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_ACTIVATE))
    assert session.call(ChangeState, 'echo/change_state', request).success
    camera.ask(PICTURE, answers)


def test_what_fails_again_is_given_up_again(session, node, camera):
    give_up(session, node, camera)
    session.call(SetBool, 'echo/enable', SetBool.Request(data=True))
    assert lifecycle_state(session) == 'active'
    give_up(session, node, camera)
    assert lifecycle_state(session) == 'inactive'


def test_enable_does_not_activate_a_node_that_was_cleaned_up_meanwhile(session, node, camera):
    """A node that an operator had configured anew, to keep it inactive, was activated."""
    give_up(session, node, camera)
    for wanted in (Transition.TRANSITION_CLEANUP, Transition.TRANSITION_CONFIGURE):
        request = ChangeState.Request(transition=Transition(id=wanted))
        assert session.call(ChangeState, 'echo/change_state', request).success
    on = session.call(SetBool, 'echo/enable', SetBool.Request(data=True))
    assert on.message == 'enabled, once the node is active'
    assert lifecycle_state(session) == 'inactive'


class GoneNode(EchoNode):
    """Its model can be gone when it is opened anew."""

    is_gone = False

    def load(self):
        """Open the model."""
        if type(self).is_gone:
            raise FileNotFoundError('the model is gone')


def test_a_model_that_is_gone_by_then_leaves_it_unconfigured_and_enable_tells_why(
    session, camera, answers, monkeypatch
):
    node = session.start(GoneNode)
    camera.ask(PICTURE, answers)
    monkeypatch.setattr(GoneNode, 'is_gone', True)
    give_up(session, node, camera)
    assert lifecycle_state(session) == 'unconfigured'
    on = session.call(SetBool, 'echo/enable', SetBool.Request(data=True))
    reason = 'cannot enable: cannot configure: the model is gone'
    assert (on.success, on.message) == (False, reason)
    monkeypatch.setattr(GoneNode, 'is_gone', False)
    node.fails_in = ''
    assert session.call(SetBool, 'echo/enable', SetBool.Request(data=True)).success
    camera.ask(PICTURE, answers)


def test_bad_images_are_never_a_reason_to_give_up(session, node, camera, answers):
    bad = raw_image(PICTURE, 'rgb8')
    bad.data = b'short'
    fail(session, node, camera, 3 * MOST_REPEATS, bad)
    camera.ask(PICTURE, answers)
    assert lifecycle_state(session) == 'active'


def test_one_exception_does_not_hide_the_other_in_the_log(session, node, camera, capfd):
    """While bad images were logged, everything else that failed was not."""
    bad = raw_image(PICTURE, 'rgb8')
    bad.data = b'short'
    fail(session, node, camera, 3, bad)
    node.fails_in = 'on_image'
    fail(session, node, camera, 3)
    log = capfd.readouterr().err
    assert log.count('expected 72 bytes') == 1, 'throttled'
    assert log.count(BROKEN) == 1
    assert 'Traceback' in log


FRAGILE = """
import sys
sys.path.insert(0, {folder!r})
from ros_echo import EchoNode
from robot_dl.ros.main import run

class FragileNode(EchoNode):
    def announce(self):
        super().announce()
        self.create_timer(0.05, self.on_timer)
    def on_params(self, params):
        raise ValueError('broken in on_params')
    def on_timer(self):
        if self.params.max_rate_hz != 7.0:
            raise KeyError('broken in on_timer')

sys.exit(run(FragileNode))
"""


def test_exceptions_in_timers_and_services_do_not_end_the_process(session, domain_id, tmp_path):
    from pathlib import Path

    from rcl_interfaces.srv import SetParameters
    from rclpy.parameter import Parameter

    script = FRAGILE.format(folder=str(Path(__file__).parents[1]))
    with NodeProcess(['-c', script], domain_id, tmp_path) as process:
        process.wait_for("KeyError: 'broken in on_timer'")
        process.wait_for('(10 times in a row)')
        value = Parameter('max_rate_hz', value=7.0).to_parameter_msg()
        client = session.node.create_client(SetParameters, 'echo/set_parameters')
        session.wait(client.service_is_ready, 'service')
        client.call_async(SetParameters.Request(parameters=[value]))
        session.wait(lambda: lifecycle_state(session) == 'inactive', 'an answer of the node')
        assert process.text().count('gave up') == 1, 'who is inactive has nothing to give up'
        assert process.end() == 0
