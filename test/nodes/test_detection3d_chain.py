"""Detector, depth node and 3D detector before one camera: places without a depth camera."""

import numpy as np
import pytest
from ros_session import Camera
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header
from toy_depth import metres_of, write_depth_model
from toy_models import picture
from vision_msgs.msg import Detection3DArray

from robot_dl.core.pinhole import Pinhole
from robot_dl.nodes.depth_node import DepthNode
from robot_dl.nodes.detection3d_node import Detection3dNode
from robot_dl.nodes.detection_node import DetectionNode
from robot_dl.ros.geometry import camera_info_msg
from robot_dl.ros.qos import LATCHED

SIZE_HW = (64, 96)
PINHOLE = Pinhole(100.0, 100.0, 47.5, 31.5, SIZE_HW)
RED_M = float(metres_of(255 / 3))
"""What is bright is far to the toy depth model; red is a third as bright as white."""


@pytest.mark.parametrize('output_size', ['image', 'network'])
def test_depth_of_a_model_places_what_a_detector_finds(
    session, model_folder, tmp_path, output_size
):
    depth_model = str(write_depth_model(tmp_path / 'depth'))
    calibration = session.node.create_publisher(CameraInfo, 'camera_info', LATCHED)
    calibration.publish(camera_info_msg(PINHOLE, Header(frame_id='camera_optical_frame')))
    session.start(DetectionNode, model=model_folder)
    session.start(DepthNode, model=depth_model, output_size=output_size)
    session.start(Detection3dNode, sizes_differ=output_size == 'network')
    answers = session.record(Detection3DArray, 'detections_3d')
    image = picture(SIZE_HW, red=(32, 0, 64, 32))
    answer = Camera(session).ask(image, answers)
    [element] = answer.detections
    position, size = element.bbox.center.position, element.bbox.size
    assert element.results[0].hypothesis.class_id == 'red'
    # The box is 32 x 32 pixels around (48, 16), whose pixels have their middles half a pixel off.
    expected = np.array([48 - 48, 16 - 32, 100]) / 100 * RED_M
    np.testing.assert_allclose([position.x, position.y, position.z], expected, atol=0.12)
    # A pixel of the network is three of the image wide, and those at the edge mix two depths.
    np.testing.assert_allclose([size.x, size.y], [0.32 * RED_M] * 2, atol=0.06 * RED_M)
