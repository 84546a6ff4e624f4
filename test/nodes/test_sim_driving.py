"""The simulated robot drives, stops, and meets walls, over real topics."""

from functools import partial

import numpy as np
import pytest

pytest.importorskip('mujoco')

from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import OccupancyGrid, Odometry
from rooms_robot import (
    DEEP,
    LATCHED,
    SEED,
    drive,
    place,
    stamp_ns,
    start_rooms,
    twist,
)
from std_msgs.msg import Bool

pytestmark = [pytest.mark.ros, pytest.mark.slow]


@pytest.fixture
def start(session):
    """Return a function that starts the node, facing along the longest free way of its floor."""
    return partial(start_rooms, session)


def test_the_robot_drives_and_odometry_agrees_with_the_truth_within_its_drift(session, start):
    start()
    commands = session.node.create_publisher(Twist, 'cmd_vel', 10)
    odometry = session.record(Odometry, 'odom', DEEP)
    truth = session.record(Odometry, 'truth/odom', DEEP)
    touched = session.record(Bool, 'truth/collision', DEEP)
    session.wait(lambda: truth and odometry, 'odometry')
    first, believed = place(truth[0]), place(odometry[0])

    def way():
        return np.hypot(*(place(truth[-1]) - first)[:2])

    drive(session, commands, lambda: way() > 2.0, 'two metres', 0.5)
    pairs = {stamp_ns(m.header.stamp): m for m in odometry}
    last = next(m for m in reversed(truth) if stamp_ns(m.header.stamp) in pairs)
    claimed = place(pairs[stamp_ns(last.header.stamp)])
    really = np.hypot(*(place(last) - first)[:2])
    assert np.hypot(*(claimed - believed)[:2]) == pytest.approx(really, abs=0.06)
    assert last.twist.twist.linear.x == pytest.approx(0.5, abs=0.02)
    assert not any(m.data for m in touched)
    assert (last.header.frame_id, last.child_frame_id) == ('map', 'base_link')
    assert (odometry[0].header.frame_id, odometry[0].child_frame_id) == ('odom', 'base_link')
    assert np.reshape(odometry[-1].pose.covariance, (6, 6))[0, 0] > 0
    assert 0 < np.reshape(odometry[-1].twist.covariance, (6, 6))[0, 0] < 0.01


def test_the_robot_stops_half_a_second_after_the_last_command(session, start):
    """Trap 19: the last velocity kept after the publisher died."""
    start()
    commands = session.node.create_publisher(Twist, 'cmd_vel', 10)
    truth = session.record(Odometry, 'truth/odom', DEEP)

    def speed():
        return truth[-1].twist.twist.linear.x if truth else 0.0

    drive(session, commands, lambda: speed() > 0.25, 'motion', 0.3)
    quiet_ns = stamp_ns(truth[-1].header.stamp)
    session.wait(lambda: speed() < 1e-3, 'rest')
    moving = [m for m in truth if m.twist.twist.linear.x > 0.15]
    lasted_s = (stamp_ns(moving[-1].header.stamp) - quiet_ns) * 1e-9
    # A command may be on its way while the last odometry is read.
    assert 0.35 < lasted_s < 0.85
    stays = place(truth[-1])
    count = len(truth)
    session.wait(lambda: len(truth) > count + 10, 'ten more')
    np.testing.assert_allclose(place(truth[-1]), stays, atol=2e-3)


def test_a_wall_stops_the_robot_and_the_collision_is_told(session, start):
    node = start()
    commands = session.node.create_publisher(Twist, 'cmd_vel', 10)
    touched = session.record(Bool, 'truth/collision', DEEP)
    truth = session.record(Odometry, 'truth/odom', DEEP)
    odometry = session.record(Odometry, 'odom', DEEP)
    session.wait(lambda: touched and truth, 'truth')
    assert not touched[0].data
    drive(session, commands, lambda: touched[-1].data, 'a collision', 0.8)
    at, begun = place(truth[-1]), len(truth)
    drive(session, commands, lambda: len(truth) > begun + 30, 'a second', 0.8)
    way = np.hypot(*(place(truth[-1]) - at)[:2])
    believed = np.hypot(*(place(odometry[-1]) - place(odometry[-31]))[:2])
    # It may slide along what it meets, but not through it; its wheels go on turning.
    assert way < 0.7 * believed
    assert node.stage.world.occupancy(0.05).is_free(*place(truth[-1])[:2])


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_a_command_that_is_no_number_moves_nothing(session, start, bad):
    """Trap 20: NaN from the network."""
    start()
    commands = session.node.create_publisher(Twist, 'cmd_vel', 10)
    truth = session.record(Odometry, 'truth/odom', DEEP)
    session.wait(lambda: truth, 'truth')
    before = place(truth[-1])
    count = len(truth)
    drive(session, commands, lambda: len(truth) > count + 15, 'half a second', bad)
    np.testing.assert_allclose(place(truth[-1]), before, atol=1e-6)


def test_stamped_commands_are_taken_where_they_are_asked_for(session, start):
    node = start(stamped=True)
    commands = session.node.create_publisher(TwistStamped, 'cmd_vel', 10)
    truth = session.record(Odometry, 'truth/odom', DEEP)
    odometry = session.record(Odometry, 'odom', DEEP)
    sent = [0]

    def turning():
        if len(odometry) > sent[0]:
            sent[0] = len(odometry)
            commands.publish(TwistStamped(twist=twist(0.0, 0.5)))
        return bool(truth) and truth[-1].twist.twist.angular.z > 0.45

    session.wait(turning, 'a turn to the left')
    subscribed = dict(node.get_subscriber_names_and_types_by_node('sim_node', '/'))
    assert subscribed['/cmd_vel'] == ['geometry_msgs/msg/TwistStamped']


def test_a_new_scene_has_a_new_map_and_the_robot_can_be_driven_there(session, start):
    node = start(scene_period_s=1.0)
    maps = session.record(OccupancyGrid, 'map', LATCHED)
    session.wait(lambda: node.stage.seed > SEED, 'another floor')
    session.wait(lambda: len(maps) > 1, 'its map')
    commands = session.node.create_publisher(Twist, 'cmd_vel', 10)
    drive(
        session,
        commands,
        lambda: abs(node.stage.world.true_motion().turn_radps) > 0.1,
        'a turn',
        0.0,
        0.5,
    )
