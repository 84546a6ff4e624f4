"""The robot in the rooms, over real topics."""

import numpy as np
import pytest

pytest.importorskip('mujoco')

from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import OccupancyGrid, Odometry
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import Image, JointState, LaserScan
from std_msgs.msg import Bool
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import LabelInfo

from robot_dl.core.topics import PUBLISHED, SUBSCRIBED
from robot_dl.ros.geometry import matrix_from_transform
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.masks import mask_from_msg
from robot_dl.sim.rooms.segments import SEGMENT_LABELS
from robot_dl.sim.sim_node import SimNode
from robot_dl.sim.stage import Stage
from robot_dl.sim.topics import ROBOT_TOPICS, WORLD_TOPICS

pytestmark = [pytest.mark.ros, pytest.mark.slow]

SEED, SIZE_HW, RATE_HZ, PERIODS = 3, (60, 80), 10.0, 3
"""Odometry comes thirty times a second: three times an image."""
ROOMS = {
    'world': 'rooms',
    'seed': SEED,
    'height': SIZE_HW[0],
    'width': SIZE_HW[1],
    'rate_hz': RATE_HZ,
    'publish_clock': True,
}
OF_ROS_ITSELF = ('/rosout', '/parameter_events')
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
DEEP = QoSProfile(depth=500)


def stamp_ns(stamp):
    return stamp.sec * 10**9 + stamp.nanosec


def twist(speed, turn=0.0):
    msg = Twist()
    msg.linear.x, msg.angular.z = speed, turn
    return msg


def place(msg):
    at = msg.pose.pose
    yaw = 2 * np.arctan2(at.orientation.z, at.orientation.w)
    return np.array([at.position.x, at.position.y, yaw])


@pytest.fixture
def start(session):
    """Return a function that starts the node, facing along the longest free way of its floor."""

    def started(**params):
        node = session.start(SimNode, **{**ROOMS, **params})
        face_the_longest_way(node.stage.world)
        return node

    return started


def face_the_longest_way(world):
    """Turn the robot on the spot, and send away who walks: tests want to know what happens."""
    world._crowd.walkers = []
    for number in range(len(world._floor.obstacles)):
        body = world._model.body(f'obstacle_{number}')
        world._state.mocap_pos[body.mocapid[0]] = [0, 0, -20]
    pose, known = world.true_motion().pose, world.occupancy(0.05)
    yaws = np.linspace(-np.pi, np.pi, 90, endpoint=False)
    world._state.qpos[2] = max(yaws, key=lambda yaw: free_way(known, pose, yaw))


def free_way(known, pose, yaw):
    c, s = np.cos(yaw), np.sin(yaw)
    for way in np.arange(0.0, 8.0, 0.05):
        for side in (-0.22, 0.0, 0.22):
            if not known.is_free(pose.x + way * c - side * s, pose.y + way * s + side * c):
                return way
    return 8.0


def drive(session, node, commands, until, what, speed, turn=0.0):
    """Send commands at every odometry until something is true."""
    odometry = session.record(Odometry, 'odom', DEEP)
    sent = [0]

    def done():
        if len(odometry) > sent[0]:
            sent[0] = len(odometry)
            commands.publish(twist(speed, turn))
        return until()

    session.wait(done, what)


def test_the_robot_drives_and_odometry_agrees_with_the_truth_within_its_drift(session, start):
    node = start()
    commands = session.node.create_publisher(Twist, 'cmd_vel', 10)
    odometry = session.record(Odometry, 'odom', DEEP)
    truth = session.record(Odometry, 'truth/odom', DEEP)
    touched = session.record(Bool, 'truth/collision', DEEP)
    session.wait(lambda: truth and odometry, 'odometry')
    first, believed = place(truth[0]), place(odometry[0])

    def way():
        return np.hypot(*(place(truth[-1]) - first)[:2])

    drive(session, node, commands, lambda: way() > 2.0, 'two metres', 0.5)
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
    node = start()
    commands = session.node.create_publisher(Twist, 'cmd_vel', 10)
    truth = session.record(Odometry, 'truth/odom', DEEP)

    def speed():
        return truth[-1].twist.twist.linear.x if truth else 0.0

    drive(session, node, commands, lambda: speed() > 0.25, 'motion', 0.3)
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
    drive(session, node, commands, lambda: touched[-1].data, 'a collision', 0.8)
    at, begun = place(truth[-1]), len(truth)
    drive(session, node, commands, lambda: len(truth) > begun + 30, 'a second', 0.8)
    way = np.hypot(*(place(truth[-1]) - at)[:2])
    believed = np.hypot(*(place(odometry[-1]) - place(odometry[-31]))[:2])
    # It may slide along what it meets, but not through it; its wheels go on turning.
    assert way < 0.7 * believed
    assert node.stage.world.occupancy(0.05).is_free(*place(truth[-1])[:2])


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_a_command_that_is_no_number_moves_nothing(session, start, bad):
    """Trap 20: NaN from the network."""
    node = start()
    commands = session.node.create_publisher(Twist, 'cmd_vel', 10)
    truth = session.record(Odometry, 'truth/odom', DEEP)
    session.wait(lambda: truth, 'truth')
    before = place(truth[-1])
    count = len(truth)
    drive(session, node, commands, lambda: len(truth) > count + 15, 'half a second', bad)
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


def test_the_scan_is_that_of_the_world_at_that_time_and_keeps_to_rep_117(session):
    scans = session.record(LaserScan, 'scan')
    session.start(SimNode, **ROOMS)
    session.wait(lambda: scans, 'scan')
    scan = scans[0]
    with_world = replayed(stamp_ns(scan.header.stamp))
    ranges = np.array(scan.ranges, np.float32)
    np.testing.assert_array_equal(ranges, with_world.world.scan())
    with_world.close()
    assert scan.header.frame_id == 'laser'
    steps = (scan.angle_max - scan.angle_min) / scan.angle_increment
    assert round(steps) + 1 == len(ranges) == 360
    finite = ranges[np.isfinite(ranges)]
    assert finite.min() >= scan.range_min
    assert finite.max() <= scan.range_max


def replayed(time_ns):
    """Return a stage at a simulated time, built independently."""
    stage = Stage('rooms', SEED, SIZE_HW)
    for _ in range(round(time_ns * 1e-9 * RATE_HZ * PERIODS)):
        stage.advance(1 / (RATE_HZ * PERIODS), 0.0)
    return stage


def test_image_masks_and_scan_are_of_one_moment_and_the_same_for_one_seed(session):
    kinds = {
        'camera/image_raw': Image,
        'truth/mask': Image,
        'truth/instances': Image,
        'scan': LaserScan,
    }
    boxes = {topic: session.record(kind, topic) for topic, kind in kinds.items()}
    session.start(SimNode, **ROOMS)

    def common():
        stamps = [{stamp_ns(m.header.stamp): m for m in box} for box in boxes.values()]
        shared = sorted(set.intersection(*map(set, stamps)))
        return [dict(zip(kinds, (d[s] for d in stamps), strict=True)) for s in shared]

    session.wait(common, 'a complete frame')
    frame = common()[0]
    stage = replayed(stamp_ns(frame['scan'].header.stamp))
    pixels = stage.world.pixels()
    np.testing.assert_array_equal(
        rgb_from_msg(frame['camera/image_raw']), stage.world.render_rgb()
    )
    np.testing.assert_array_equal(mask_from_msg(frame['truth/mask']), pixels.class_ids)
    np.testing.assert_array_equal(mask_from_msg(frame['truth/instances']), pixels.instance_ids)
    stage.close()
    assert (frame['truth/mask'].encoding, frame['truth/instances'].encoding) == (
        *('mono8', 'mono16'),
    )
    assert frame['truth/mask'].header == frame['camera/image_raw'].header


def test_the_names_of_the_classes_and_the_map_wait_for_who_comes_late(session, start):
    node = start()
    images = session.record(Image, 'camera/image_raw')
    session.wait(lambda: images, 'image')
    infos = session.record(LabelInfo, 'truth/label_info', LATCHED)
    maps = session.record(OccupancyGrid, 'map', LATCHED)
    session.wait(lambda: infos and maps, 'what is latched')
    assert tuple(c.class_name for c in infos[0].class_map) == SEGMENT_LABELS
    known = node.stage.world.occupancy(0.05)
    shape = maps[0].info.height, maps[0].info.width
    np.testing.assert_array_equal(np.reshape(maps[0].data, shape), known.cells)
    assert maps[0].info.resolution == pytest.approx(0.05)
    assert maps[0].header.frame_id == 'map'


def test_frames_lead_from_odometry_to_camera_and_laser_and_to_the_map_if_asked(session, start):
    moving = session.record(TFMessage, 'tf', DEEP)
    static = session.record(TFMessage, 'tf_static', LATCHED)
    truth = session.record(Odometry, 'truth/odom', DEEP)
    start(publish_map_frame=True)
    session.wait(lambda: moving and static and truth, 'frames')
    stamps = {stamp_ns(m.header.stamp): m for m in truth}
    last = next(m for m in moving if stamp_ns(m.transforms[0].header.stamp) in stamps)
    frames = {t.child_frame_id: t for t in [*static[-1].transforms, *last.transforms]}
    parents = {child: t.header.frame_id for child, t in frames.items()}
    assert parents == {
        'odom': 'map',
        'base_link': 'odom',
        'camera_link': 'base_link',
        'camera_optical_frame': 'camera_link',
        'laser': 'base_link',
    }
    pose = matrix_from_transform(frames['odom'].transform) @ matrix_from_transform(
        frames['base_link'].transform
    )
    really = place(stamps[stamp_ns(last.transforms[0].header.stamp)])
    np.testing.assert_allclose(pose[:2, 3], really[:2], atol=1e-9)


def test_without_being_asked_nobody_claims_to_know_where_the_robot_is(session, start):
    moving = session.record(TFMessage, 'tf', DEEP)
    start()
    session.wait(lambda: len(moving) > 3, 'frames')
    assert {t.header.frame_id for m in moving for t in m.transforms} == {'odom'}


def test_odometry_and_wheels_come_thirty_times_a_second_between_the_images(session, start):
    states = session.record(JointState, 'joint_states', DEEP)
    odometry = session.record(Odometry, 'odom', DEEP)
    start()
    session.wait(lambda: len(odometry) > 12 and len(states) > 12, 'odometry')
    gaps = np.diff([stamp_ns(m.header.stamp) for m in odometry])
    np.testing.assert_allclose(gaps, 1e9 / 30, atol=2)
    assert states[0].name == ['left_wheel_joint', 'right_wheel_joint']


def test_the_table_names_every_topic_of_a_robot(session):
    overrides = [Parameter(k, value=v) for k, v in ROOMS.items()]
    node = session.add(
        SimNode(context=session.context, namespace='robot1', parameter_overrides=overrides)
    )
    listed = {
        PUBLISHED: node.get_publisher_names_and_types_by_node('sim_node', '/robot1'),
        SUBSCRIBED: node.get_subscriber_names_and_types_by_node('sim_node', '/robot1'),
    }
    for role, names in listed.items():
        ours = {name: kind for name, (kind,) in names if name not in OF_ROS_ITSELF}
        expected = [t for t in (*WORLD_TOPICS, *ROBOT_TOPICS) if t.role == role]
        assert ours == {f'/robot1/{t.name}': t.type for t in expected}


def test_a_new_scene_has_a_new_map_and_the_robot_can_be_driven_there(session, start):
    node = start(scene_period_s=1.0)
    maps = session.record(OccupancyGrid, 'map', LATCHED)
    session.wait(lambda: node.stage.seed > SEED, 'another floor')
    session.wait(lambda: len(maps) > 1, 'its map')
    commands = session.node.create_publisher(Twist, 'cmd_vel', 10)
    drive(
        session,
        node,
        commands,
        lambda: abs(node.stage.world.true_motion().turn_radps) > 0.1,
        'a turn',
        0.0,
        0.5,
    )
