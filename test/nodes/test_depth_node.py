"""The depth node over real topics: metres, their calibration, their points, and when not."""

import numpy as np
import pytest
from depth_scene import CAMERA, FRAME, HW, IMAGE, INSIDE, METRES, Calibration, status_of
from diagnostic_msgs.msg import DiagnosticArray
from ros_messages import raw_image
from ros_session import Camera
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from toy_depth import write_depth_model

from robot_dl.core.pinhole import Pinhole
from robot_dl.nodes.depth_node import DepthNode
from robot_dl.ros.calibrations import pinhole_from_msg
from robot_dl.ros.clouds import CloudMaker
from robot_dl.ros.depth import depth_from_msg
from robot_dl.ros.images import pixels_from_msg, rgb_from_msg

pytestmark = pytest.mark.ros

IN_METRES, RELATIVE = 'depth/image', 'relative_depth/image'


@pytest.fixture(scope='module')
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp('models')
    return {
        'metric': str(write_depth_model(folder / 'metric')),
        'relative': str(write_depth_model(folder / 'relative', 'inverse_depth')),
        'focal': str(
            write_depth_model(
                folder / 'focal', 'metric_depth', decoder_options={'focal_px': 100.0}
            )
        ),
    }


@pytest.fixture
def calibration(session):
    return Calibration(session)


def wait_for_header(session, messages, header):
    """Return the message under a header."""
    return session.wait(lambda: [m for m in messages if m.header == header], 'the answer')[0]


def test_metres_come_under_the_header_of_the_image_at_its_size(session, camera, models):
    """Traps 2 and 3: no frame, or a stamp of now. 12: metres are those of the scene."""
    answers = session.record(Image, IN_METRES)
    session.start(DepthNode, model=models['metric'])
    answer = camera.ask(IMAGE, answers)
    assert answer.header.frame_id == FRAME
    assert (answer.encoding, answer.height, answer.width) == ('32FC1', *HW)
    np.testing.assert_allclose(depth_from_msg(answer)[INSIDE], METRES[INSIDE], atol=0.05)


@pytest.mark.parametrize(
    ('encoding', 'padding', 'big_endian'),
    [('bgra8', 0, False), ('rgb8', 7, False), ('mono16', 5, True)],
)
def test_padded_bgra_and_big_endian_images_have_the_same_metres(
    session, camera, models, encoding, padding, big_endian
):
    """Trap 26: row padding, bgra8 and byte order ignored."""
    pixels = {
        'bgra8': np.dstack([IMAGE, np.full(HW, 255, np.uint8)]),
        'rgb8': IMAGE,
        'mono16': IMAGE[..., 0].astype(np.uint16) * 257,
    }[encoding]
    answers = session.record(Image, IN_METRES)
    session.start(DepthNode, model=models['metric'])
    answer = camera.ask(raw_image(pixels, encoding, padding, big_endian), answers)
    np.testing.assert_allclose(depth_from_msg(answer)[INSIDE], METRES[INSIDE], atol=0.05)


def test_a_relative_model_never_claims_metres(session, camera, models, calibration):
    """Trap 12: a relative map on a topic of metres is a robot that drives into a wall."""
    calibration.send()
    claims = [session.record(t, n) for t, n in ((Image, IN_METRES), (PointCloud2, 'depth/points'))]
    claims.append(session.record(CameraInfo, 'depth/camera_info'))
    answers = session.record(Image, RELATIVE)
    session.start(DepthNode, model=models['relative'])
    for _ in range(3):
        answer = camera.ask(IMAGE, answers)
    nearness = pixels_from_msg(answer)
    assert answer.encoding == '32FC1'
    assert (nearness[:, 10] > nearness[:, 60]).all()
    assert (nearness[:, 60] > nearness[:, 120]).all()
    assert claims == [[], [], []]


def test_a_metric_model_claims_nothing_relative(session, camera, models):
    relative, answers = session.record(Image, RELATIVE), session.record(Image, IN_METRES)
    session.start(DepthNode, model=models['metric'])
    camera.ask(IMAGE, answers)
    camera.ask(IMAGE, answers)
    assert relative == []


def test_a_model_for_one_camera_waits_for_its_calibration(session, camera, models, calibration):
    """Trap 12: no focal length is invented; once it is known, metres follow it."""
    answers = session.record(Image, IN_METRES)
    session.start(DepthNode, model=models['focal'])
    for _ in range(2):
        camera.send(IMAGE)
    values = status_of(session, 'metres hold for a focal length of 100 px')
    assert 'camera_info is needed: no camera_info has come yet' in values['last_error']
    assert answers == []
    calibration.send()
    answer = camera.ask(IMAGE, answers)
    np.testing.assert_allclose(depth_from_msg(answer)[INSIDE], METRES[INSIDE], atol=0.05)
    twice = Pinhole(200.0, 200.0, 63.5, 47.5, HW)
    calibration.send(twice)

    def followed():
        depth_m = depth_from_msg(camera.ask(IMAGE, answers))
        return np.allclose(depth_m[INSIDE], 2 * METRES[INSIDE], atol=0.1)

    session.wait(followed, 'metres for the changed camera')


def test_without_any_calibration_the_node_says_which_topic_is_missing(session, camera, models):
    session.record(Image, IN_METRES)
    session.start(DepthNode, model=models['metric'], input_timeout_s=0.5)
    answers = session.record(Image, IN_METRES)
    reports = session.record(DiagnosticArray, '/diagnostics')

    def said():
        camera.ask(IMAGE, answers)
        texts = [s.message for r in reports for s in r.status]
        return [t for t in texts if 'no camera_info for' in t and 'has no publisher' in t]

    session.wait(said, 'the missing camera_info')


@pytest.mark.parametrize(
    ('pinhole', 'frame', 'reason'),
    [
        (Pinhole(100.0, 100.0, 319.5, 239.5, (480, 640)), FRAME, 'for 640 x 480 pixels, the im'),
        (CAMERA, 'other_camera', "camera_info is of the frame 'other_camera', the image of"),
        (Pinhole(0.0, 0.0, 0.0, 0.0, HW), FRAME, 'expected focal lengths > 0'),
    ],
)
def test_a_calibration_of_something_else_is_refused_with_the_reason(
    session, camera, models, calibration, pinhole, frame, reason
):
    calibration.send(pinhole, frame)
    answers = session.record(Image, IN_METRES)
    infos = session.record(CameraInfo, 'depth/camera_info')
    node = session.start(DepthNode, model=models['metric'])
    session.wait(lambda: reason in (camera.ask(IMAGE, answers) and node.complaint()), reason)
    status_of(session, reason)
    assert infos == []


def test_the_calibration_has_the_stamp_of_the_metres_and_is_that_of_the_image(
    session, camera, models, calibration
):
    calibration.send()
    answers = session.record(Image, IN_METRES)
    infos = session.record(CameraInfo, 'depth/camera_info')
    session.start(DepthNode, model=models['metric'])
    session.wait(lambda: camera.ask(IMAGE, answers) and infos, 'a calibration')
    answer = camera.ask(IMAGE, answers)
    info = wait_for_header(session, infos, answer.header)
    assert pinhole_from_msg(info) == CAMERA


def test_a_calibration_of_the_networks_size_sees_points_where_the_map_does(
    session, camera, models, calibration
):
    """Half pixels count: 96 x 128 pixels become 24 x 32 cells of 4 x 4."""
    calibration.send()
    answers = session.record(Image, IN_METRES)
    infos = session.record(CameraInfo, 'depth/camera_info')
    clouds = session.record(PointCloud2, 'depth/points')
    session.start(DepthNode, model=models['metric'], output_size='network')
    session.wait(lambda: camera.ask(IMAGE, answers) and infos and clouds, 'a calibration')
    answer = camera.ask(IMAGE, answers)
    info = wait_for_header(session, infos, answer.header)
    assert (answer.height, answer.width) == (info.height, info.width) == (24, 32)
    cells = pinhole_from_msg(info)
    assert (cells.fx, cells.fy) == (25.0, 25.0)
    assert (cells.cx, cells.cy) == (64 / 4 - 0.5, 48 / 4 - 0.5)
    assert list(info.k[:6]) == [25.0, 0.0, 15.5, 0.0, 25.0, 11.5]
    cloud = wait_for_header(session, clouds, answer.header)
    assert (cloud.height, cloud.width) == (24, 32)


def test_points_are_those_of_the_metres_with_the_colours_of_the_image(
    session, camera, models, calibration
):
    calibration.send()
    answers = session.record(Image, IN_METRES)
    clouds = session.record(PointCloud2, 'depth/points')
    session.start(DepthNode, model=models['metric'])
    session.wait(lambda: camera.ask(IMAGE, answers) and clouds, 'points')
    answer = camera.ask(IMAGE, answers)
    cloud = wait_for_header(session, clouds, answer.header)
    points = np.frombuffer(cloud.data, np.float32).reshape(*HW, 4)
    depth_m = depth_from_msg(answer)
    np.testing.assert_array_equal(points[..., 2], depth_m)
    np.testing.assert_allclose(points[30, 100, 0], (100 - 63.5) / 100 * depth_m[30, 100], 1e-5)
    assert points[30, 100, 3].view(np.uint32) & 255 == IMAGE[30, 100, 2]


def test_points_and_confidence_are_computed_only_while_somebody_subscribes(
    session, camera, models, calibration, monkeypatch
):
    made = []
    make = CloudMaker.__call__
    monkeypatch.setattr(CloudMaker, '__call__', lambda *a: made.append(1) or make(*a))
    calibration.send()
    answers = session.record(Image, IN_METRES)
    node = session.start(DepthNode, model=models['metric'])
    session.wait(lambda: camera.ask(IMAGE, answers) and not node.camera.problem, 'the camera')
    confidence = node.model.decoder.confidence
    asked = []
    monkeypatch.setattr(
        type(node.model.decoder), 'confidence', lambda s, o: asked.append(1) or confidence(o)
    )
    camera.ask(IMAGE, answers)
    assert made == asked == []
    session.record(PointCloud2, 'depth/points')
    session.record(Image, 'depth/confidence')
    session.wait(lambda: camera.ask(IMAGE, answers) and made and asked, 'both')


def test_confidence_is_the_chance_that_the_metres_are_right(session, camera, models):
    answers = session.record(Image, IN_METRES)
    sure = session.record(Image, 'depth/confidence')
    node = session.start(DepthNode, model=models['metric'], max_depth_m=3.0)
    session.wait(lambda: camera.ask(IMAGE, answers) and sure, 'confidence')
    answer = camera.ask(IMAGE, answers)
    confidence = pixels_from_msg(wait_for_header(session, sure, answer.header))
    known = np.isfinite(depth_from_msg(answer))
    expected = 1 - np.exp(-np.log(1.1) / np.exp(-3.0))
    np.testing.assert_allclose(confidence[known], expected, atol=1e-5)
    assert (confidence[~known] == 0).all()
    assert 0.2 < known.mean() < 0.8
    assert node.params.max_depth_m == 3.0


def test_whoever_waits_for_the_confidence_of_a_model_without_any_is_told(
    session, camera, models, calibration
):
    calibration.send()
    answers = session.record(Image, IN_METRES)
    session.start(DepthNode, model=models['focal'], input_timeout_s=0.0)
    sure = session.record(Image, 'depth/confidence')
    camera.ask(IMAGE, answers)
    status_of(session, 'the model does not tell how sure it is')
    assert sure == []


@pytest.mark.parametrize('model', ['metric', 'relative'])
def test_the_overlay_shows_distances_as_colours(session, camera, models, model):
    overlays = session.record(Image, 'depth_node/overlay')
    session.start(DepthNode, model=models[model])
    picture = rgb_from_msg(camera.ask(IMAGE, overlays)).astype(int)
    assert picture.shape == (*HW, 3)
    # Near is red, far is blue; the bar at the right edge goes from one to the other.
    assert picture[40, 5, 0] > picture[40, 5, 2]
    assert picture[40, 90, 2] > picture[40, 90, 0]
    assert picture[-3, -1, 0] > picture[-3, -1, 2]


def test_the_node_rests_while_nobody_subscribes(session, models):
    """Nothing is subscribed then: not the images, not the calibration."""
    node = session.start(DepthNode, model=models['metric'])
    camera = Camera(session)
    infos = session.node.create_publisher(CameraInfo, 'camera_info', 1)

    def heard():
        return camera.publisher.get_subscription_count() and infos.get_subscription_count()

    subscription = session.node.create_subscription(Image, IN_METRES, lambda msg: None, 1)
    session.wait(heard, 'subscriptions')
    session.node.destroy_subscription(subscription)
    session.wait(lambda: not camera.publisher.get_subscription_count(), 'rest')
    session.wait(lambda: not infos.get_subscription_count(), 'rest')
    assert node.state == 'active'
