"""Metres for the camera that took the picture, and none without it."""

from dataclasses import replace

import numpy as np
import pytest
from toy_depth import metres_of, ramp, write_depth_model

from robot_dl.core.bad_images import ImageError
from robot_dl.core.fit import FITS
from robot_dl.core.pinhole import Pinhole
from robot_dl.depth.focal import focal_factor
from robot_dl.depth.params import DepthParams
from robot_dl.depth.pipeline import open_depth
from robot_dl.depth.types import RelativeDepth

CAMERA = Pinhole(fx=600.0, fy=600.0, cx=319.5, cy=239.5, size_hw=(480, 640))
HW = (96, 128)


@pytest.mark.parametrize('fit', sorted(FITS))
@pytest.mark.parametrize('source_hw', [(480, 640), (720, 1280), (375, 1242)])
def test_a_picture_taken_with_twice_the_focal_length_is_twice_as_far(fit, source_hw):
    placed = FITS[fit](source_hw, (384, 512), 1.0)
    camera = replace(CAMERA, size_hw=source_hw)
    twice = replace(camera, fx=2 * camera.fx, fy=2 * camera.fy)
    factor = focal_factor(camera, placed, 1000)
    assert focal_factor(twice, placed, 1000) == pytest.approx(2 * factor)


@pytest.mark.parametrize(
    ('fit', 'f_input'),
    [
        ('letterbox', 600 * 512 / 1280),
        ('letterbox_top_left', 600 * 512 / 1280),
        ('center_crop', 600 * 384 / 720),
        ('stretch', 600 * (512 / 1280 * 384 / 720) ** 0.5),
    ],
)
def test_the_focal_length_is_scaled_as_the_image_is(fit, f_input):
    """Metric3D's canonical camera in closed form: metres · f_input / 1000, for every fit."""
    placed = FITS[fit]((720, 1280), (384, 512), 1.0)
    camera = replace(CAMERA, size_hw=(720, 1280))
    # A crop scales by whole pixels: 682 of 682.67.
    assert focal_factor(camera, placed, 1000.0) == pytest.approx(f_input / 1000, rel=1e-3)


def test_metres_follow_the_camera(tmp_path):
    folder = write_depth_model(tmp_path / 'm', 'metric_depth', decoder_options={'focal_px': 100.0})
    model, image = open_depth(str(folder)), ramp((480, 640))
    expected = metres_of(image[..., 0]) * (600 * 128 / 640) / 100
    for focal in (1.0, 0.5, 3.0):
        camera = replace(CAMERA, fx=600 * focal, fy=600 * focal)
        found = model(image, DepthParams(), camera)
        np.testing.assert_allclose(found.depth_m[:, 8:-8], focal * expected[:, 8:-8], rtol=0.01)


@pytest.mark.parametrize('fit', sorted(FITS))
def test_metres_do_not_depend_on_the_size_of_the_picture(tmp_path, fit):
    """The same scene, the camera's image made larger or smaller: a point keeps its distance."""
    folder = write_depth_model(
        tmp_path / 'm',
        'metric_depth',
        decoder_options={'focal_px': 100.0},
        input={'name': 'images', 'size_hw': list(HW), 'fit': fit, 'resampling': 'area'},
    )
    model = open_depth(str(folder))
    found = []
    for factor in (1, 2):
        hw = (240 * factor, 424 * factor)
        camera = Pinhole(300.0 * factor, 300.0 * factor, 0, 0, hw)
        at = model(ramp(hw), DepthParams(), camera).depth_m
        found.append(at[100 * factor, 212 * factor])
    assert found[0] == pytest.approx(found[1], rel=0.01)


def test_a_model_for_one_camera_invents_no_focal_length(tmp_path):
    """Trap 12: metres are right or not there."""
    folder = write_depth_model(tmp_path / 'm', 'metric_depth', decoder_options={'focal_px': 100.0})
    model = open_depth(str(folder))
    assert model.needs_camera
    with pytest.raises(ImageError, match='focal length of 100 px of its input.*camera_info is ne'):
        model(ramp((48, 64)), DepthParams())


def test_a_model_for_every_camera_needs_none(tmp_path):
    model = open_depth(str(write_depth_model(tmp_path / 'm', 'metric_depth')))
    image = ramp((480, 640))
    assert not model.needs_camera
    found = model(image, DepthParams()).depth_m
    np.testing.assert_allclose(found[:, 8:-8], metres_of(image[..., 0])[:, 8:-8], rtol=0.01)


def test_a_relative_model_needs_no_camera_and_gives_no_metres(tmp_path):
    """Trap 12: its answer is of another type, which no topic of metres takes."""
    folder = write_depth_model(
        tmp_path / 'm', 'inverse_depth', decoder_options={'focal_px': 100.0}
    )
    found = open_depth(str(folder))(ramp((480, 640)), DepthParams())
    assert isinstance(found, RelativeDepth)
    assert not hasattr(found, 'depth_m')
    assert (found.nearness[:, 50] > found.nearness[:, 600]).all()
