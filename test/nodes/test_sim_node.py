import os
import signal
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip('mujoco')

from geometry_msgs.msg import TransformStamped
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from ros_session import TIMEOUT_S
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image, JointState
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2DArray

from robot_dl.core.topics import PUBLISHED
from robot_dl.ros.depth import depth_from_msg
from robot_dl.ros.detections import detections_from_msg
from robot_dl.ros.environment import child_environment
from robot_dl.ros.geometry import matrix_from_transform
from robot_dl.ros.images import rgb_from_msg
from robot_dl.sim.sim_node import SimNode
from robot_dl.sim.stage import Stage
from robot_dl.sim.topics import OBJECT_TOPICS, WORLD_TOPICS
from robot_dl.sim.worlds.objects import CLASSES

pytestmark = [pytest.mark.ros, pytest.mark.slow]

SEED, SIZE_HW, RATE_HZ = 7, (120, 160), 20.0
SMALL = {'seed': SEED, 'height': SIZE_HW[0], 'width': SIZE_HW[1], 'rate_hz': RATE_HZ}
CAMERA_TOPICS = {
    'camera/image_raw': Image,
    'camera/camera_info': CameraInfo,
    'camera/depth/image_raw': Image,
    'camera/depth/camera_info': CameraInfo,
    'truth/detections': Detection2DArray,
}
OF_ROS_ITSELF = ('/rosout', '/parameter_events')
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def stamp_ns(stamp):
    return stamp.sec * 10**9 + stamp.nanosec


def frames_of(session, topics, count=1):
    """Return the first `count` sets of messages, one of each topic, that have one stamp."""
    received = {topic: session.record(kind, topic) for topic, kind in topics.items()}

    def complete():
        by_stamp = [{stamp_ns(m.header.stamp): m for m in box} for box in received.values()]
        common = sorted(set.intersection(*map(set, by_stamp)))
        return [dict(zip(topics, (d[s] for d in by_stamp), strict=True)) for s in common][:count]

    session.wait(lambda: len(complete()) >= count, f'{count} complete frames')
    return complete()


@pytest.fixture
def replayed(session):
    """Return a function: what the stage shows at a simulated time, built independently."""
    stages = []

    def at(time_ns, scene_period_s=0.0):
        stages.append(Stage('tabletop', SEED, SIZE_HW))
        for _ in range(round(time_ns * 1e-9 * RATE_HZ)):
            stages[-1].advance(1 / RATE_HZ, scene_period_s)
        return stages[-1].world

    yield at
    for stage in stages:
        stage.close()


def test_everything_of_one_frame_has_one_stamp_and_the_optical_frame(session):
    session.start(SimNode, **SMALL)
    (frame,) = frames_of(session, CAMERA_TOPICS)
    assert {m.header.frame_id for m in frame.values()} == {'camera_optical_frame'}
    truth = frame['truth/detections']
    assert truth.detections
    assert all(element.header == truth.header for element in truth.detections)


def test_images_and_truth_are_those_of_the_world_at_that_time(session, replayed):
    session.start(SimNode, publish_clock=True, **SMALL)
    (frame,) = frames_of(session, CAMERA_TOPICS)
    world = replayed(stamp_ns(frame['camera/image_raw'].header.stamp))
    image, depth = frame['camera/image_raw'], frame['camera/depth/image_raw']
    assert (image.encoding, depth.encoding) == ('rgb8', '32FC1')
    np.testing.assert_array_equal(rgb_from_msg(image), world.render_rgb())
    np.testing.assert_array_equal(depth_from_msg(depth), world.render_depth())
    truth, expected = frame['truth/detections'], world.truth()
    found = detections_from_msg(truth, tuple(CLASSES))
    np.testing.assert_array_equal(found.boxes_xyxy, expected.boxes_xyxy)
    np.testing.assert_array_equal(found.class_ids, expected.class_ids)
    np.testing.assert_array_equal(found.scores, 1.0 - expected.ignored)


def test_camera_info_projects_a_point_to_where_depth_sees_it(session, replayed):
    session.start(SimNode, publish_clock=True, **SMALL)
    (frame,) = frames_of(session, CAMERA_TOPICS)
    info = frame['camera/camera_info']
    assert (info.height, info.width, info.distortion_model) == (*SIZE_HW, 'plumb_bob')
    assert list(info.d) == [0.0] * 5
    assert list(info.r) == np.eye(3).ravel().tolist()
    k, p = np.reshape(info.k, (3, 3)), np.reshape(info.p, (3, 4))
    np.testing.assert_array_equal(p[:, :3], k)
    world = replayed(stamp_ns(info.header.stamp))
    np.testing.assert_allclose(k, world.pinhole.matrix)
    # The centre of the image lies on the optical axis: (w - 1) / 2 where pixel centres count.
    assert (k[0, 2], k[1, 2]) == ((SIZE_HW[1] - 1) / 2, (SIZE_HW[0] - 1) / 2)
    assert frame['camera/depth/camera_info'].k.tolist() == info.k.tolist()


def test_frames_lead_from_the_world_to_the_optical_frame(session, replayed):
    moving = session.record(TFMessage, 'tf', 100)
    static = session.record(TFMessage, 'tf_static', LATCHED)
    session.start(SimNode, publish_clock=True, **SMALL)
    session.wait(lambda: moving and static, 'frames')
    last = moving[-1].transforms
    world = replayed(stamp_ns(last[0].header.stamp))
    pose = chain([*static[-1].transforms, *last], 'camera_optical_frame')
    np.testing.assert_allclose(pose, world.world_T_camera_optical(), atol=1e-9)


def chain(transforms: list[TransformStamped], frame: str) -> np.ndarray:
    """Return the pose of a frame in `world`, by multiplying its ancestors."""
    parents = {t.child_frame_id: t for t in transforms}
    assert len(parents) == len(transforms), 'a frame has two parents'
    pose = np.eye(4)
    while frame != 'world':
        step = parents[frame]
        pose, frame = matrix_from_transform(step.transform) @ pose, step.header.frame_id
    return pose


def test_who_comes_late_gets_every_static_frame(session):
    node = session.start(SimNode, **SMALL)
    images = session.record(Image, 'camera/image_raw')
    session.wait(lambda: images, 'image')
    static = session.record(TFMessage, 'tf_static', LATCHED)
    session.wait(lambda: static, 'static frames')
    expected = {child for _, child, _, is_static in node.stage.world.frames() if is_static}
    assert {t.child_frame_id for t in static[0].transforms} == expected


def test_the_frames_of_an_image_come_before_it(session):
    arrived = []
    session.node.create_subscription(
        TFMessage, 'tf', lambda m: arrived.append(m.transforms[0].header.stamp), 100
    )
    node = session.start(SimNode, **SMALL)
    images = session.record(Image, 'camera/image_raw')
    session.wait(lambda: len(images) > 2 and len(arrived) > 2, 'images')
    assert node.get_clock().now().nanoseconds > stamp_ns(images[-1].header.stamp)
    assert images[-2].header.stamp in arrived


def test_joint_states_are_those_of_the_world(session, replayed):
    states = session.record(JointState, 'joint_states')
    session.start(SimNode, publish_clock=True, **SMALL)
    session.wait(lambda: states, 'joint states')
    world = replayed(stamp_ns(states[-1].header.stamp))
    assert dict(zip(states[-1].name, states[-1].position, strict=True)) == pytest.approx(
        world.joint_positions()
    )
    assert dict(zip(states[-1].name, states[-1].velocity, strict=True)) == pytest.approx(
        world.joint_velocities()
    )


def test_the_clock_advances_by_one_period_and_stamps_everything(session):
    clocks = session.record(Clock, 'clock', QoSProfile(depth=100))
    moving = session.record(TFMessage, 'tf', 100)
    session.start(SimNode, publish_clock=True, **SMALL)
    (frame,) = frames_of(session, CAMERA_TOPICS)
    session.wait(lambda: len(clocks) > 3, 'clock')
    times = [stamp_ns(c.clock) for c in clocks]
    assert set(np.diff(times)) == {round(1e9 / RATE_HZ)}
    assert {stamp_ns(t.header.stamp) for m in moving for t in m.transforms} & set(times)
    assert stamp_ns(frame['camera/image_raw'].header.stamp) <= times[-1] + 10**9


def test_without_the_parameter_there_is_no_clock_and_stamps_are_of_now(session):
    before = session.node.get_clock().now().nanoseconds
    node = session.start(SimNode, **SMALL)
    images = session.record(Image, 'camera/image_raw')
    session.wait(lambda: images, 'image')
    assert before < stamp_ns(images[0].header.stamp) <= node.get_clock().now().nanoseconds
    assert '/clock' not in dict(session.node.get_topic_names_and_types())


def test_a_namespace_moves_every_topic_and_the_table_names_them_all(session):
    overrides = [Parameter(k, value=v) for k, v in {**SMALL, 'publish_clock': True}.items()]
    node = session.add(
        SimNode(context=session.context, namespace='robot1', parameter_overrides=overrides)
    )
    node.start()
    published = node.get_publisher_names_and_types_by_node('sim_node', '/robot1')
    ours = {name: kind for name, (kind,) in published if name not in OF_ROS_ITSELF}
    named = [t for t in (*WORLD_TOPICS, *OBJECT_TOPICS) if t.role == PUBLISHED]
    assert ours == {f'/robot1/{t.name}': t.type for t in named}
    images = session.record(Image, '/robot1/camera/image_raw')
    session.wait(lambda: images, 'image in the namespace')


def test_depth_can_be_left_out(session):
    node = session.start(SimNode, depth=False, **SMALL)
    published = dict(node.get_publisher_names_and_types_by_node('sim_node', '/'))
    assert not [name for name in published if 'depth' in name]


@pytest.mark.parametrize('reliability', list(ReliabilityPolicy)[1:3], ids=lambda r: r.name)
def test_images_reach_reliable_and_best_effort_subscribers(session, reliability):
    session.start(SimNode, **SMALL)
    images = session.record(
        Image, 'camera/image_raw', QoSProfile(depth=5, reliability=reliability)
    )
    session.wait(lambda: images, 'image')


def test_what_nobody_subscribes_is_not_rendered(session):
    node = session.start(SimNode, **SMALL)
    rendered = []
    for name in ('render_rgb', 'render_depth', 'truth', 'pixels'):
        count_calls(node.stage.world, name, rendered)
    infos = session.record(CameraInfo, 'camera/camera_info')
    session.wait(lambda: len(infos) >= 3, 'camera info')
    assert rendered == []
    depths = session.record(Image, 'camera/depth/image_raw')
    session.wait(lambda: depths, 'depth image')
    assert set(rendered) == {'render_depth'}


def count_calls(world, name, rendered):
    method = getattr(world, name)
    setattr(world, name, lambda: (rendered.append(name), method())[1])


def test_the_scene_changes_when_its_time_is_over(session, replayed):
    node = session.start(SimNode, publish_clock=True, scene_period_s=0.25, **SMALL)
    static = session.record(TFMessage, 'tf_static', LATCHED)
    session.wait(lambda: node.stage.seed >= SEED + 2, 'third world')
    session.wait(lambda: len(static) >= 2, 'new static frames')
    (frame,) = frames_of(session, CAMERA_TOPICS)
    image = frame['camera/image_raw']
    world = replayed(stamp_ns(image.header.stamp), scene_period_s=0.25)
    np.testing.assert_array_equal(rgb_from_msg(image), world.render_rgb())


def sim_process(*parameters, **variables):
    options = [word for p in parameters for word in ('-p', p)]
    command = [sys.executable, '-m', 'robot_dl.sim.sim_node', '--ros-args', *options]
    env = {**child_environment(), **variables}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=env, text=True, stdout=pipe, stderr=subprocess.STDOUT)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process_cleanly(domain_id, number):
    with sim_process('width:=160', 'height:=120') as process:
        assert 'showing tabletop 0' in process.stdout.readline()
        process.send_signal(number)
        rest, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, rest
    assert 'Traceback' not in rest


def test_where_nothing_can_be_rendered_the_process_says_so_and_ends(domain_id):
    with sim_process(MUJOCO_GL='nonsense') as process:
        said, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 1
    assert 'MUJOCO_GL' in said
    assert 'Traceback' not in said


def test_an_unknown_world_is_refused_with_the_nearest_name(domain_id):
    with sim_process('world:=tabeltop') as process:
        said, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 2
    assert "Did you mean 'tabletop'?" in said


def test_the_process_does_not_load_torch_or_onnxruntime():
    code = 'import sys, robot_dl.sim.sim_node; print(*sys.modules)'
    done = subprocess.run(
        [sys.executable, '-c', code], env=dict(os.environ), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert {'torch', 'onnxruntime'}.isdisjoint(done.stdout.split())
