"""What messages tell a policy, and what they cannot tell."""

import array

import numpy as np
import pytest
from geometry_msgs.msg import Quaternion, Twist, TwistStamped, Vector3
from hypothesis import given, settings
from hypothesis import strategies as st
from nav_msgs.msg import Odometry
from sensor_msgs.msg import Image, Imu, JointState

from robot_dl.core.poses import matrix_from_quaternion_xyzw
from robot_dl.policy.params import PolicyParams
from robot_dl.policy.types import INPUT_OF, ReadingError
from robot_dl.ros.imu import readings_from_imu
from robot_dl.ros.joints import FIELDS, JointReader
from robot_dl.ros.odometry import readings_from_odometry
from robot_dl.ros.sensing import Sensing, stamp_of
from robot_dl.ros.vectors import quaternion_from_msg, vector_from_msg
from robot_dl.ros.velocity_commands import command_from_msg

JOINTS = ('hip', 'knee', 'ankle')
NAN = float('nan')


def states(names, position=(), velocity=(), effort=()) -> JointState:
    return JointState(
        name=list(names), position=list(position), velocity=list(velocity), effort=list(effort)
    )


@settings(max_examples=100, deadline=None)
@given(st.permutations([*JOINTS, 'gripper', 'wheel']), st.integers(0, 2))
def test_joints_are_found_by_name_in_any_order(names, left_out):
    """Trap 18: shuffled joint_states give identical readings."""
    values = {'hip': 1.0, 'knee': 2.0, 'ankle': 3.0, 'gripper': 4.0, 'wheel': 5.0}
    told = [n for n in names if n in JOINTS or left_out == 0]
    reader = JointReader(JOINTS, ('joint_positions', 'joint_velocities'))
    for sign in (1, -1):  # the second time the places are known already
        msg = states(told, [values[n] for n in told], [sign * values[n] for n in told])
        read = reader(msg)
        np.testing.assert_array_equal(read['joint_positions'], [1, 2, 3])
        np.testing.assert_array_equal(read['joint_velocities'], [sign, 2 * sign, 3 * sign])


def test_names_that_change_are_looked_up_anew():
    reader = JointReader(JOINTS, ('joint_positions',))
    assert reader(states(JOINTS, [1, 2, 3]))['joint_positions'].tolist() == [1, 2, 3]
    assert reader(states(JOINTS[::-1], [1, 2, 3]))['joint_positions'].tolist() == [3, 2, 1]


def test_readings_do_not_change_with_the_message():
    reader, msg = JointReader(JOINTS, ('joint_positions',)), states(JOINTS, [1, 2, 3])
    read = reader(msg)['joint_positions']
    msg.position[0] = 9.0
    assert read.tolist() == [1, 2, 3]


WRONG_JOINTS = {
    'none': (states([]), "expected joint 'hip' once, got no joints"),
    'one is missing': (
        states(['hip', 'kneee', 'ankle'], [0] * 3),
        "expected joint 'knee' once, got hip, kneee, ankle. Did you mean 'kneee'",
    ),
    'one twice': (states(['hip', 'hip', 'knee', 'ankle'], [0] * 4), "'hip' once, got it 2 times"),
    'empty': (
        states(JOINTS),
        'expected a position for each of 3 joints, got 0: whoever publishes leaves it empty',
    ),
    'too long': (states(JOINTS, [0] * 4), 'expected a position for each of 3 joints, got 4'),
    'NaN': (states(JOINTS, [0, NAN, 0]), "expected a finite position of joint 'knee', got nan"),
    'infinite': (states(JOINTS, [0, 0, np.inf]), "a finite position of joint 'ankle', got inf"),
}


@pytest.mark.parametrize(('msg', 'message'), WRONG_JOINTS.values(), ids=WRONG_JOINTS)
def test_joints_that_cannot_be_read_are_named(msg, message):
    with pytest.raises(ReadingError, match=message):
        JointReader(JOINTS, ('joint_positions',))(msg)


def test_a_joint_that_nobody_needs_may_be_nan():
    msg = states([*JOINTS, 'gripper'], [0, 0, 0, NAN])
    assert JointReader(JOINTS, ('joint_positions',))(msg)['joint_positions'].tolist() == [0, 0, 0]


def test_a_field_that_nobody_needs_may_be_empty():
    assert 'joint_efforts' not in JointReader(JOINTS, ('joint_positions',))(
        states(JOINTS, [0] * 3)
    )


@pytest.mark.parametrize(
    ('velocity', 'expected'), [((), None), ((4, 5, 6), [4, 5, 6]), ((NAN,) * 3, None)]
)
def test_a_field_that_is_welcome_is_read_where_there_is_one(velocity, expected):
    reader = JointReader(JOINTS, ('joint_positions',), ('joint_velocities',))
    read = reader(states(JOINTS, [1, 2, 3], velocity)).get('joint_velocities')
    assert read is None if expected is None else read.tolist() == expected


def test_every_reading_of_joints_has_its_field():
    assert set(FIELDS) == {name for name, topic in INPUT_OF.items() if topic == 'joint_states'}
    msg = states(JOINTS, [1, 2, 3], [4, 5, 6], [7, 8, 9])
    read = JointReader(JOINTS, tuple(FIELDS))(msg)
    assert [read[name].tolist() for name in FIELDS] == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def imu(**changes) -> Imu:
    fields = {
        'orientation': Quaternion(x=0.0, y=0.0, z=0.6, w=0.8),
        'angular_velocity': Vector3(x=0.1, y=0.2, z=0.3),
        'linear_acceleration': Vector3(x=0.0, y=0.0, z=9.8),
    }
    return Imu(**{**fields, **changes})


IMU = ('orientation_xyzw', 'angular_velocity', 'linear_acceleration')


def test_an_imu_is_read_as_it_stands():
    read = readings_from_imu(imu(), IMU)
    np.testing.assert_allclose(read['orientation_xyzw'], [0, 0, 0.6, 0.8])
    np.testing.assert_allclose(read['angular_velocity'], [0.1, 0.2, 0.3])
    np.testing.assert_allclose(read['linear_acceleration'], [0, 0, 9.8])


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (
            {'orientation': Quaternion(x=0.0, w=0.0)},
            'imu: orientation: expected a unit quaternion',
        ),
        ({'orientation': Quaternion(w=NAN)}, 'imu: orientation: expected a unit quaternion'),
        ({'angular_velocity': Vector3(y=NAN)}, 'imu: angular_velocity: expected finite numbers'),
        (
            {'orientation_covariance': [-1.0, *[0.0] * 8]},
            'imu: expected its orientation, which this sensor does not measure',
        ),
    ],
)
def test_an_imu_that_does_not_tell_it_is_refused(changes, message):
    with pytest.raises(ReadingError, match=message):
        readings_from_imu(imu(**changes), IMU)


def test_what_is_not_needed_of_an_imu_may_be_missing():
    blind = imu(orientation=Quaternion(w=0.0), orientation_covariance=[-1.0, *[0.0] * 8])
    assert list(readings_from_imu(blind, ('angular_velocity',))) == ['angular_velocity']


def test_odometry_tells_pose_and_velocity():
    msg = Odometry()
    msg.pose.pose.orientation = Quaternion(x=0.0, y=0.0, z=0.6, w=0.8)
    msg.pose.pose.position.z = 0.4
    msg.twist.twist.linear.x, msg.twist.twist.angular.z = 1.5, -0.5
    wanted = ('base_linear_velocity', 'base_angular_velocity', 'base_pose')
    read = readings_from_odometry(msg, wanted)
    np.testing.assert_allclose(read['base_linear_velocity'], [1.5, 0, 0])
    np.testing.assert_allclose(read['base_angular_velocity'], [0, 0, -0.5])
    rotation = matrix_from_quaternion_xyzw(np.array([0, 0, 0.6, 0.8]))
    np.testing.assert_allclose(read['base_pose'][:3, :3], rotation)
    np.testing.assert_allclose(read['base_pose'][:, 3], [0, 0, 0.4, 1])


@pytest.mark.parametrize('stamped', [False, True])
def test_a_command_is_forward_left_and_turning(stamped):
    msg = TwistStamped() if stamped else Twist()
    twist = getattr(msg, 'twist', msg)
    twist.linear.x, twist.linear.y, twist.angular.z = 1.0, 2.0, 3.0
    twist.linear.z = 9.0
    assert command_from_msg(msg).tolist() == [1, 2, 3]
    twist.angular.z = NAN
    with pytest.raises(ReadingError, match='command: angular: expected finite numbers'):
        command_from_msg(msg)


def test_a_quaternion_that_is_a_little_off_is_made_whole():
    read = quaternion_from_msg(Quaternion(w=1.005), 'q')
    assert np.linalg.norm(read) == pytest.approx(1.0, abs=1e-12)


def test_a_vector_of_whole_numbers_is_one_of_floats():
    assert vector_from_msg(Vector3(x=1.0), 'v').dtype == np.float64


def sensing(*needs, **params) -> Sensing:
    return Sensing(JOINTS, needs, PolicyParams(**params))


def test_the_newest_of_every_input_is_kept():
    senses = sensing('joint_positions', 'command', 'angular_velocity')
    senses.take('joint_states', states(JOINTS, [1, 2, 3]))
    senses.take('imu', imu())
    senses.take('command', Twist())
    senses.take('joint_states', states(JOINTS, [4, 5, 6]))
    readings = senses.readings(7, {'tcp': np.eye(4)})
    assert readings.stamp_ns == 7
    assert readings.joint_positions.tolist() == [4, 5, 6]
    assert readings.angular_velocity.tolist() == [0.1, 0.2, 0.3]
    assert list(readings.goals) == ['tcp']


def test_a_problem_stays_until_the_input_is_readable_again():
    senses = sensing('joint_positions')
    with pytest.raises(ReadingError):
        senses.take('joint_states', states(['hip'], [0]))
    assert "expected joint 'knee' once" in senses.problems['joint_states']
    senses.take('joint_states', states(JOINTS, [1, 2, 3]))
    assert senses.problems == {}


def test_a_broken_image_is_a_reading_that_cannot_be_used():
    senses = sensing('image')
    with pytest.raises(ReadingError, match='expected at least one pixel'):
        senses.take('image', Image(encoding='rgb8'))


def test_a_command_that_never_came_is_zero_where_the_deployment_says_so():
    zero = sensing('command', stale_command='zero').readings(0, {}).command
    assert zero.tolist() == [0, 0, 0]
    assert sensing('command').readings(0, {}).command is None


def test_messages_without_a_header_have_no_stamp():
    assert stamp_of(Twist()) is None
    msg = JointState(position=array.array('d'))
    msg.header.stamp.sec, msg.header.stamp.nanosec = 3, 5
    assert stamp_of(msg) == 3_000_000_005
