"""The policy node on real topics: what it listens to, and what it commands."""

import threading
import time

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, Twist, TwistStamped
from nav_msgs.msg import Odometry
from onnx import helper
from policy_robot import LIMITS, Robot
from sensor_msgs.msg import Image, Imu
from std_msgs.msg import Float64MultiArray, Header
from std_srvs.srv import SetBool
from tf2_msgs.msg import TFMessage
from toy_policies import JOINTS, PUSH, counting_graph, graph, linear_graph, write_policy
from trajectory_msgs.msg import JointTrajectory

from robot_dl.nodes.policy_node import PolicyNode
from robot_dl.ros.geometry import transform_msg

pytestmark = pytest.mark.ros

ORIGIN = [0.1, 0.2, 0.3]
"""Where the robot's joints are at first, which is also where they rest."""
GOES = {**LIMITS, 'velocity_max': [1000.0], 'acceleration_max': [], 'blend_in_s': 0.0}


def constant(folder, policy=None, outputs=(0.4, 0.8, -0.4), size=9, **changes) -> str:
    """Write a policy that always returns the same, whatever it sees."""
    network = linear_graph(np.zeros((size, len(outputs))), np.array(outputs))
    return str(write_policy(folder / 'constant', policy or PUSH, network, **changes))


@pytest.fixture
def push(tmp_path):
    """Return a policy that wants the joints at 0.2, 0.4 and 0.2."""
    return constant(tmp_path)


def goes_to(robot, values):
    """Wait until the robot has been told so."""

    def is_there():
        return robot.told and np.allclose([robot.last()[n] for n in JOINTS], values, atol=1e-6)

    robot.session.wait(is_there, f'the command {values}')


def test_a_policy_moves_the_joints_that_it_names(session, push):
    robot = Robot(session)
    session.start(PolicyNode, model=push, **GOES)
    robot.open()
    goes_to(robot, [0.2, 0.4, 0.2])


def test_nothing_is_sent_before_enable_and_after_disable(session, push):
    robot = Robot(session)
    session.start(PolicyNode, model=push, **GOES)
    session.wait(lambda: robot.enable(on=False)[0], 'the node')
    session.spin_for(0.3)
    assert robot.told == []
    robot.open()
    robot.enable(on=False)
    robot.wait_for('closed')
    count = len(robot.told)
    session.spin_for(0.3)
    assert len(robot.told) == count


@pytest.mark.parametrize('names', [JOINTS[::-1], ['gripper', 'knee', 'hip', 'ankle']])
def test_joints_are_matched_by_name(session, tmp_path, names):
    """Trap 18: the order of joint_states is not that of the policy, and more joints do no harm."""
    weights = np.zeros((9, 3))
    weights[3:6] = np.eye(3)  # the network returns half of each joint's velocity
    model = str(write_policy(tmp_path / 'echo', PUSH, linear_graph(weights, np.zeros(3))))
    robot = Robot(session, names)
    robot.positions['gripper'] = robot.velocities['gripper'] = 9.0
    robot.velocities.update(hip=0.8, knee=1.6, ankle=2.4)
    session.start(PolicyNode, model=model, **GOES)
    robot.open()
    goes_to(robot, [0.2, 0.4, 0.6])


def test_commands_are_in_the_controller_s_order(session, push):
    robot = Robot(session)
    arrays = session.record(Float64MultiArray, 'commands')
    session.start(
        PolicyNode, model=push, output='commands', joints=['ankle', 'hip', 'knee'], **GOES
    )
    session.wait(lambda: robot.enable()[0], 'the gate')
    session.wait(lambda: arrays and np.allclose(arrays[-1].data, [0.2, 0.2, 0.4]), 'the order')


def test_joints_of_a_controller_that_are_not_the_policy_s_are_refused(session, push):
    node = session.start(PolicyNode, model=push, joints=['hip', 'knee', 'elbow'], **LIMITS)
    assert node.state == 'unconfigured'
    assert "unknown joint 'elbow'" in node.failure


def test_a_dry_run_commands_nothing(session, push):
    robot = Robot(session)
    shadows = session.record(JointTrajectory, '/policy_node/shadow/joint_trajectory')
    session.start(PolicyNode, model=push, dry_run=True, **GOES)
    robot.open()
    session.wait(lambda: len(shadows) > 5, 'what would have been commanded')
    assert robot.told == []
    assert session.node.count_publishers('joint_trajectory') == 0


REFUSED = {
    'a joint is missing': ({'name': ['hip', 'knee', 'toe']}, "expected joint 'ankle' once"),
    'a joint is told twice': (
        {'name': ['hip', 'knee', 'hip']},
        "joint 'hip' once, got it 2 times",
    ),
    'no velocities': ({'velocity': []}, 'expected a velocity for each of 3 joints, got 0'),
    'too few positions': ({'position': [0.0]}, 'expected a position for each of 3 joints, got 1'),
    'NaN': ({'velocity': [0.0, float('nan'), 0.0]}, "a finite velocity of joint 'knee', got nan"),
}


@pytest.mark.parametrize(('changes', 'reason'), REFUSED.values(), ids=REFUSED)
def test_joint_states_that_do_not_tell_what_is_needed_are_refused(session, push, changes, reason):
    """Trap 20: what is missing or NaN is named, and the gate stays closed."""
    robot = Robot(session)
    robot.changes = changes
    session.start(PolicyNode, model=push, **LIMITS)
    session.wait(lambda: reason in robot.enable()[1], reason)
    assert robot.enable()[0] is False
    robot.changes = {}
    robot.open()


def test_the_state_of_a_recurrent_policy_begins_anew_with_enable(session, tmp_path):
    counting = {**PUSH, 'recurrent': {'h_in': 'h_out'}}
    model = str(write_policy(tmp_path / 'count', counting, counting_graph(9, 3)))
    robot = Robot(session)
    node = session.start(PolicyNode, model=model, **{**GOES, 'position_high': [1e6]})
    for _ in range(2):
        robot.positions.update(zip(JOINTS, ORIGIN, strict=True))
        session.spin_for(0.05)
        before = node.tally.details()['decisions']
        robot.open()
        first = len(robot.told)
        session.wait(lambda n=first: len(robot.told) > n + 10, 'commands')
        # It begins where it stands, whatever the number of runs before.
        assert robot.told[first][1]['hip'] < 1.0, before
        robot.enable(on=False)
        robot.wait_for('closed')


def test_a_history_begins_anew_with_enable(session, push):
    robot = Robot(session)
    node = session.start(PolicyNode, model=push, **GOES)
    robot.open()
    session.wait(lambda: np.any(node.policy.loop.reader.last_action), 'an action')
    robot.enable(on=False)
    epoch = node.motion.epoch
    robot.open()
    session.wait(lambda: node.epoch == epoch + 1, 'a new beginning')


def test_only_what_the_card_needs_is_subscribed(session, push):
    node = session.start(PolicyNode, model=push, **LIMITS)
    names = [
        name
        for of in (node, node.lead._hot._node)
        for name, _ in session.node.get_subscriber_names_and_types_by_node(
            of.get_name(), of.get_namespace()
        )
    ]
    session.wait(lambda: session.node.count_subscribers('joint_states'), 'the subscription')
    assert not {'/imu', '/odom', '/command', '/goal', '/image', '/tf'} & set(names)


def test_it_decides_at_its_own_rate_by_the_stamps(session, push):
    """A sensor of 200 Hz, and a policy of 50 Hz, whatever the clock says."""
    robot = Robot(session)
    robot.is_sending = False
    node = session.start(PolicyNode, model=push, **GOES)
    session.wait(robot.publisher.get_subscription_count, 'the subscription')
    robot.timer.cancel()
    chosen = [s for s in range(0, 1_000_000_000, 5_000_000) if node.pace.is_due(s)]
    assert len(chosen) == 50


def test_a_sensor_slower_than_the_policy_is_told(session, push):
    robot = Robot(session, period_s=0.1)
    session.start(PolicyNode, model=push, **{**LIMITS, 'input_timeout_s': 1.0})
    told = session.record(DiagnosticArray, '/diagnostics')
    session.wait(
        lambda: any('the policy has learned' in m.status[0].message for m in told), 'the complaint'
    )
    assert robot.told == []


def test_a_silent_sensor_is_explained(session, push):
    session.start(PolicyNode, model=push, **LIMITS)
    told = session.record(DiagnosticArray, '/diagnostics')
    session.wait(
        lambda: any('no joint_states for' in m.status[0].message for m in told), 'the complaint'
    )
    assert 'no publisher' in told[-1].status[0].message


def test_a_watchdog_that_would_bite_between_two_decisions_is_refused(session, tmp_path):
    slow = {**PUSH, 'action': {**PUSH['action'], 'chunk': 50}}
    model = str(write_policy(tmp_path / 'slow', slow))
    node = session.start(PolicyNode, model=model, **LIMITS)
    assert 'command_timeout_s: the model decides every 1 s; expected at least 1.2' in node.failure


DRIVE = {
    'rate_hz': 50,
    'observation': ['base_linear_velocity', 'command'],
    'action': {'kind': 'twist', 'axes': ['linear.x', 'angular.z']},
}
SPEEDS = {
    'linear_speed_max': 5.0,
    'linear_acceleration_max': 1000.0,
    'angular_speed_max': 5.0,
    'angular_acceleration_max': 1000.0,
    'blend_in_s': 0.0,
}


@pytest.fixture
def drive(tmp_path):
    """Return a policy for a base that goes twice as fast as it is asked to."""
    weights = np.zeros((6, 2))
    weights[3, 0] = weights[5, 1] = 2.0
    return str(write_policy(tmp_path / 'drive', DRIVE, linear_graph(weights, np.zeros(2))))


class Base:
    """Publishes odometry and a command at 50 Hz."""

    def __init__(self, session, kind=Twist):
        self.session, self.kind, self.is_asked = session, kind, True
        self.odom = session.node.create_publisher(Odometry, 'odom', 10)
        self.command = session.node.create_publisher(kind, 'command', 10)
        session.node.create_timer(0.02, self.send)

    def send(self):
        stamp = self.session.node.get_clock().now().to_msg()
        msg = Odometry(header=Header(stamp=stamp))
        msg.pose.pose.orientation.w = 1.0
        self.odom.publish(msg)
        if self.is_asked:
            asked = self.kind()
            twist = getattr(asked, 'twist', asked)
            twist.linear.x, twist.angular.z = 0.25, -0.5
            self.command.publish(asked)

    def open(self):
        self.session.wait(
            lambda: (
                self.session.call(
                    SetBool, 'policy_node/enable', SetBool.Request(data=True)
                ).success
            ),
            'the gate',
        )


@pytest.mark.parametrize('stamped', [False, True])
def test_a_base_is_driven_by_twists(session, drive, stamped):
    kind = TwistStamped if stamped else Twist
    base, sent = Base(session, kind), session.record(kind, 'cmd_vel')
    session.start(PolicyNode, model=drive, stamped=stamped, stamped_command=stamped, **SPEEDS)
    base.open()

    def is_right():
        twist = sent and getattr(sent[-1], 'twist', sent[-1])
        return twist and np.allclose([twist.linear.x, twist.angular.z], [0.5, -1.0])

    session.wait(is_right, 'the twist')


def test_a_command_that_stops_to_come_stops_the_base(session, drive):
    """Trap 19: the last command does not live on."""
    base, sent = Base(session), session.record(Twist, 'cmd_vel')
    node = session.start(PolicyNode, model=drive, **SPEEDS)
    base.open()
    session.wait(lambda: sent and sent[-1].linear.x == 0.5, 'the twist')
    base.is_asked = False
    session.wait(lambda: sent[-1].linear.x == 0.0, 'a stop')
    assert 'nothing new on command' in node.motion.report().reason


def test_a_policy_may_go_on_with_a_command_of_zero(session, drive):
    """A legged robot must go on to balance when nobody asks for anything."""
    base, sent = Base(session), session.record(Twist, 'cmd_vel')
    node = session.start(PolicyNode, model=drive, stale_command='zero', **SPEEDS)
    base.open()
    session.wait(lambda: sent and sent[-1].linear.x == 0.5, 'the twist')
    base.is_asked = False
    session.wait(lambda: sent[-1].linear.x == 0.0, 'a command of zero')
    assert node.motion.is_open


GOAL = {
    'rate_hz': 50,
    'joints': JOINTS,
    'observation': [{'term': 'goal_position', 'frame': 'tcp'}],
    'action': {'kind': 'joint_velocity'},
}


class World:
    """Publishes the frame `tcp` in `base`, turned by 90 degrees about z and moved."""

    def __init__(self, session, robot):
        self.robot = robot
        self.base_T_tcp = np.array(
            [[0.0, -1, 0, 1.0], [1, 0, 0, 2.0], [0, 0, 1, 3.0], [0, 0, 0, 1]]
        )
        self.tf = session.node.create_publisher(TFMessage, 'tf', 100)
        self.goal = session.node.create_publisher(PoseStamped, 'goal', 10)
        session.node.create_timer(0.01, self.send)

    def send(self):
        stamp = self.robot.stamp or Time()
        self.tf.publish(
            TFMessage(transforms=[transform_msg('base', 'tcp', self.base_T_tcp, stamp)])
        )

    def tell(self, x, y, z, frame='base'):
        goal = PoseStamped(header=Header(frame_id=frame))
        goal.pose.position.x, goal.pose.position.y, goal.pose.position.z = x, y, z
        goal.pose.orientation.w = 1.0
        self.goal.publish(goal)


def test_a_goal_is_seen_in_the_frame_that_the_term_names(session, tmp_path):
    """Trap 10: at the time of the measurement, and in the frame of the tool."""
    robot = Robot(session)
    world = World(session, robot)
    model = write_policy(tmp_path / 'goal', GOAL, linear_graph(np.eye(3), np.zeros(3)))
    session.start(PolicyNode, model=str(model), **GOES)
    session.wait(lambda: 'goal: none has come yet' in robot.enable()[1], 'a refusal')
    session.wait(world.goal.get_subscription_count, 'a subscription')
    world.tell(1.5, 2.25, 3.0)
    robot.open()
    tcp_T_base = np.linalg.inv(world.base_T_tcp)
    goes_to(robot, (tcp_T_base @ [1.5, 2.25, 3.0, 1])[:3])
    world.tell(0.125, 0.25, 0.5, frame='tcp')
    goes_to(robot, [0.125, 0.25, 0.5])


def test_without_the_frames_nothing_is_decided_and_the_robot_is_stopped(session, tmp_path):
    """A goal in a frame that nobody knows is not taken as one in the right frame."""
    robot = Robot(session)
    world = World(session, robot)
    model = write_policy(tmp_path / 'goal', GOAL, linear_graph(np.eye(3), np.zeros(3)))
    node = session.start(PolicyNode, model=str(model), **GOES)
    session.wait(world.goal.get_subscription_count, 'a subscription')
    world.tell(1.5, 2.25, 3.0, frame='moon')
    robot.open()
    session.wait(lambda: not node.motion.is_open, 'a stop')
    assert 'no decision' in node.motion.report().reason
    assert int(node.tally.details()['decisions_without_transform']) > 0
    assert all(np.allclose(list(positions.values()), 0) for _, positions in robot.told)


IMU = {
    'rate_hz': 50,
    'joints': JOINTS,
    'observation': ['projected_gravity', 'joint_velocity'],
    'action': {'kind': 'joint_effort'},
}


def test_an_imu_that_measures_no_orientation_is_refused(session, tmp_path):
    robot = Robot(session)
    model = constant(tmp_path, IMU, (1.0, 2.0, 3.0), 6)
    node = session.start(PolicyNode, model=model, **LIMITS, blend_in_s=0.0)
    publisher = session.node.create_publisher(Imu, 'imu', 10)
    blind = Imu(orientation_covariance=[-1.0, *[0.0] * 8])

    def tell(msg):
        msg.header.stamp = session.node.get_clock().now().to_msg()
        publisher.publish(msg)

    def refused():
        tell(blind)
        return 'imu: expected its orientation, which this sensor does not' in robot.enable()[1]

    session.wait(refused, 'a refusal')
    level = Imu()
    level.orientation.w = 1.0

    def is_open():
        tell(level)
        return robot.enable()[0]

    session.wait(is_open, 'the gate')
    assert node.motion.is_open


def test_an_image_may_lead(session, tmp_path):
    nodes = [
        helper.make_node('GlobalAveragePool', ['image'], ['pooled']),
        helper.make_node('Flatten', ['pooled'], ['action']),
    ]
    network = graph(nodes, {'image': [1, 3, 8, 8]}, {'action': [1, 3]}, {})
    policy = {
        'rate_hz': 20,
        'observation': ['image'],
        'action': {'kind': 'twist'},
    }
    model = write_policy(
        tmp_path / 'looks',
        policy,
        network,
        tensors={},
        input={'name': 'image', 'size_hw': [8, 8]},
    )
    sent = session.record(Twist, 'cmd_vel')
    session.start(PolicyNode, model=str(model), **SPEEDS, command_timeout_s=0.5)
    publisher = session.node.create_publisher(Image, 'image', 1)

    def send():
        red = Image(height=16, width=16, step=48, encoding='rgb8', data=bytes([255, 0, 0]) * 256)
        red.header.stamp = session.node.get_clock().now().to_msg()
        publisher.publish(red)

    session.node.create_timer(0.03, send)
    request = SetBool.Request(data=True)
    session.wait(lambda: session.call(SetBool, 'policy_node/enable', request).success, 'the gate')
    session.wait(lambda: sent and sent[-1].linear.x == pytest.approx(1.0), 'the twist')


def test_it_goes_through_its_lifecycle_again_and_again(session, push):
    robot = Robot(session)
    node = session.start(PolicyNode, model=push, **GOES)
    again = (
        ('trigger_deactivate', 'trigger_activate'),
        ('trigger_deactivate', 'trigger_cleanup', 'trigger_configure', 'trigger_activate'),
    )
    for transitions in ((), *again):
        for transition in transitions:
            getattr(node, transition)()
        robot.positions.update(zip(JOINTS, ORIGIN, strict=True))
        count = len(robot.told)
        robot.open()
        session.wait(lambda n=count: len(robot.told) > n, 'a command')
        goes_to(robot, [0.2, 0.4, 0.2])
    node.trigger_deactivate()
    session.spin_for(0.2)
    count = len(robot.told)
    session.spin_for(0.2)
    assert len(robot.told) == count


def test_a_silent_sensor_keeps_no_thread_from_its_end(session, push):
    """The thread of the leading input used to wait for the next message, which never came."""
    node = session.start(PolicyNode, model=push, **LIMITS)
    session.wait(lambda: any(t.name == 'input' for t in threading.enumerate()), 'the thread')
    began_s = time.monotonic()
    node.trigger_deactivate()
    assert time.monotonic() - began_s < 1.5
    node.trigger_cleanup()
    assert not any(t.name == 'input' for t in threading.enumerate())


def test_a_network_that_fails_stops_the_robot_and_is_named(session, tmp_path):
    """The graph looks something up in a table that has an entry for a robot at rest only."""
    nodes = [
        helper.make_node('Slice', ['obs', 'start', 'end', 'axis'], ['first']),
        helper.make_node('Mul', ['first', 'much'], ['place']),
        helper.make_node('Cast', ['place'], ['index'], to=7),
        helper.make_node('Gather', ['rows', 'index'], ['found'], axis=0),
        helper.make_node('Reshape', ['found', 'shape'], ['action']),
    ]
    constants = {
        'start': np.array([3], np.int64),
        'end': np.array([4], np.int64),
        'axis': np.array([1], np.int64),
        'shape': np.array([1, 3], np.int64),
        'much': np.full((1, 1), 100.0),
        'rows': np.zeros((1, 3)),
    }
    network = graph(nodes, {'obs': [1, 9]}, {'action': [1, 3]}, constants)
    robot = Robot(session)
    model = str(write_policy(tmp_path / 'fails', PUSH, network))
    node = session.start(PolicyNode, model=model, **GOES)
    robot.open()
    session.wait(lambda: robot.told, 'a command')
    robot.velocities['hip'] = 1.0
    robot.wait_for('fault: EngineError: ONNX Runtime failed')
    assert node.state == 'active'
    robot.velocities['hip'] = 0.0
    robot.open()
