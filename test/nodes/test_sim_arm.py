"""Worlds with joints that are commanded, over real topics."""

import time

import numpy as np
import pytest

pytest.importorskip('mujoco')

from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import PoseStamped
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Float64MultiArray, String, UInt32
from std_srvs.srv import Trigger
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from robot_dl.core.params import ParamError
from robot_dl.core.topics import PUBLISHED, SUBSCRIBED
from robot_dl.sim.arm.links import ARM_LIMITS, HOME, STATE_ORDER
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts.controllers import trajectory_from_msg
from robot_dl.sim.sim_node import SimNode
from robot_dl.sim.topics import CONTROL_TOPICS, WORLD_TOPICS
from robot_dl.sim.worlds.arm import ArmWorld

pytestmark = [pytest.mark.ros, pytest.mark.slow]

SEED = 3
ARM = {'world': 'arm', 'seed': SEED, 'height': 60, 'width': 80, 'publish_clock': True}
NAMES = [one.name for one in ARM_LIMITS]
OF_ROS_ITSELF = ('/rosout', '/parameter_events')
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
DEEP = QoSProfile(depth=500)


def trajectory(positions, seconds, names=NAMES):
    point = JointTrajectoryPoint(positions=[float(p) for p in positions])
    point.time_from_start.sec = int(seconds)
    point.time_from_start.nanosec = round((seconds - int(seconds)) * 1e9)
    return JointTrajectory(joint_names=names, points=[point])


def stamp_ns(stamp):
    return stamp.sec * 10**9 + stamp.nanosec


@pytest.fixture
def start(session):
    """Return a function that starts the node, and waits for who commands it."""

    def started(*topics, **params):
        node = session.start(SimNode, **{**ARM, **params})
        publishers = [session.node.create_publisher(kind, name, 10) for kind, name in topics]
        for publisher in publishers:
            session.wait(lambda p=publisher: p.get_subscription_count(), publisher.topic_name)
        return node, *publishers

    return started


def test_the_table_names_every_topic(session):
    overrides = [Parameter(k, value=v) for k, v in ARM.items()]
    node = session.add(
        SimNode(context=session.context, namespace='robot1', parameter_overrides=overrides)
    )
    node.start()
    both = (*WORLD_TOPICS, *CONTROL_TOPICS)
    named = [t for t in both if 'truth/' not in t.name or t in CONTROL_TOPICS]
    for role, found in (
        (PUBLISHED, node.get_publisher_names_and_types_by_node('sim_node', '/robot1')),
        (SUBSCRIBED, node.get_subscriber_names_and_types_by_node('sim_node', '/robot1')),
    ):
        ours = {name: kind for name, (kind,) in found if name not in OF_ROS_ITSELF}
        assert ours == {f'/robot1/{t.name}': t.type for t in named if t.role == role}


def test_a_trajectory_moves_the_arm_there_and_breaks_no_limit(session, start):
    states = session.record(JointState, 'joint_states', DEEP)
    breaches = session.record(UInt32, 'truth/limit_breaches', LATCHED)
    _, publisher = start((JointTrajectory, 'joint_trajectory'))
    publisher.publish(trajectory(HOME[::-1], 2.0, NAMES[::-1]))

    def is_there():
        now = dict(zip(states[-1].name, states[-1].position, strict=True)) if states else {}
        return now and np.allclose([now[name] for name in NAMES], HOME, atol=5e-3)

    session.wait(is_there, 'the arm at home')
    assert list(states[-1].name) == list(STATE_ORDER)
    assert len(states[-1].effort) == len(states[-1].velocity) == len(STATE_ORDER)
    assert [msg.data for msg in breaches] == [0]


def test_joint_states_come_at_the_rate_of_the_world_whatever_that_of_the_images(session, start):
    states = session.record(JointState, 'joint_states', DEEP)
    infos = session.record(CameraInfo, 'camera/camera_info', DEEP)
    start(rate_hz=20.0)
    session.wait(lambda: len(states) > 100 and len(infos) > 10, 'states')
    times = np.array([stamp_ns(msg.header.stamp) for msg in states])
    assert set(np.diff(times)) == {round(1e9 / ArmWorld.state_hz)}
    stamps = [stamp_ns(msg.header.stamp) for msg in infos]
    assert set(np.diff(stamps)) == {round(1e9 / 20)}


def test_what_is_refused_moves_nothing_and_is_said(session, start, capfd):
    node, commands, points = start(
        (Float64MultiArray, 'commands'), (JointTrajectory, 'joint_trajectory')
    )
    states = session.record(JointState, 'joint_states', DEEP)
    commands.publish(Float64MultiArray(data=[1.0, 2.0]))
    points.publish(trajectory([0.1], 1.0, ['joint_1']))
    said = []

    def all_said():
        said.append(capfd.readouterr().err)
        text = ''.join(said)
        return 'expected 6 numbers' in text

    session.wait(all_said, 'the warning')
    count = len(states)
    session.wait(lambda: len(states) > count + 30, 'further states')
    assert not node.stage.world.has_begun
    assert abs(np.diff([msg.position for msg in states], axis=0)).max() < 1e-6


def points_msg(*points):
    return JointTrajectory(
        joint_names=['a', 'b'], points=[JointTrajectoryPoint(**point) for point in points]
    )


@pytest.mark.parametrize(
    ('msg', 'said'),
    [
        (points_msg({}), 'the points have no positions'),
        (points_msg({'positions': [1.0]}), 'expected 2 positions in point 0, got 1'),
        (
            points_msg({'positions': [1.0, 2.0]}, {'positions': [1.0, 2.0, 3.0]}),
            'expected 2 positions in point 1, got 3',
        ),
        (
            points_msg({'positions': [1.0, 2.0], 'velocities': [0.0]}),
            'expected 2 velocities in point 0, got 1',
        ),
        (
            points_msg(
                {'positions': [1.0, 2.0], 'velocities': [0.0, 0.0]}, {'positions': [1.0, 2.0]}
            ),
            'expected 2 velocities in point 1, got 0',
        ),
    ],
)
def test_a_trajectory_with_fields_of_the_wrong_size_is_refused(msg, said):
    with pytest.raises(ValueError, match=said):
        trajectory_from_msg(msg, None)


def test_a_trajectory_without_points_is_an_empty_one():
    assert trajectory_from_msg(points_msg(), 1.5).positions.shape == (0, 2)


def test_a_jump_and_what_is_no_number_are_counted(session, start):
    breaches = session.record(UInt32, 'truth/limit_breaches', LATCHED)
    _, commands = start((Float64MultiArray, 'commands'))
    session.wait(lambda: breaches, 'the first count')
    commands.publish(Float64MultiArray(data=[float('nan')] * 6))
    session.wait(lambda: breaches[-1].data == 1, 'a breach')
    commands.publish(Float64MultiArray(data=[1.0 + p for p in HOME]))
    session.wait(lambda: breaches[-1].data == 2, 'another')


def test_an_episode_waits_runs_and_ends_and_the_next_one_begins_on_request(session, start):
    outcomes = session.record(DiagnosticStatus, 'truth/outcome', LATCHED)
    goals = session.record(PoseStamped, 'goal', LATCHED)
    node, publisher = start((JointTrajectory, 'joint_trajectory'), speed=4.0)
    session.wait(lambda: outcomes and goals, 'an episode')
    assert (outcomes[-1].name, outcomes[-1].message) == (f'arm {SEED}', 'waiting')
    frame, pose = node.stage.world.goal()
    at = goals[-1].pose.position
    assert goals[-1].header.frame_id == frame == 'base_link'
    np.testing.assert_allclose([at.x, at.y, at.z], pose[:3, 3])
    publisher.publish(trajectory(HOME, 4.0))
    session.wait(lambda: outcomes[-1].message == 'failed', 'the end')
    assert [msg.message for msg in outcomes] == ['waiting', 'running', 'failed']
    assert {v.key for v in outcomes[-1].values} >= {'distance_m', 'elapsed_s'}
    client = session.node.create_client(Trigger, 'sim_node/next_scene')
    session.wait(client.service_is_ready, 'the service')
    answer = client.call_async(Trigger.Request())
    session.wait(answer.done, 'an answer')
    assert (answer.result().success, answer.result().message) == (True, f'arm {SEED + 1}')
    session.wait(lambda: outcomes[-1].message == 'waiting', 'the next episode')
    assert outcomes[-1].name == f'arm {SEED + 1}'
    session.wait(lambda: len(goals) == 2, 'its goal')


def test_simulated_time_runs_as_fast_as_is_asked(session, start):
    clocks = session.record(Clock, 'clock', DEEP)
    start(speed=3.0)
    session.wait(lambda: len(clocks) > 10, 'the clock')
    began_s, first = time.monotonic(), stamp_ns(clocks[-1].clock)
    session.wait(lambda: stamp_ns(clocks[-1].clock) - first > 3e9, 'three seconds')
    # Never faster than asked; a busy machine may be slower.
    assert time.monotonic() - began_s > 0.9


def test_who_lives_in_real_time_is_not_sped_up():
    with pytest.raises(ParamError, match='speed: expected 1 without publish_clock, got 2'):
        SimParams(speed=2.0)


def test_the_description_is_there_for_who_comes_late(session, start):
    node, *_ = start()
    texts = session.record(String, 'robot_description', LATCHED)
    session.wait(lambda: texts, 'the description')
    assert texts[0].data == node.stage.world.urdf()


def test_without_a_renderer_the_joints_go_on(session, start, monkeypatch, capfd):
    def refuse(*_):
        raise RuntimeError('no OpenGL context')

    monkeypatch.setattr('robot_dl.sim.worlds.control.Offscreen', refuse)
    start()
    session.record(Image, 'camera/image_raw')
    states = session.record(JointState, 'joint_states', DEEP)
    said = []

    def is_said():
        said.append(capfd.readouterr().err)
        return 'no OpenGL context' in ''.join(said)

    session.wait(is_said, 'the complaint')
    count = len(states)
    session.wait(lambda: len(states) > count + 20, 'further states')
