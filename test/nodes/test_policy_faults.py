"""Everything that goes wrong with a policy on a robot: what the robot is told, and when.

The node is a process of its own; every row of the table in docs/safety.md is a test, which
prints what it has measured (pytest -rP).
"""

import signal
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from builtin_interfaces.msg import Time
from hanging_policy_node import HANGS_AT, HANGS_S
from onnx import helper
from policy_robot import LIMITS, Robot
from ros_session import NodeProcess, Session, own_domain
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Bool
from toy_policies import JOINTS, PUSH, graph, write_policy
from trajectory_msgs.msg import JointTrajectory

pytestmark = pytest.mark.ros

NODE = Path(__file__).parents[1] / 'hanging_policy_node.py'
SPEED = 0.5
TIMEOUT_S = 0.3
# A loaded machine of two cores hears and speaks late; what a stop takes is printed, not judged.
LATE_S = 2.0
REST = {'hip': 0.1, 'knee': 0.2, 'ankle': 0.3}
FAR, NAN = 2.0, 4.0
PARAMETERS = {
    **LIMITS,
    'velocity_max': [SPEED],
    'acceleration_max': [20.0],
    'blend_in_s': 0.2,
    'input_timeout_s': TIMEOUT_S,
    'command_timeout_s': TIMEOUT_S,
}


def network():
    """Return a policy that rests, unless the velocities tell it otherwise.

    It wants every joint 1 rad farther for each 1 rad/s of the hip, and NaN once the ankle has
    more than 2 rad/s. Half of what it sees of a joint goes into what it wants of that joint.
    """
    weights = np.zeros((9, 3))
    weights[:3] = 2.0 * np.eye(3)
    weights[3] = 8.0
    odd = np.zeros((9, 3))
    odd[5] = -1.0
    nodes = [
        helper.make_node('MatMul', ['obs', 'weights'], ['wish']),
        helper.make_node('MatMul', ['obs', 'odd'], ['less']),
        helper.make_node('Add', ['less', 'one'], ['positive']),
        helper.make_node('Log', ['positive'], ['log']),
        helper.make_node('Mul', ['log', 'nothing'], ['zero']),
        helper.make_node('Add', ['wish', 'zero'], ['action']),
    ]
    constants = {'weights': weights, 'odd': odd, 'one': np.ones(1), 'nothing': np.zeros(1)}
    return graph(nodes, {'obs': [1, 9]}, {'action': [1, 3]}, constants)


def command_line(model, **parameters):
    """Return how the node is started."""
    values = {'model': model, **PARAMETERS, **parameters}
    texts = {
        name: yaml.safe_dump(value, default_flow_style=True) for name, value in values.items()
    }
    words = [
        word for n, text in texts.items() for word in ('-p', f'{n}:={text.split(chr(10))[0]}')
    ]
    return [str(NODE), '--ros-args', *words]


class Patient(Robot):
    """A robot to whom things happen, and who knows how long the answer took."""

    def __init__(self, session):
        super().__init__(session)
        self.began_s = 0.0

    def recover(self):
        """Be as at first, and have the gate opened."""
        self.names, self.changes = list(JOINTS), {}
        self.is_sending, self.is_frozen = True, False
        self.velocities = dict.fromkeys(JOINTS, 0.0)
        self.stop.publish(Bool(data=False))
        self.enable(on=False)
        self.session.wait(lambda: self.state.startswith('closed'), 'a closed gate')
        self.session.wait(lambda: self.told_nothing_for(0.1), 'silence')
        self.told.clear()
        self.positions.update(REST)
        self.session.spin_for(0.2)
        self.open()

    def told_nothing_for(self, seconds):
        """Say whether nobody has told it anything lately."""
        return not self.told or time.monotonic() - self.told[-1][0] > seconds

    def move(self):
        """Be told to go far, and be under way."""
        self.recover()
        self.velocities['hip'] = FAR
        self.session.wait(lambda: self.state == 'open', 'open gate')
        self.session.wait(lambda: self.told and self.last()['hip'] > 0.3, 'motion')

    def begin(self):
        """Note that something goes wrong now."""
        self.began_s, self.known = time.monotonic(), len(self.states)

    def answer_ms(self):
        """Return how long it took until the gate told that it stops."""
        words = ('stopping', 'fault', 'closed')
        known = [at_s for at_s, text in self.states[self.known :] if text.startswith(words)]
        return (known[0] - self.began_s) * 1000

    def rest_ms(self):
        """Return how long it took until the robot was told to be where it stayed."""
        moves = [b[0] for a, b in pairwise(self.told) if a[1] != b[1] and b[0] > self.began_s]
        return (moves[-1] - self.began_s) * 1000 if moves else 0.0


@pytest.fixture(scope='module')
def ground():
    """Return a session in a domain for this module."""
    with pytest.MonkeyPatch.context() as patch, own_domain() as domain:
        patch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        session = Session(domain)
        session.domain = domain
        yield session
        session.close()


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    """Return the policy."""
    return str(write_policy(tmp_path_factory.mktemp('policy') / 'patient', PUSH, network()))


@pytest.fixture(scope='module')
def shared(ground, model, tmp_path_factory):
    """Return a robot, and the node that commands it in a process of its own."""
    with NodeProcess(command_line(model), ground.domain, tmp_path_factory.mktemp('log')) as node:
        yield Patient(ground), node


@pytest.fixture
def robot(shared):
    """Return the robot."""
    return shared[0]


def stopped(robot, reason, timeout_s, told='hold'):
    """Check that the robot is stopped for a reason, held, and told nothing more in the end."""
    robot.session.wait(lambda: reason in robot.state, reason)
    robot.session.wait(lambda: robot.told_nothing_for(0.6), 'silence', LATE_S + 3.0)
    answer_ms, rest_ms = robot.answer_ms(), robot.rest_ms()
    print(f'| {reason} | {told} | {answer_ms:.0f} | {rest_ms:.0f} |')
    assert (timeout_s * 1000 - 25) <= answer_ms <= (timeout_s + LATE_S) * 1000
    assert rest_ms <= (timeout_s + LATE_S) * 1000
    resting = robot.last()
    held = [told for at_s, told in robot.told if at_s > robot.began_s + rest_ms / 1000]
    assert len(held) >= 5, 'the stop is repeated'
    assert all(told == resting for told in held)
    assert 0.3 < resting['hip'] < 2.0, 'it stays where it was, and goes nowhere'
    count = len(robot.told)
    robot.session.spin_for(0.5)
    assert len(robot.told) == count, 'nothing moves any more'


def limits_are_kept(robot):
    """Check that no command was farther from the one before than the speed allows."""
    for (_, before), (_, told) in pairwise(robot.told):
        assert max(abs(told[name] - before[name]) for name in JOINTS) <= SPEED * 0.05 + 1e-6


def stop_sending(robot):
    robot.is_sending = False


def freeze(robot):
    robot.is_frozen = True


def break_sensor(robot):
    robot.changes = {'position': [0.1, float('nan'), 0.3]}


def break_network(robot):
    robot.velocities['ankle'] = NAN


def lose_joint(robot):
    robot.changes = {'name': ['hip', 'knee', 'toe']}


def hang(robot):
    robot.velocities['knee'] = HANGS_AT


def press(robot):
    robot.stop.publish(Bool(data=True))


FAULTS = {
    'sensor stops': (stop_sending, 'nothing new on joint_states', TIMEOUT_S),
    'sensor freezes': (freeze, 'the same stamp came', TIMEOUT_S),
    'NaN sensor': (break_sensor, "a finite position of joint 'knee', got nan", 0.0),
    'NaN action': (break_network, 'hip: expected a number, got nan', 0.0),
    'joint missing': (lose_joint, "expected joint 'ankle' once", 0.0),
    'policy hangs': (hang, 'no decision for', TIMEOUT_S - 0.02),
    'emergency stop': (press, 'emergency stop', 0.0),
}


@pytest.mark.parametrize(('happens', 'reason', 'timeout_s'), FAULTS.values(), ids=FAULTS)
def test_a_moving_robot_is_held_where_it_is(robot, happens, reason, timeout_s):
    """Traps 15, 16, 17, 19 and 20, on a robot that is under way."""
    robot.move()
    robot.begin()
    happens(robot)
    stopped(robot, reason, timeout_s)
    limits_are_kept(robot)
    if happens is hang:
        robot.velocities['knee'] = 0.0
        count = len(robot.told)
        robot.session.spin_for(HANGS_S)
        assert len(robot.told) == count, 'what comes at last is not obeyed'


def test_shuffled_joints_change_nothing(robot):
    """Trap 18: the order of joints is assumed."""
    robot.recover()
    robot.velocities['hip'] = 0.25
    goal = {name: value + 0.5 for name, value in REST.items()}

    def is_there():
        return robot.told and all(abs(robot.last()[n] - goal[n]) < 0.01 for n in JOINTS)

    robot.session.wait(is_there, 'the goal')
    count, robot.names = len(robot.told), list(JOINTS[::-1])
    robot.session.wait(lambda: len(robot.told) > count + 20, 'commands')
    for _, told in robot.told[count:]:
        assert all(abs(told[name] - goal[name]) < 0.02 for name in JOINTS)
    assert robot.state == 'open'


def test_a_jump_of_one_radian_is_ridden_at_the_speed_allowed(robot):
    """Trap 16: a breach changes the output."""
    robot.recover()
    robot.session.wait(lambda: robot.state == 'open', 'open gate')
    robot.begin()
    robot.velocities['hip'] = 0.5
    robot.session.wait(lambda: robot.last()['hip'] > 1.0, 'the far end')
    limits_are_kept(robot)
    ridden_ms = (robot.told[-1][0] - robot.began_s) * 1000
    print(f'| jump of 1 rad | ridden at {SPEED} rad/s | {ridden_ms:.0f} for 0.9 rad | |')
    assert ridden_ms >= 0.9 / SPEED * 1000 - 100


def test_a_robot_that_blends_in_is_stopped_there(robot):
    robot.recover()
    robot.velocities['hip'] = FAR
    robot.session.wait(lambda: robot.told, 'the first command')
    robot.begin()
    press(robot)
    robot.session.wait(lambda: 'emergency stop' in robot.state, 'the stop')
    robot.session.wait(lambda: robot.told_nothing_for(0.6), 'silence')
    print(f'| e-stop while blending | hold | {robot.answer_ms():.0f} | {robot.rest_ms():.0f} |')
    assert robot.rest_ms() < LATE_S * 1000
    limits_are_kept(robot)
    assert robot.enable() == (False, 'the emergency stop is pressed')


def test_enabling_twice_is_no_second_start(robot):
    robot.move()
    count, changes = len(robot.told), len(robot.states)
    assert robot.enable()[0]
    robot.session.wait(lambda: len(robot.told) > count + 10, 'commands')
    assert [text for _, text in robot.states[changes:]] in ([], ['open'])
    hips = [told['hip'] for _, told in robot.told]
    assert hips == sorted(hips)
    limits_are_kept(robot)


class SimulatedRobot(Patient):
    """A robot in a simulation that can be paused."""

    def __init__(self, session):
        self.clock = session.node.create_publisher(Clock, '/clock', 10)
        self.simulated_ns, self.is_paused = 0, False
        super().__init__(session)

    def send(self):
        """Publish clock and joints."""
        if self.is_paused:
            return
        self.simulated_ns += 10_000_000
        self.stamp = Time(sec=self.simulated_ns // 10**9, nanosec=self.simulated_ns % 10**9)
        self.is_frozen = True  # the stamp is set here
        self.clock.publish(Clock(clock=self.stamp))
        super().send()


def test_a_robot_in_a_paused_simulation_is_stopped(session, domain_id, model, tmp_path):
    """Trap 15: staleness is judged by ROS time, which stands still."""
    robot = SimulatedRobot(session)
    with NodeProcess(command_line(model, use_sim_time=True), domain_id, tmp_path):
        robot.move()
        robot.begin()
        robot.is_paused = True
        stopped(robot, 'nothing new on joint_states', TIMEOUT_S)


def test_a_killed_process_leaves_a_trajectory_that_ends(session, domain_id, model, tmp_path):
    """Trap 19: what the last command says lives on; so the last command is to stand still."""
    robot = Patient(session)
    trajectories = session.record(JointTrajectory, 'joint_trajectory')
    with NodeProcess(command_line(model), domain_id, tmp_path) as node:
        robot.move()
        robot.begin()
        node.process.send_signal(signal.SIGKILL)
        session.spin_for(1.0)
        count = len(robot.told)
        session.spin_for(0.5)
        assert len(robot.told) == count, 'nobody says anything'
    last_ms = (robot.told[-1][0] - robot.began_s) * 1000
    [point] = trajectories[-1].points
    ends_ms = point.time_from_start.sec * 1000 + point.time_from_start.nanosec / 1e6
    print(
        f'| process killed | nothing; its last point ends after {ends_ms:.0f} ms | {last_ms:.0f} |'
    )
    assert last_ms < LATE_S * 1000
    assert 0 < ends_ms <= 100
    assert len(point.velocities) == 0


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_told_to_end_stops_the_robot_first(
    session, domain_id, model, tmp_path, number
):
    robot = Patient(session)
    with NodeProcess(command_line(model), domain_id, tmp_path) as node:
        robot.move()
        before = robot.told[-1][1]['hip'] - robot.told[-2][1]['hip']
        robot.begin()
        node.process.send_signal(number)
        session.wait(lambda: node.process.poll() is not None, 'the end')
        session.spin_for(0.3)
        assert node.process.returncode == 0
        assert 'Traceback' not in node.text()
    assert any('the process was told to end' in text for _, text in robot.states)
    after = robot.told[-1][1]['hip'] - robot.told[-2][1]['hip']
    print(f'| {number.name} | hold | {robot.answer_ms():.0f} | {robot.rest_ms():.0f} |')
    assert before > 0.005
    assert after < before / 2, 'it was braked'
