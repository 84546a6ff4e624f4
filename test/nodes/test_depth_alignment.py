"""Metres for a relative model from other sensors, over real topics."""

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from depth_scene import (
    FRAME,
    HW,
    IMAGE,
    INSIDE,
    METRES,
    Calibration,
    DepthSensor,
    Robot,
    scan_of,
    status_of,
)
from diagnostic_msgs.msg import DiagnosticArray
from ros_session import ask_again
from sensor_msgs.msg import Image, LaserScan
from std_msgs.msg import Header
from toy_depth import write_depth_model

from robot_dl.core.params import ParamError
from robot_dl.nodes.depth_node import DepthNode
from robot_dl.ros.depth import depth_from_msg, depth_to_msg

pytestmark = pytest.mark.ros

IN_METRES, RELATIVE = 'depth/image', 'relative_depth/image'


@pytest.fixture(scope='module')
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp('models')
    return {'relative': str(write_depth_model(folder / 'relative', 'inverse_depth'))}


@pytest.fixture
def calibration(session):
    return Calibration(session)


def ask_both(camera, sensor, answers):
    """Publish an image and what the sensor measures of it until they are answered."""

    def ask(patience_s):
        header = camera.send(IMAGE)
        sensor.send(header)
        return camera.answer_within(header, answers, patience_s)

    return ask_again(ask)


@pytest.mark.parametrize('encoding', ['16UC1', '32FC1'])
def test_a_depth_camera_gives_a_relative_model_its_metres(session, camera, models, encoding):
    """Trap 8: millimetres and metres give the same. Trap 12: metres because they were measured."""
    answers = session.record(Image, IN_METRES)
    node = session.start(DepthNode, model=models['relative'], align_to='depth')
    answer = ask_both(camera, DepthSensor(session, METRES, encoding), answers)
    np.testing.assert_allclose(depth_from_msg(answer)[INSIDE], METRES[INSIDE], rtol=0.02)
    values = node.details()
    assert float(values['align_error']) < 0.01
    assert float(values['align_scale']) == pytest.approx(1, abs=0.05)
    assert int(values['align_points']) > 5000
    assert values['align_refusal'] == ''


def test_a_bad_fit_is_refused_and_reported(session, camera, models):
    answers, relative = session.record(Image, IN_METRES), session.record(Image, RELATIVE)
    noise = np.random.default_rng(0).uniform(0.3, 20, HW)
    session.start(DepthNode, model=models['relative'], align_to='depth')
    ask_both(camera, DepthSensor(session, noise), relative)
    values = status_of(session, 'reference_depth gives a bad fit: it fits')
    assert float(values['align_inliers']) < 0.5
    assert answers == []


def test_depth_of_another_frame_or_shape_is_refused(session, camera, models):
    session.record(Image, IN_METRES)
    session.start(DepthNode, model=models['relative'], align_to='depth')
    publisher = session.node.create_publisher(Image, 'reference_depth', 1)
    reports = session.record(DiagnosticArray, '/diagnostics')

    def complain(frame_id, metres, reason):
        def said():
            stamp = camera.send(IMAGE).stamp
            publisher.publish(depth_to_msg(metres, Header(stamp=stamp, frame_id=frame_id)))
            session.spin_for(0.1)
            return [s for r in reports for s in r.status if reason in s.message]

        session.wait(said, reason)

    complain('depth_frame', METRES.astype(np.float32), "of the frame 'depth_frame', the image of")
    complain(FRAME, np.ones((90, 160), np.float32), 'expected the shape of the image, 128 x 96')


def test_depth_of_another_moment_is_not_used(session, camera, models):
    """Trap 11: 0.3 s apart is another scene."""
    answers = session.record(Image, IN_METRES)
    session.start(DepthNode, model=models['relative'], align_to='depth')
    sensor = DepthSensor(session)
    ask_both(camera, sensor, answers)
    answers.clear()
    for _ in range(10):
        header = camera.send(IMAGE)
        late = Header(stamp=Time(sec=header.stamp.sec, nanosec=300_000_005), frame_id=FRAME)
        sensor.send(late)
        camera.answer_within(header, answers, 0.05)
    assert answers == []


def test_a_lidar_gives_metres_from_where_it_was_at_the_time_of_its_scan(
    session, camera, models, calibration
):
    """Trap 10: a lidar that moves; its latest pose would put its points elsewhere."""
    calibration.send()
    answers = session.record(Image, IN_METRES)
    node = session.start(DepthNode, model=models['relative'], align_to='scan', align_max_error=0.5)
    robot = Robot(session)
    session.wait(robot.frames.get_subscription_count, 'a listener to tf')

    def ask(patience_s):
        header = camera.send(IMAGE)
        robot.place(0.1, header.stamp)
        robot.place(0.9, Time(sec=header.stamp.sec, nanosec=200_000_000))
        robot.scans.publish(scan_of(0.1, Header(stamp=header.stamp, frame_id='lidar')))
        return camera.answer_within(header, answers, patience_s)

    answer = ask_again(ask)
    np.testing.assert_allclose(depth_from_msg(answer)[INSIDE], METRES[INSIDE], rtol=0.03)
    assert node.alignment.error < 0.02
    assert node.alignment.points > 30


def test_a_lidar_whose_place_nobody_tells_gives_no_metres(session, camera, models, calibration):
    """Trap 10: no identity in the place of a pose that is not known."""
    calibration.send()
    answers = session.record(Image, IN_METRES)
    session.start(DepthNode, model=models['relative'], align_to='scan', tf_timeout_s=0.05)
    scans = session.node.create_publisher(LaserScan, 'scan', 1)
    reports = session.record(DiagnosticArray, '/diagnostics')

    def said():
        header = camera.send(IMAGE)
        scans.publish(scan_of(0.0, Header(stamp=header.stamp, frame_id='lidar')))
        camera.answer_within(header, answers, 0.2)
        return [s for r in reports for s in r.status if 'scan: cannot be found' in s.message]

    session.wait(said, 'the missing pose')
    assert answers == []


def test_a_fit_needs_raw_images(session, models):
    with pytest.raises(ParamError, match='transport: expected raw with align_to: depth'):
        session.start(
            DepthNode, model=models['relative'], align_to='depth', transport='compressed'
        )
