"""The lifecycle node, with a small node in place of a model."""

import time

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from ros_echo import EchoNode, FailingNode
from ros_messages import raw_image
from rosgraph_msgs.msg import Clock
from std_srvs.srv import SetBool
from toy_models import picture

from robot_dl.ros.resilient import ERROR, FAILURE, SUCCESS

PICTURE = picture((4, 6))


def change(session, transition: int) -> bool:
    """Ask the node for a transition over its lifecycle service."""
    request = ChangeState.Request(transition=Transition(id=transition))
    return session.call(ChangeState, 'echo/change_state', request).success


def state(node) -> str:
    """Return the label of the node's lifecycle state."""
    return node._state_machine.current_state[1]


def opened(node) -> dict[str, int]:
    """Return how many entities of each kind the node has."""
    kinds = ('publishers', 'subscriptions', 'services', 'timers', 'clients')
    return {kind: len(list(getattr(node, kind))) for kind in kinds}


def test_a_node_starts_by_itself(session, camera, answers):
    node = session.start(EchoNode)
    assert state(node) == 'active'
    camera.ask(PICTURE, answers)


def test_without_autostart_it_waits_for_the_lifecycle_manager(session, camera, answers):
    node = session.start(EchoNode, autostart=False)
    assert state(node) == 'unconfigured'
    before = opened(node)
    assert change(session, Transition.TRANSITION_CONFIGURE)
    assert state(node) == 'inactive'
    assert session.node.count_subscribers('image') == 0
    assert change(session, Transition.TRANSITION_ACTIVATE)
    camera.ask(PICTURE, answers)
    assert change(session, Transition.TRANSITION_DEACTIVATE)
    session.wait(lambda: not camera.publisher.get_subscription_count(), 'end of subscription')
    assert change(session, Transition.TRANSITION_CLEANUP)
    assert opened(node) == before
    assert not hasattr(node, 'resource')
    assert change(session, Transition.TRANSITION_CONFIGURE)
    assert change(session, Transition.TRANSITION_ACTIVATE)
    camera.ask(PICTURE, answers)
    assert change(session, Transition.TRANSITION_ACTIVE_SHUTDOWN)
    assert opened(node) == before
    assert state(node) == 'finalized'


def test_an_impossible_transition_is_refused_and_harms_nothing(session, camera, answers):
    node = session.start(EchoNode)
    assert not change(session, Transition.TRANSITION_CONFIGURE)
    assert state(node) == 'active'
    camera.ask(PICTURE, answers)


def test_an_exception_in_load_is_logged_and_what_was_opened_is_closed(session, capfd):
    """Trap 30: exceptions in a transition are swallowed."""
    node = session.add(FailingNode(context=session.context))
    before = opened(node)
    assert not node.start()
    assert state(node) == 'unconfigured'
    assert opened(node) == before
    assert not hasattr(node, 'output')
    log = capfd.readouterr().err
    assert 'cannot configure: broken in load' in log
    assert 'RuntimeError: broken in load' in log
    assert 'ros_echo.py' in log, 'the traceback names the place'
    node.fails_in = ''
    assert node.start()
    assert state(node) == 'active'


def test_an_exception_on_activation_leaves_the_node_inactive_and_deaf(session, camera, answers):
    node = session.add(EchoNode(context=session.context))
    node.fails_in = 'begin'
    assert node.trigger_configure() == SUCCESS
    assert node.trigger_activate() == FAILURE
    assert state(node) == 'inactive'
    assert camera.publisher.get_subscription_count() == 0
    assert not node.output.is_activated
    node.fails_in = ''
    assert node.trigger_activate() == SUCCESS
    camera.ask(PICTURE, answers)


def test_an_exception_on_cleanup_ends_in_unconfigured(session, capfd):
    node = session.start(EchoNode)
    service = next(s for s in node.services if s.srv_name.endswith('extra'))
    service.destroy = lambda: 1 / 0
    node.trigger_deactivate()
    assert node.trigger_cleanup() == ERROR
    assert 'ZeroDivisionError' in capfd.readouterr().err
    assert state(node) == 'unconfigured'


def test_an_exception_in_an_answer_is_logged_once_counted_and_survived(
    session, camera, answers, capfd
):
    node = session.start(EchoNode)
    camera.ask(PICTURE, answers)
    node.fails_in = 'on_image'
    for count in range(1, 6):
        camera.send(PICTURE)
        session.wait(lambda c=count: node.frames.summary(0).errors == c, 'an error')
    node.fails_in = ''
    camera.ask(PICTURE, answers)
    log = capfd.readouterr().err
    assert log.count('cannot answer /image') == 1
    assert 'RuntimeError: broken in on_image' in log
    assert 'ros_echo.py' in log, 'the traceback names the place'
    assert node.frames.summary(time.monotonic()).last_error.endswith('broken in on_image')


def test_enable_before_activation_takes_effect_with_it(session, camera):
    node = session.start(EchoNode, autostart=False)
    off = session.call(SetBool, 'echo/enable', SetBool.Request(data=False))
    assert off.message == 'disabled, once the node is active'
    node.trigger_configure()
    node.trigger_activate()
    assert camera.publisher.get_subscription_count() == 0
    session.call(SetBool, 'echo/enable', SetBool.Request(data=True))
    session.wait(camera.publisher.get_subscription_count, 'subscription')


def values_of(report: DiagnosticArray) -> dict[str, str]:
    """Return the values of a report by their keys."""
    return {v.key: v.value for v in report.status[0].values}


def test_diagnostics_come_once_a_second_also_while_inactive(session):
    session.start(EchoNode, autostart=False)
    reports = session.record(DiagnosticArray, '/diagnostics')
    session.wait(lambda: reports, 'first report')
    started = time.monotonic()
    session.wait(lambda: len(reports) >= 3, 'more reports')
    assert 1.5 < time.monotonic() - started < 4
    status = reports[-1].status[0]
    assert (status.level, status.message) == (DiagnosticStatus.OK, 'unconfigured')
    assert status.name == 'echo: status'


def test_diagnostics_tell_rate_age_and_counts(session, camera, answers):
    session.start(EchoNode)
    reports = session.record(DiagnosticArray, '/diagnostics')
    for _ in range(5):
        camera.ask(PICTURE, answers)
    report = session.wait(
        lambda: [r for r in reports if values_of(r)['frames_processed'] != '0'], 'report'
    )[-1]
    values = values_of(report)
    assert int(values['frames_processed']) >= 5
    assert values['frames_received'] == values['frames_processed']
    assert float(values['rate_hz']) >= 1
    assert float(values['image_age_p50_ms']) > 1e9, 'the images are stamped in 1970'
    assert 'stamps are of a simulation (10' in report.status[0].message
    assert 'set use_sim_time:=true' in report.status[0].message


def test_stamps_follow_a_paused_simulation_and_reports_go_on(session, camera, answers):
    session.start(EchoNode, use_sim_time=True)
    clock = session.node.create_publisher(Clock, '/clock', 1)
    reports = session.record(DiagnosticArray, '/diagnostics')
    session.wait(clock.get_subscription_count, 'subscriber of the clock')
    paused = Clock(clock=Time(sec=1002, nanosec=5))
    clock.publish(paused)
    session.wait(lambda: [r for r in reports if r.header.stamp == paused.clock], 'simulated stamp')
    header = camera.ask(PICTURE, answers).header
    reports.clear()
    session.wait(lambda: len(reports) >= 2, 'reports while the clock stands still')
    assert {r.header.stamp.sec for r in reports} == {1002}
    age_s = 1002 - header.stamp.sec
    assert float(values_of(reports[-1])['image_age_p95_ms']) == pytest.approx(age_s * 1000)


def test_a_misspelt_parameter_is_logged(session, capfd):
    session.add(EchoNode(context=session.context, cli_args=['--ros-args', '-p', 'thread:=2']))
    assert "unknown parameter 'thread'. Did you mean 'threads'" in capfd.readouterr().err


def test_toggling_under_load_loses_nothing_but_images(session, camera, answers):
    node = session.start(EchoNode)
    request = SetBool.Request()
    for i in range(20):
        request.data = bool(i % 2)
        camera.publisher.publish(raw_image(PICTURE, 'rgb8'))
        session.call(SetBool, 'echo/enable', request)
    camera.ask(PICTURE, answers)
    assert node.frames.summary(0).errors == 0
