"""Depth and colours become clouds that other people's readers understand."""

import struct
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sensor_msgs.msg import PointField
from std_msgs.msg import Header

from robot_dl.core.pinhole import Pinhole
from robot_dl.ros.clouds import CloudMaker

CAMERA = Pinhole(fx=5.0, fy=6.0, cx=2.25, cy=1.5, size_hw=(4, 6))


def scene(seed: int, camera: Pinhole = CAMERA):
    rng = np.random.default_rng(seed)
    depth = rng.uniform(0.2, 9, camera.size_hw).astype(np.float32)
    depth[rng.random(camera.size_hw) < 0.3] = np.nan
    return depth, rng.integers(0, 256, (*camera.size_hw, 3), np.uint8)


def read_point(msg, row: int, column: int) -> dict[str, float]:
    """Read one point as the definition of PointCloud2 says, byte by byte."""
    start = row * msg.row_step + column * msg.point_step
    order = '>' if msg.is_bigendian else '<'
    assert all(field.datatype == PointField.FLOAT32 for field in msg.fields)
    return {
        field.name: struct.unpack_from(f'{order}f', bytes(msg.data), start + field.offset)[0]
        for field in msg.fields
    }


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_point_lies_on_the_ray_of_its_pixel_at_its_depth(seed):
    depth, rgb = scene(seed)
    msg = CloudMaker(CAMERA)(depth, rgb, Header())
    for row, column in np.ndindex(depth.shape):
        point = read_point(msg, row, column)
        if np.isnan(depth[row, column]):
            assert all(np.isnan(point[axis]) for axis in 'xyz')
            continue
        assert point['z'] == depth[row, column]
        assert point['x'] == pytest.approx((column - 2.25) / 5 * point['z'], abs=1e-5)
        assert point['y'] == pytest.approx((row - 1.5) / 6 * point['z'], abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_colours_are_packed_as_pcl_unpacks_them(seed):
    """PCL: r = (bits >> 16) & 255, g = (bits >> 8) & 255, b = bits & 255."""
    depth, rgb = scene(seed)
    msg = CloudMaker(CAMERA)(depth, rgb, Header())
    for row, column in np.ndindex(depth.shape):
        (bits,) = struct.unpack_from('<I', bytes(msg.data), row * msg.row_step + 16 * column + 12)
        unpacked = [bits >> 16 & 255, bits >> 8 & 255, bits & 255]
        assert unpacked == rgb[row, column].tolist()
        assert bits >> 24 == 0


def test_the_cloud_is_organised_and_under_the_image_s_header():
    depth, rgb = scene(1)
    msg = CloudMaker(CAMERA)(depth, rgb, Header(frame_id='camera'))
    assert (msg.height, msg.width, msg.point_step, msg.row_step) == (4, 6, 16, 96)
    assert len(msg.data) == msg.row_step * msg.height
    assert msg.header.frame_id == 'camera'
    assert [f.name for f in msg.fields] == ['x', 'y', 'z', 'rgb']
    assert not msg.is_dense
    assert CloudMaker(CAMERA)(np.ones((4, 6), np.float32), rgb, Header()).is_dense
    assert sys.byteorder == 'little'


def test_sensor_msgs_py_reads_it():
    point_cloud2 = pytest.importorskip('sensor_msgs_py.point_cloud2')
    depth, rgb = scene(2)
    msg = CloudMaker(CAMERA)(depth, rgb, Header())
    points = point_cloud2.read_points(msg, field_names=('x', 'y', 'z'), skip_nans=True)
    assert len(points) == np.isfinite(depth).sum()
    np.testing.assert_array_equal(points['z'], depth[np.isfinite(depth)])


def test_another_camera_gets_other_rays():
    depth, rgb = scene(3)
    wide = Pinhole(fx=2.5, fy=3.0, cx=2.25, cy=1.5, size_hw=(4, 6))
    narrow = read_point(CloudMaker(CAMERA)(np.ones_like(depth), rgb, Header()), 0, 0)
    wider = read_point(CloudMaker(wide)(np.ones_like(depth), rgb, Header()), 0, 0)
    assert wider['x'] == pytest.approx(2 * narrow['x'])


def test_sizes_that_differ_are_refused():
    depth, rgb = scene(4)
    with pytest.raises(
        ValueError, match=r'size of the camera, \[4, 6\], got depth \[4, 6\] and colours \[3, 6'
    ):
        CloudMaker(CAMERA)(depth, rgb[:3], Header())


def test_a_colour_image_that_is_a_view_is_read_right():
    depth, rgb = scene(5)
    padded = np.zeros((4, 9, 3), np.uint8)
    padded[:, :6] = rgb
    same = CloudMaker(CAMERA)(depth, padded[:, :6], Header())
    assert same.data == CloudMaker(CAMERA)(depth, rgb, Header()).data


def test_a_cloud_has_nothing_of_the_one_before():
    maker = CloudMaker(CAMERA)
    bytes(maker(*scene(6), Header()).data)
    depth, rgb = scene(7)
    assert maker(depth, rgb, Header()).data == CloudMaker(CAMERA)(depth, rgb, Header()).data
