"""The robot in the rooms, over real topics."""

from functools import partial

import numpy as np
import pytest

pytest.importorskip('mujoco')

from nav_msgs.msg import OccupancyGrid, Odometry
from rclpy.parameter import Parameter
from rooms_robot import (
    DEEP,
    LATCHED,
    PERIODS,
    RATE_HZ,
    ROOMS,
    SEED,
    SIZE_HW,
    place,
    stamp_ns,
    start_rooms,
)
from sensor_msgs.msg import Image, JointState, LaserScan
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
OF_ROS_ITSELF = ('/rosout', '/parameter_events')


@pytest.fixture
def start(session):
    """Return a function that starts the node, facing along the longest free way of its floor."""
    return partial(start_rooms, session)


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
