"""Calibrations as messages, read as the intrinsics of the image they belong to."""

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, RegionOfInterest
from std_msgs.msg import Header

from robot_dl.core.pinhole import Pinhole
from robot_dl.core.resampling import Resampling
from robot_dl.ros.calibrations import info_for, pinhole_from_msg
from robot_dl.ros.encodings import ImageError
from robot_dl.ros.geometry import camera_info_msg

CAMERA = Pinhole(fx=600.0, fy=610.0, cx=319.5, cy=240.25, size_hw=(480, 640))


def info(**changes) -> CameraInfo:
    msg = camera_info_msg(CAMERA, Header())
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


def test_intrinsics_survive_the_message():
    assert pinhole_from_msg(info()) == CAMERA


def test_the_matrix_of_the_rectified_image_wins():
    raw = [500.0, 0, 300.0, 0, 500.0, 200.0, 0, 0, 1]
    assert pinhole_from_msg(info(k=raw)) == CAMERA
    assert pinhole_from_msg(info(k=raw, p=[0.0] * 12)).fx == 500


def test_a_binned_region_of_interest_projects_as_the_whole_image_does():
    """A point keeps its place: the centre of a binned pixel is that of the pixels in it."""
    roi = RegionOfInterest(x_offset=64, y_offset=32, width=320, height=240)
    part = pinhole_from_msg(info(roi=roi, binning_x=2, binning_y=4))
    assert part.size_hw == (60, 160)
    point = np.array([[0.1, -0.2, 2.0]])
    (u, v), (bu, bv) = CAMERA.project(point)[0], part.project(point)[0]
    assert u == pytest.approx(64 + 2 * bu + 0.5)
    assert v == pytest.approx(32 + 4 * bv + 1.5)


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'p': [0.0] * 12, 'k': [0.0] * 9}, 'expected focal lengths > 0, got fx 0.*calibrate'),
        ({'p': [0.0] * 12, 'k': [float('nan')] * 9}, 'expected focal lengths > 0, got fx nan'),
        ({'p': [float('inf')] * 12, 'k': [0.0] * 9}, 'expected focal lengths > 0, got fx inf'),
        ({'width': 0}, 'expected at least one pixel, got 0 x 480'),
        ({'binning_y': 481}, 'expected at least one pixel'),
    ],
)
def test_a_camera_that_is_not_calibrated_is_refused_with_the_reason(changes, reason):
    with pytest.raises(ImageError, match=reason):
        pinhole_from_msg(info(**changes))


CELLS = Resampling(scale_xy=(0.25, 0.2), shift_xy=(0.5, -3.0), size_hw=(90, 150))


@pytest.mark.parametrize('has_p', [True, False])
@pytest.mark.parametrize('binning', [0, 2])
def test_the_calibration_of_a_resampled_image_is_that_of_the_resampled_camera(has_p, binning):
    roi = RegionOfInterest(x_offset=40, y_offset=20, width=400, height=400) if binning else None
    changes = {'roi': roi, 'binning_x': binning, 'binning_y': binning} if roi else {}
    original = info(**changes, **({} if has_p else {'p': [0.0] * 12}))
    expected = pinhole_from_msg(original).resampled(CELLS)
    header = Header(frame_id='camera')
    found = info_for(original, header, CELLS)
    got = pinhole_from_msg(found)
    assert found.header == header
    assert got.size_hw == (found.height, found.width) == CELLS.size_hw
    np.testing.assert_allclose(got.matrix, expected.matrix, atol=1e-9)
    assert list(original.k) == list(info().k)


def test_the_baseline_of_a_stereo_camera_is_scaled_with_its_focal_length():
    """P's fourth column is -fx · baseline (REP-118's disparity, CameraInfo's definition)."""
    p = list(info().p)
    p[3] = -600 * 0.12
    found = info_for(info(p=p), Header(), CELLS)
    assert -found.p[3] / found.p[0] == pytest.approx(0.12)


def test_distortion_is_a_matter_of_rays_and_stays():
    original = info(d=[0.1, -0.2, 0.001, 0.002, 0.0], distortion_model='plumb_bob')
    assert list(info_for(original, Header(), CELLS).d) == list(original.d)
    same = info_for(original, Header(frame_id='x'))
    assert (same.header.frame_id, original.header.frame_id) == ('x', '')
    assert list(same.k) == list(original.k)
