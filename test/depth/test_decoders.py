"""Every decoder of depth keeps the contract of the table; each agrees with closed forms."""

import copy
import math

import numpy as np
import pytest
import torch

from robot_dl.core.params import ParamError
from robot_dl.core.tensors import TensorSpec
from robot_dl.depth.decoders import DECODERS
from robot_dl.depth.decoders.inverse_depth import InverseDepth
from robot_dl.depth.decoders.log_depth import LogDepth
from robot_dl.depth.decoders.metric_depth import MetricDepth
from robot_dl.depth.decoders.sigmoid import SigmoidDisparity, SigmoidRange


@pytest.fixture(params=sorted(DECODERS))
def decoder(request):
    return DECODERS[request.param]()


def map_of(*values: float) -> dict[str, np.ndarray]:
    return {'o': np.array([[values]], np.float32)}


def test_the_example_is_near_on_the_left_and_far_on_the_right(decoder):
    reading = decoder.decode(decoder.example())
    assert reading.values.shape == (6, 8)
    assert reading.values.dtype == np.float32
    metres = 1 / reading.values if reading.is_inverse else reading.values
    np.testing.assert_allclose(metres[:, :4], 2, rtol=1e-5)
    np.testing.assert_allclose(metres[:, 4:], 4, rtol=1e-5)
    assert (reading.nearness[:, :4] > reading.nearness[:, 4:]).all()


def test_a_family_says_for_itself_whether_it_knows_metres():
    """Trap 12: what knows only what is nearer never claims metres unless its card says so."""
    relative = {name for name, kind in DECODERS.items() if not kind().metric}
    assert relative == {'inverse_depth', 'sigmoid_disparity'}


def test_outputs_are_not_written_to(decoder):
    outputs = decoder.example()
    before = copy.deepcopy(outputs)
    decoder.decode(outputs)
    decoder.confidence(outputs)
    for name, array in outputs.items():
        np.testing.assert_array_equal(array, before[name])


def everything(decoder, outputs):
    """Return all that the outputs say."""
    return decoder.decode(outputs), decoder.confidence(outputs)


@pytest.mark.parametrize('poison', [np.nan, np.inf, -np.inf, 3e38])
def test_a_damaged_map_is_refused_wherever_it_is(decoder, poison):
    """Trap 20: NaN from the network is not forwarded."""
    ((name, array),) = decoder.example().items()
    for at in range(array.size):
        outputs = {name: array.copy()}
        outputs[name].flat[at] = poison
        with pytest.raises(ValueError, match='the network gave NaN, infinity or absurd.* at 1 of'):
            everything(decoder, outputs)


def test_half_precision_says_the_same(decoder):
    ((name, array),) = decoder.example().items()
    half = decoder.decode({name: array.astype(np.float16)})
    assert half.values.dtype == np.float32
    np.testing.assert_allclose(half.values, decoder.decode({name: array}).values, rtol=0.02)


@pytest.mark.parametrize('shape', [(1, 1, 6, 8), (1, 6, 8), (1, 6, 8, 1), (6, 8)])
@pytest.mark.parametrize('name', sorted(set(DECODERS) - {'log_depth'}))
def test_a_map_may_have_any_axes_of_one(name, shape):
    decoder = DECODERS[name]()
    ((_, array),) = decoder.example().items()
    reshaped = {'o': array.reshape(shape)}
    decoder.check((TensorSpec('o', 'float32', shape),), ())
    expected = decoder.decode(decoder.example()).values
    np.testing.assert_array_equal(decoder.decode(reshaped).values, expected)


@pytest.mark.parametrize('shape', [(1, 3, 6, 8), (2, 6, 8), (48,), (1, 6, 8, 2)])
def test_a_graph_of_something_else_is_refused(decoder, shape):
    with pytest.raises(
        ValueError, match=r'expected output .*\[1, [12], \?, \?\].* got o: float32'
    ):
        decoder.check((TensorSpec('o', 'float32', shape),), ())


@pytest.mark.parametrize('shape', [(1, None, None), (None, 1, None, None), (1, 1, 192, None)])
def test_open_axes_are_taken(shape):
    SigmoidDisparity().check((TensorSpec('o', 'float32', shape),), ())


def test_of_several_maps_the_card_names_the_one():
    specs = tuple(TensorSpec(f'map{i}', 'float32', (1, 1, 6 << i, 8 << i)) for i in range(3))
    with pytest.raises(ValueError, match='may be any of.*decoder_options: {output: map0}'):
        SigmoidDisparity().check(specs, ())
    SigmoidDisparity(output='map2').check(specs, ())
    arrays = {s.name: np.full(s.shape, 0.1 * i, np.float32) for i, s in enumerate(specs)}
    assert SigmoidDisparity(output='map2').decode(arrays).values.shape == (24, 32)


def test_one_over_metres_is_that_of_the_public_dpt():
    """With scale, shift and inversion as the models for NYU and KITTI have them."""
    decoder = InverseDepth(metric=True, scale=0.000305, shift=0.1378)
    told = [0.0, 153.25, 4000.0, 29000.5]
    found = 1 / decoder.decode(map_of(*told)).values[0]
    np.testing.assert_allclose(found, [1 / (0.000305 * v + 0.1378) for v in told], rtol=1e-6)


def test_a_relative_map_ignores_scale_and_shift():
    reading = InverseDepth(scale=7.0, shift=2.0).decode(map_of(0.25, 3.5))
    np.testing.assert_array_equal(reading.values, [[0.25, 3.5]])


def test_what_has_no_distance_is_unknown():
    values = MetricDepth().decode(map_of(2.5, 0.0, -1.0, 0.001)).values[0]
    np.testing.assert_array_equal(np.isnan(values), [False, True, True, False])


@pytest.mark.parametrize(('metric', 'factor'), [(False, 1.0), (True, 5.4)])
def test_a_disparity_is_that_of_monodepth2(metric, factor):
    decoder = SigmoidDisparity(metric=metric, scale=5.4, min_m=0.1, max_m=100.0)
    shares = [0.0, 0.004, 0.31, 1.0]
    found = 1 / decoder.decode(map_of(*shares)).values[0]
    expected = [factor / (1 / 100 + (1 / 0.1 - 1 / 100) * s) for s in shares]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_part_of_a_range_is_a_distance():
    decoder = SigmoidRange(min_m=1e-3, max_m=80.0)
    shares = [0.0, 0.25, 1.0]
    expected = [1e-3 + (80 - 1e-3) * s for s in shares]
    np.testing.assert_allclose(decoder.decode(map_of(*shares)).values[0], expected, rtol=1e-5)


@pytest.mark.parametrize('kind', [SigmoidDisparity, SigmoidRange])
def test_a_graph_without_its_sigmoid_gets_one(kind):
    logits = [-7.0, -0.5, 0.0, 3.25]
    inside = [1 / (1 + math.exp(-z)) for z in logits]
    found = kind(activation='sigmoid').decode(map_of(*logits)).values
    np.testing.assert_allclose(found, kind().decode(map_of(*inside)).values, rtol=1e-5)
    with pytest.raises(ValueError, match=r'expected -0.001 to 1.001\) at 3 of 4 cells'):
        kind().decode(map_of(*logits))


@pytest.mark.parametrize('temperature', [0.5, 1.0, 3.0])
def test_confidence_is_the_chance_that_a_laplace_error_is_small(temperature):
    """torch.distributions is the oracle: P(|error of the logarithm| < ln 1.1)."""
    log_scales = np.array([-5.0, -2.5, -1.0, 2.0], np.float32)
    outputs = {'depth': np.stack([np.zeros(4), log_scales]).astype(np.float32)[None, :, None]}
    found = LogDepth(temperature=temperature).confidence(outputs)
    error = torch.distributions.Laplace(0.0, temperature * torch.from_numpy(log_scales).exp())
    edge = torch.tensor(math.log(1.1))
    np.testing.assert_allclose(found[0], error.cdf(edge) - error.cdf(-edge), atol=1e-6)
    assert (np.diff(found[0]) < 0).all()


def test_metres_of_logarithms_are_powers():
    outputs = {'depth': np.array([[[[-1.0, 0.0, 2.5]]]], np.float32)}
    reading = LogDepth().decode(outputs)
    assert reading.is_inverse
    np.testing.assert_allclose(
        1 / reading.values[0], [math.exp(v) for v in (-1, 0, 2.5)], rtol=1e-6
    )
    assert LogDepth().confidence(outputs) is None


@pytest.mark.parametrize(
    ('kind', 'options', 'words'),
    [
        (InverseDepth, {'focal_px': -1.0}, 'focal_px: expected at least 0'),
        (InverseDepth, {'scale': 0.0}, 'scale: expected at least 1e-09'),
        (SigmoidRange, {'min_m': 10.0}, r'min_m: expected less than max_m \(10\), got 10'),
        (SigmoidDisparity, {'min_m': 0.0}, 'min_m: expected more than 0'),
        (LogDepth, {'temprature': 1.0}, "'temprature'. Did you mean 'temperature'"),
        (MetricDepth, {'metric': 'yes'}, 'metric: expected bool'),
    ],
)
def test_bad_options_of_a_card_are_refused(kind, options, words):
    with pytest.raises(ParamError, match=words):
        kind.from_dict(options)
