"""A node that commands motion, with a wish in place of a model."""

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from std_msgs.msg import Bool, Empty
from toy_mover import LIMITS, MoverNode, Robot, VelocityMoverNode
from trajectory_msgs.msg import JointTrajectory

from robot_dl.ros.qos import LATCHED

pytestmark = pytest.mark.ros

WISH = [0.5, -0.5, 1.0]


@pytest.fixture
def robot(session):
    """Return the robot that is commanded."""
    return Robot(session)


def positions(robot):
    """Return what the robot was told, as lists."""
    return [list(msg.points[0].positions) for msg in robot.told]


def arrives(session, robot):
    """Wait until the robot is where the node wants it."""
    session.wait(lambda: robot.told and positions(robot)[-1] == WISH, 'arrival')


def change(session, transition):
    """Ask the node for a transition."""
    request = ChangeState.Request(transition=Transition(id=transition))
    return session.call(ChangeState, 'mover/change_state', request).success


def is_silent_for(session, robot, seconds=0.3):
    """Say whether nothing more is commanded for some time."""
    count = len(robot.told) + len(robot.arrays)
    session.spin_for(seconds)
    return len(robot.told) + len(robot.arrays) == count


def test_a_node_starts_with_the_gate_closed_and_commands_nothing(session, robot):
    session.start(MoverNode, **LIMITS)
    session.wait(lambda: robot.states, 'gate_state')
    assert robot.state() == 'closed'
    session.wait(robot.publisher.get_subscription_count, 'ears')
    assert is_silent_for(session, robot)
    assert not robot.told


def test_an_open_gate_blends_in_from_the_measured_state(session, robot):
    session.start(MoverNode, **LIMITS, blend_in_s=0.3)
    robot.open()
    arrives(session, robot)
    session.wait(lambda: len(robot.states) >= 3, 'the states')
    assert [s.message for s in robot.states[:3]] == ['closed', 'blending', 'open']
    assert robot.told[0].joint_names == ['hip', 'knee', 'ankle']
    assert positions(robot)[0] == [0.1, 0.2, 0.3]
    hips = [p[0] for p in positions(robot)]
    assert hips == sorted(hips)


def test_a_trajectory_is_one_point_that_starts_at_once_and_ends_soon(session, robot):
    session.start(MoverNode, **LIMITS)
    robot.open()
    session.wait(lambda: len(robot.told) > 5, 'commands')
    for msg in robot.told:
        [point] = msg.points
        assert (msg.header.stamp.sec, msg.header.stamp.nanosec) == (0, 0)
        assert (len(point.velocities), point.time_from_start.sec) == (0, 0)
        assert 20_000_000 - 1 <= point.time_from_start.nanosec <= 50_000_000


def test_the_model_stays_and_nothing_moves_when_the_gate_is_closed(session, robot):
    node = session.start(MoverNode, **LIMITS, blend_in_s=0.1)
    robot.open()
    arrives(session, robot)
    assert robot.enable(on=False) == (True, 'disabled')
    session.wait(lambda: robot.state() == 'closed: disabled by ~/enable', 'closed gate')
    assert node.is_equipped
    assert positions(robot)[-1] == WISH, 'trap 17: it is held'
    assert is_silent_for(session, robot)
    robot.open()
    assert node.opened == 2


def test_commands_go_where_they_are_remapped_to(session, robot):
    told = session.record(JointTrajectory, '/arm_controller/joint_trajectory')
    remap = ['--ros-args', '-r', 'joint_trajectory:=arm_controller/joint_trajectory']
    session.start(MoverNode, remap, **LIMITS)
    session.wait(lambda: robot.enable()[0], 'the gate')
    assert robot.enable()[1] == 'enabled: commands go to /arm_controller/joint_trajectory'
    session.wait(lambda: told, 'commands')


def test_velocities_go_to_commands_in_the_controller_s_order(session, robot):
    session.start(VelocityMoverNode, **LIMITS, joints=['ankle', 'hip', 'knee'], blend_in_s=0.0)
    robot.open()
    session.wait(lambda: robot.arrays and robot.arrays[-1] == [1.0, 0.5, -0.5], 'velocities')
    robot.enable(on=False)
    session.wait(lambda: robot.arrays[-1] == [0.0, 0.0, 0.0], 'a stop')


def test_a_dry_run_tells_only_shadows(session, robot):
    shadows = session.record(JointTrajectory, '/mover/shadow/joint_trajectory')
    session.start(MoverNode, **LIMITS, dry_run=True)
    robot.open()
    session.wait(lambda: len(shadows) > 5, 'shadows')
    assert not robot.told
    assert session.node.count_publishers('/joint_trajectory') == 0


@pytest.mark.parametrize('qos', [10, LATCHED])
def test_an_emergency_stop_is_heard_from_every_publisher(session, robot, qos):
    session.start(MoverNode, **LIMITS, blend_in_s=0.1)
    robot.open()
    arrives(session, robot)
    button = session.node.create_publisher(Bool, 'emergency_stop', qos)
    session.wait(button.get_subscription_count, 'ears')
    button.publish(Bool(data=True))
    session.wait(lambda: 'emergency stop' in robot.state(), 'the stop')
    assert robot.enable() == (False, 'the emergency stop is pressed')
    button.publish(Bool(data=False))
    session.wait(lambda: robot.enable()[0], 'the gate')


def test_a_button_that_was_pressed_before_the_node_started_is_known(session, robot):
    session.node.destroy_publisher(robot.stop)
    button = session.node.create_publisher(Bool, 'emergency_stop', LATCHED)
    button.publish(Bool(data=True))
    session.start(MoverNode, **LIMITS)
    session.wait(lambda: 'pressed' in robot.enable()[1], 'the reason')


def test_a_heart_that_stops_to_beat_stops_the_robot(session, robot):
    session.start(MoverNode, **LIMITS, heartbeat_timeout_s=1.0)
    heart = session.node.create_timer(0.05, lambda: robot.heart.publish(Empty()))
    robot.open()
    session.wait(lambda: robot.state() == 'open', 'open gate')
    heart.cancel()
    session.wait(lambda: 'nothing new on heartbeat' in robot.state(), 'the stop')


@pytest.mark.parametrize('transition', ['deactivate', 'shutdown', 'destroy'])
def test_whatever_ends_the_node_stops_the_robot_first(session, robot, transition):
    limits = {**LIMITS, 'velocity_max': [1.0], 'acceleration_max': [5.0]}
    node = session.start(MoverNode, **limits)
    robot.open()
    session.wait(lambda: len(robot.told) > 25, 'motion')
    if transition == 'deactivate':
        assert change(session, Transition.TRANSITION_DEACTIVATE)
    elif transition == 'shutdown':
        assert change(session, Transition.TRANSITION_ACTIVE_SHUTDOWN)
    else:
        session.executor.remove_node(node)
        node.destroy_node()
    session.wait(lambda: is_silent_for(session, robot), 'silence')
    assert node.motion is None or not node.motion.is_open
    steps = np.abs(np.diff([p[2] for p in positions(robot)]))
    assert steps.max() > 0.01
    assert steps[-1] < steps.max() / 2, 'it was braked'


def test_a_node_that_was_deactivated_opens_again_only_when_asked(session, robot):
    session.start(MoverNode, **LIMITS)
    robot.open()
    session.wait(lambda: robot.told, 'motion')
    assert change(session, Transition.TRANSITION_DEACTIVATE)
    assert robot.enable() == (False, 'the node is inactive; activate it first')
    session.wait(lambda: is_silent_for(session, robot), 'silence')
    assert change(session, Transition.TRANSITION_ACTIVATE)
    assert is_silent_for(session, robot)
    robot.open()
    session.wait(lambda: not is_silent_for(session, robot, 0.1), 'commands')
    assert change(session, Transition.TRANSITION_DEACTIVATE)
    session.wait(lambda: is_silent_for(session, robot), 'silence')
    assert change(session, Transition.TRANSITION_CLEANUP)
    assert change(session, Transition.TRANSITION_CONFIGURE)
    assert change(session, Transition.TRANSITION_ACTIVATE)
    assert is_silent_for(session, robot)
    robot.open()


def test_an_exception_in_a_callback_stops_the_robot(session, robot):
    node = session.start(MoverNode, **LIMITS, blend_in_s=0.1)
    robot.open()
    arrives(session, robot)
    timer = node.create_timer(0.01, lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError) as caught:
        session.spin_for(5.0)
    timer.cancel()
    node.report_exception(caught.value)
    fault = 'fault: ZeroDivisionError: division by zero'
    session.wait(lambda: robot.state() == fault, 'the fault')
    assert robot.states[-1].level == DiagnosticStatus.ERROR
    assert robot.states[-1].name == 'mover: gate'


def test_diagnostics_tell_how_the_gate_is_and_what_it_refused(session, robot):
    node = session.start(MoverNode, **LIMITS, blend_in_s=0.1)
    reports = session.record(DiagnosticArray, '/diagnostics')
    robot.open()
    arrives(session, robot)
    node.wish = (0.5, float('nan'), 1.0)
    session.wait(lambda: 'fault' in robot.state(), 'the fault')

    def told():
        return [s for r in reports for s in r.status if s.message.startswith('gate fault')]

    [status, *_] = session.wait(told, 'diagnostics')
    assert status.level == DiagnosticStatus.ERROR
    values = {v.key: v.value for v in status.values}
    assert values['gate'] == 'fault'
    assert values['refused_nan'] == '1'
    assert values['last_breach'] == 'knee: expected a number, got nan'


def test_without_limits_the_node_runs_but_the_gate_does_not_open(session, robot):
    session.start(MoverNode)
    session.wait(lambda: 'position_low' in robot.enable()[1], 'the reason')
    assert robot.enable()[1].startswith('joint hip has no limit position_low: set the parameter')


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'stop': 'zero'}, 'a position of zero is a place to go to and no stop; take hold'),
        ({'output': 'cmd_vel'}, 'output: cmd_vel carries twist, but the model commands position'),
        ({'joints': ['hip', 'nee']}, "joints: unknown joint 'nee'. Did you mean 'knee'?"),
        ({'joints': ['hip', 'knee']}, 'joints: the model also commands ankle; name them all'),
        ({'velocity_max': [1.0, 2.0]}, 'velocity_max: expected 1 number, or 3 for hip, knee'),
        ({'velocity_max': [0.0]}, 'joint hip: velocity_max must be greater than 0, got 0'),
        ({'position_low': [3.0]}, 'joint hip: position_low 3 is above position_high 2'),
        ({'urdf': '/nowhere.urdf'}, '/nowhere.urdf: No such file or directory'),
    ],
)
def test_parameters_that_make_no_sense_keep_the_node_from_starting(session, changes, reason):
    node = session.start(MoverNode, **{**LIMITS, **changes})
    assert reason in node.failure
    assert node.state == 'unconfigured'
