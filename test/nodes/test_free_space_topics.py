"""The segmentation node tells where one can drive: grid, scan and frame over real topics."""

import math

import numpy as np
import pytest
from nav_msgs.msg import OccupancyGrid
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from ros_session import Camera, ask_again
from sensor_msgs.msg import CameraInfo, Image, LaserScan
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage
from toy_models import picture
from toy_segmenters import write_segmenter

from robot_dl.core.pinhole import Pinhole
from robot_dl.nodes.segmentation_node import SegmentationNode
from robot_dl.ros.geometry import camera_info_msg, matrix_from_transform
from robot_dl.ros.scans import points_from_scan

NODE = 'segmentation_node'
SIZE_HW = (192, 320)
HEIGHT_M, PITCH_RAD = 0.5, 0.3
CAMERA = Pinhole(160.0, 160.0, 159.5, 95.5, SIZE_HW)
# Green floor from row 120 to the lower edge: rows of whole cells of the network.
FLOOR = picture(SIZE_HW, green=(0, 120, 320, 192))
DRIVING = {
    'drivable_classes': ['green'],
    'camera_height_m': HEIGHT_M,
    'camera_pitch_rad': PITCH_RAD,
}
FRAME = 'camera_optical_frame'
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
# As costmaps subscribe scans.
SENSOR_DATA = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)


def ahead_m(edge_row: float) -> float:
    """Return how far ahead the edge above a row meets the ground, by its angle alone."""
    below_axis_rad = math.atan((edge_row - 0.5 - CAMERA.cy) / CAMERA.fy)
    return HEIGHT_M / math.tan(PITCH_RAD + below_axis_rad)


def calibration(pinhole: Pinhole = CAMERA, frame: str = FRAME) -> CameraInfo:
    return camera_info_msg(pinhole, Header(frame_id=frame))


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return str(write_segmenter(tmp_path_factory.mktemp('models') / 'wide', SIZE_HW))


@pytest.fixture
def info(session):
    """Publish a calibration, once, for whoever comes."""
    publisher = session.node.create_publisher(CameraInfo, 'camera_info', LATCHED)
    publisher.publish(calibration())
    return publisher


@pytest.fixture
def ask(session, camera):
    """Return a function that publishes an image until it is answered, in whatever frame."""

    def ask(image, answers):
        def once(patience_s):
            stamp = camera.send(image).stamp
            found = session.until(
                lambda: [m for m in answers if m.header.stamp == stamp], patience_s
            )
            return found and found[0]

        return ask_again(once)

    return ask


@pytest.mark.usefixtures('info')
def test_the_scan_ends_where_the_floor_does(session, ask, folder):
    """Traps 2 and 3: it stands in the frame of the ground, at the time of the image."""
    session.start(SegmentationNode, model=folder, **DRIVING)
    scan = ask(FLOOR, session.record(LaserScan, 'free_space_scan', SENSOR_DATA))
    assert scan.header.frame_id == 'camera_ground'
    points = points_from_scan(scan)
    assert len(points) > 100
    one_row_m = ahead_m(120) - ahead_m(121)
    np.testing.assert_allclose(points[:, 0], ahead_m(120), atol=one_row_m)
    assert points[:, 1].min() < -0.5
    assert points[:, 1].max() > 0.5
    assert scan.range_min == pytest.approx(ahead_m(192), abs=1e-3)


@pytest.mark.usefixtures('info')
def test_the_grid_is_free_up_to_there_and_unknown_behind(session, ask, folder):
    session.start(SegmentationNode, model=folder, grid_resolution_m=0.02, **DRIVING)
    grid = ask(FLOOR, session.record(OccupancyGrid, 'free_space'))
    assert grid.header.frame_id == 'camera_ground'
    assert grid.info.origin.position.y == pytest.approx(-grid.info.height * 0.02 / 2)
    cells = np.array(grid.data, np.int8).reshape(grid.info.height, grid.info.width)
    middle = cells[grid.info.height // 2]
    near, end = (int(ahead_m(row) / 0.02) for row in (192, 120))
    assert (middle[near + 1 : end - 2] == 0).all()
    assert (middle[end - 2 : end + 3] == 100).any()
    assert (middle[end + 3 :] == -1).all()
    assert (middle[: near - 1] == -1).all()
    assert set(np.unique(cells)) == {-1, 0, 100}


@pytest.mark.usefixtures('info')
def test_what_is_not_drivable_leaves_nothing_free(session, ask, folder):
    """Trap 25: what was free stays free on the map after the way has been blocked."""
    session.start(SegmentationNode, model=folder, **DRIVING)
    grids = session.record(OccupancyGrid, 'free_space')
    assert 0 in ask(FLOOR, grids).data
    assert 0 not in ask(np.zeros_like(FLOOR), grids).data


@pytest.mark.usefixtures('info')
def test_tf_knows_where_the_ground_is(session, ask, folder):
    session.start(SegmentationNode, model=folder, **DRIVING)
    frames = session.record(TFMessage, 'tf_static', LATCHED)
    scans = session.record(LaserScan, 'free_space_scan', SENSOR_DATA)
    ask(FLOOR, scans)
    ask(FLOOR, scans)
    [msg] = session.wait(lambda: frames, 'tf_static')
    [transform] = msg.transforms
    assert (transform.header.frame_id, transform.child_frame_id) == (FRAME, 'camera_ground')
    pose = matrix_from_transform(transform.transform)
    lens = np.linalg.inv(pose)[:3, 3]
    np.testing.assert_allclose(lens, [0, 0, HEIGHT_M], atol=1e-9)
    # The optical axis meets the ground where the pitch says.
    [point] = (pose @ np.array([[HEIGHT_M / math.tan(PITCH_RAD), 0, 0, 1]]).T).T[:, :3]
    np.testing.assert_allclose(point[:2], 0, atol=1e-9)
    assert point[2] > 0


@pytest.mark.usefixtures('info')
def test_somebody_else_may_say_where_the_ground_is(session, ask, folder):
    frame = {'ground_frame': 'base_footprint', 'publish_ground_frame': False}
    node = session.start(SegmentationNode, model=folder, **DRIVING, **frame)
    scan = ask(FLOOR, session.record(LaserScan, 'free_space_scan', SENSOR_DATA))
    assert scan.header.frame_id == 'base_footprint'
    assert node.count_publishers('tf_static') == 0


@pytest.mark.usefixtures('info')
def test_no_frame_is_its_own_child(session, ask, folder):
    session.start(SegmentationNode, model=folder, **DRIVING, ground_frame=FRAME)
    frames = session.record(TFMessage, 'tf_static', LATCHED)
    scans = session.record(LaserScan, 'free_space_scan', SENSOR_DATA)
    for _ in range(3):
        ask(FLOOR, scans)
    assert frames == []


@pytest.mark.usefixtures('info')
def test_nothing_is_computed_and_no_calibration_heard_while_nobody_subscribes(
    session, camera, ask, folder
):
    session.start(SegmentationNode, model=folder, **DRIVING)
    masks = session.record(Image, 'mask')
    camera.ask(FLOOR, masks)
    assert session.node.count_subscribers('camera_info') == 0
    ask(FLOOR, session.record(LaserScan, 'free_space_scan', SENSOR_DATA))
    assert session.node.count_subscribers('camera_info') == 1


@pytest.mark.parametrize(
    ('msg', 'words'),
    [
        (None, 'no camera_info for'),
        (calibration(Pinhole(80.0, 80.0, 79.5, 47.5, (96, 160))), 'camera_info is for 160 x 96'),
        (calibration(frame='other_camera'), "camera_info is of the frame 'other_camera'"),
    ],
    ids=['none', 'other size', 'other camera'],
)
def test_without_its_calibration_the_mask_goes_on_and_diagnostics_say_why(
    session, camera, folder, msg, words
):
    publisher = session.node.create_publisher(CameraInfo, 'camera_info', LATCHED)
    if msg is not None:
        publisher.publish(msg)
    node = session.start(SegmentationNode, model=folder, input_timeout_s=0.3, **DRIVING)
    masks = session.record(Image, 'mask')
    scans = session.record(LaserScan, 'free_space_scan', SENSOR_DATA)

    def complained():
        camera.ask(FLOOR, masks)
        return words in node.complaint()

    session.wait(complained, words)
    assert scans == []
    assert node.frames.errors == 0


def test_who_waits_for_free_space_without_drivable_classes_is_told(session, camera, folder):
    node = session.start(SegmentationNode, model=folder)
    session.record(OccupancyGrid, 'free_space')
    session.wait(lambda: 'drivable_classes is empty' in node.complaint(), 'a complaint')


@pytest.mark.usefixtures('info')
def test_drivable_classes_can_change_while_the_node_runs(session, ask, folder):
    session.start(SegmentationNode, model=folder, **DRIVING)
    grids = session.record(OccupancyGrid, 'free_space')
    assert 0 in ask(FLOOR, grids).data
    assert session.set_parameters(NODE, drivable_classes=['red']).successful
    assert 0 not in ask(FLOOR, grids).data
    assert session.set_parameters(NODE, drivable_classes=['red', 'green']).successful
    assert 0 in ask(FLOOR, grids).data


def test_other_images_do_not_wait_for_a_calibration(session, folder):
    """Without drivable classes nothing depends on one."""
    session.start(SegmentationNode, model=folder)
    assert Camera(session).ask(FLOOR, session.record(Image, 'mask'))
    assert session.node.count_subscribers('camera_info') == 0
