"""From a picture to metres, through a real network of which the metres are known."""

import numpy as np
import pytest
from toy_depth import metres_of, ramp, write_depth_model

from robot_dl.core.fit import letterbox
from robot_dl.core.params import ParamError
from robot_dl.depth.decoders.sigmoid import SigmoidRange
from robot_dl.depth.params import DepthParams
from robot_dl.depth.pipeline import open_depth
from robot_dl.depth.types import DepthMap, RelativeDepth
from robot_dl.engine.card_checks import CardError

SIZES = [(480, 640), (720, 1280), (480, 848), (97, 131), (240, 320), (120, 640)]


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    return open_depth(str(write_depth_model(tmp_path_factory.mktemp('depth') / 'm')))


@pytest.mark.parametrize('size_hw', SIZES)
def test_metres_have_the_size_of_the_image_and_its_places(model, size_hw):
    """Trap 5: undone in whole pixels, the ramp would be off by half a cell."""
    image = ramp(size_hw)
    found = model(image, DepthParams())
    assert isinstance(found, DepthMap)
    assert found.depth_m.shape == found.confidence.shape == size_hw
    expected = metres_of(image[..., 0])
    # A cell at the rim may be half of padding, and beyond its centre nothing is interpolated.
    rim = round(4 * max(size_hw[1] / 128, size_hw[0] / 96)) + 1
    slope_m = 5 * 200 / 255 / size_hw[1]
    apart = np.abs(found.depth_m - expected)[rim:-rim, rim:-rim]
    # A grey step is 0.02 m, and one over metres is not straight within a cell.
    assert apart.max() < 0.03 + 0.3 * slope_m
    assert np.abs(apart.mean()) < 0.01


@pytest.mark.parametrize('size_hw', SIZES)
def test_the_networks_own_size_has_no_padding(model, size_hw):
    found = model(ramp(size_hw), DepthParams(output_size='network'))
    height, width = found.depth_m.shape
    scale = min(24 / size_hw[0], 32 / size_hw[1])
    assert abs(height - size_hw[0] * scale) <= 1
    assert abs(width - size_hw[1] * scale) <= 1
    assert np.isfinite(found.depth_m).all()
    assert (np.diff(found.depth_m, axis=1) > 0).all()


def test_outside_of_a_crop_nothing_is_known(tmp_path):
    cropped = {'name': 'images', 'size_hw': [96, 96], 'fit': 'center_crop'}
    folder = write_depth_model(tmp_path / 'm', size_hw=(96, 96), input=cropped)
    found = open_depth(str(folder))(ramp((480, 640)), DepthParams())
    assert np.isnan(found.depth_m[:, :80]).all()
    assert np.isnan(found.depth_m[:, 560:]).all()
    assert np.isfinite(found.depth_m[:, 80:560]).all()
    assert (found.confidence[:, :80] == 0).all()


def test_what_is_too_near_or_too_far_is_unknown(model):
    image = ramp((480, 640), 0, 255)
    found = model(image, DepthParams(min_depth_m=2.0, max_depth_m=4.0))
    known = np.isfinite(found.depth_m)
    assert found.depth_m[known].min() >= 2
    assert found.depth_m[known].max() <= 4
    assert known.mean() == pytest.approx(0.4, abs=0.02)
    assert (found.confidence[~known] == 0).all()


def test_zero_metres_are_unknown(model):
    zeros = {'depth': np.zeros((1, 1, 24, 32), np.float32)}
    reading = SigmoidRange(min_m=0.0).decode(zeros)
    found = model.metres(reading, letterbox((48, 64), (24, 32)), DepthParams())
    assert np.isnan(found.depth_m).all()


def test_what_the_network_is_not_sure_of_can_be_left_out(model):
    image = ramp((480, 640))
    confidence = float(model(image, DepthParams()).confidence.max())
    assert confidence == pytest.approx(1 - np.exp(-np.log(1.1) / np.exp(-3)), rel=1e-4)
    assert np.isfinite(model(image, DepthParams(min_confidence=confidence - 0.01)).depth_m).all()
    assert np.isnan(model(image, DepthParams(min_confidence=confidence + 0.01)).depth_m).all()


def test_a_relative_map_is_unknown_only_where_the_network_saw_nothing(tmp_path):
    folder = write_depth_model(tmp_path / 'm', 'inverse_depth')
    found = open_depth(str(folder))(ramp((720, 1280)), DepthParams(max_depth_m=0.5))
    assert isinstance(found, RelativeDepth)
    assert np.isfinite(found.nearness).all()
    assert found.nearness.shape == (720, 1280)


@pytest.mark.parametrize('decoder', sorted({'log_depth', 'metric_depth', 'inverse_depth'}))
def test_every_way_of_telling_it_tells_the_same(tmp_path, decoder):
    options = {'metric': True}
    folder = write_depth_model(tmp_path / decoder, decoder, decoder_options=options)
    image = ramp((240, 320))
    found = open_depth(str(folder))(image, DepthParams()).depth_m[:, 12:-12]
    np.testing.assert_allclose(found, metres_of(image[..., 0])[:, 12:-12], atol=0.03)


def test_a_card_of_another_task_or_family_is_refused(tmp_path):
    with pytest.raises(CardError, match="expected a model for depth, got 'detection'"):
        open_depth(str(write_depth_model(tmp_path / 'a', task='detection', labels=['a'])))
    folder = write_depth_model(tmp_path / 'b')
    card = (folder / 'model.yaml').read_text()
    (folder / 'model.yaml').write_text(card.replace('log_depth', 'log_dept'))
    with pytest.raises(CardError, match="unknown decoder 'log_dept'. Did you mean 'log_depth'"):
        open_depth(str(folder))


def test_limits_that_leave_nothing_are_refused():
    with pytest.raises(ParamError, match=r'min_depth_m: expected less than max_depth_m \(2\)'):
        DepthParams(min_depth_m=3.0, max_depth_m=2.0)
