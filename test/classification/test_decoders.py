"""Every decoder keeps the contract of the table; each agrees with something independent."""

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_dl.classification.decoders import DECODERS
from robot_dl.classification.decoders.logits import Logits
from robot_dl.classification.decoders.probabilities import Probabilities
from robot_dl.core.params import ParamError
from robot_dl.core.tensors import TensorSpec

ROW = [0.5, -3.0, 8.25, 8.0, 1e-3]


@pytest.fixture(params=sorted(DECODERS))
def decoder(request):
    return DECODERS[request.param]()


def test_the_example_shows_class_1_and_then_class_0(decoder):
    scores = decoder.decode(decoder.example())
    assert np.argsort(-scores)[:2].tolist() == [1, 0]
    assert scores.dtype == np.float32
    assert scores.shape == (4,)
    assert scores.sum() == pytest.approx(1, abs=1e-6)


def test_outputs_are_not_written_to(decoder):
    outputs = decoder.example()
    before = copy.deepcopy(outputs)
    decoder.decode(outputs)
    for name, array in outputs.items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize('poison', [np.nan, np.inf, -np.inf])
def test_damaged_outputs_are_refused_wherever_they_are(decoder, poison):
    """Trap 20: NaN from the network is not forwarded."""
    ((name, array),) = decoder.example().items()
    for at in range(array.size):
        damaged = array.copy()
        damaged.flat[at] = poison
        with pytest.raises(ValueError, match='the network gave NaN or infinity for 1 of 4 cl'):
            decoder.decode({name: damaged})


@pytest.mark.parametrize('shape', [(4,), (1, 4), (1, 4, 1, 1), (1, 1, 1, 4)])
@pytest.mark.parametrize('dtype', [np.float16, np.float32, np.float64])
def test_the_same_numbers_in_any_shape_and_precision_give_the_same_scores(decoder, shape, dtype):
    ((name, array),) = decoder.example().items()
    scores = decoder.decode({name: array.reshape(shape).astype(dtype)})
    np.testing.assert_allclose(scores, decoder.decode({name: array}), atol=1e-6)
    decoder.check((TensorSpec(name, np.dtype(dtype).name, shape),), ('a', 'b', 'c', 'd'))


@pytest.mark.parametrize('shape', [(2, 4), (1, 4, 7, 7), (4, 2)])
def test_numbers_for_several_images_or_places_are_refused(decoder, shape):
    with pytest.raises(
        ValueError, match=r'expected \[1, C\] or \[1, C, 1, 1\], got float32\[\d, 4|2'
    ):
        decoder.decode({'o': np.full(shape, 0.5, np.float32)})


@pytest.mark.parametrize('shape', [(1, 5), (1, 4, 7, 7), (2, 4), (1, 1001)])
def test_a_graph_with_another_number_of_classes_is_refused(decoder, shape):
    with pytest.raises(ValueError, match=r'4 labels: expected one output \[1, 4\] or'):
        decoder.check((TensorSpec('o', 'float32', shape),), ('a', 'b', 'c', 'd'))


@pytest.mark.parametrize('shape', [(None, 4), (1, None), (None, None), (None, 4, 1, 1)])
def test_open_axes_are_taken(decoder, shape):
    decoder.check((TensorSpec('o', 'float32', shape),), ('a', 'b', 'c', 'd'))


def test_of_several_outputs_the_card_names_the_one_with_the_scores(decoder):
    outputs = tuple(TensorSpec(name, 'float32', (1, 4)) for name in ('main', 'aux'))
    labels = ('a', 'b', 'c', 'd')
    with pytest.raises(ValueError, match=r'got main: .*aux: .*decoder_options: {output'):
        decoder.check(outputs, labels)
    named = decoder.replace(output='aux')
    named.check(outputs, labels)
    with pytest.raises(ValueError, match="expected an output 'aux'"):
        named.check(outputs[:1], labels)
    ((_, array),) = decoder.example().items()
    arrays = {'main': array[:, ::-1], 'aux': array}
    np.testing.assert_array_equal(named.decode(arrays), decoder.decode({'aux': array}))


@pytest.mark.parametrize('temperature', [0.25, 1.0, 2.5])
def test_softmax_is_that_of_the_books(temperature):
    scores = Logits(temperature=temperature).decode({'o': np.array([ROW], np.float32)})
    powers = [math.exp(z / temperature) for z in ROW]
    np.testing.assert_allclose(scores, [p / math.fsum(powers) for p in powers], atol=1e-7)


def test_sigmoid_judges_every_class_for_itself():
    decoder = Logits(activation='sigmoid', temperature=2.0)
    scores = decoder.decode({'o': np.array([ROW], np.float32)})
    np.testing.assert_allclose(scores, [0.5 * (1 + math.tanh(z / 4)) for z in ROW], atol=1e-7)
    assert scores.sum() > 1


@given(
    st.lists(st.floats(-6e4, 6e4, width=16), min_size=1, max_size=50),
    st.sampled_from(['softmax', 'sigmoid']),
)
def test_any_logits_give_scores_in_range_in_the_same_order(row, activation):
    scores = Logits(activation=activation).decode({'o': np.array([row], np.float16)})
    assert ((scores >= 0) & (scores <= 1)).all()
    order = np.argsort(row, kind='stable')
    assert (np.diff(scores[order]) >= 0).all()


@pytest.mark.parametrize('temperature', [0.5, 1.0, 3.0])
def test_a_softmax_in_the_graph_makes_no_difference_to_the_temperature(temperature):
    logits = np.array([[0.5, -3.0, 2.25, 2.0]], np.float32)
    inside = np.exp(logits) / np.exp(logits).sum()
    got = Probabilities(temperature=temperature).decode({'o': inside})
    expected = Logits(temperature=temperature).decode({'o': logits})
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_probabilities_of_zero_and_one_stand_any_temperature():
    decoder = Probabilities(temperature=4.0)
    scores = decoder.decode({'o': np.array([[0, 1, 0]], np.float32)})
    assert np.isfinite(scores).all()
    assert scores[1] > 0.99


@pytest.mark.parametrize('row', [[-0.1, 1.0], [0.2, 7.5]])
def test_logits_are_not_taken_for_probabilities(row):
    with pytest.raises(ValueError, match='expected 0 to 1; set decoder: logits'):
        Probabilities().decode({'o': np.array([row], np.float32)})


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        ({'temperature': 0}, 'temperature: expected at least 0.01'),
        ({'temperature': float('nan')}, 'temperature: expected a finite number'),
        ({'activation': 'softmacks'}, "unknown value 'softmacks'. Did you mean 'softmax'"),
        ({'temprature': 2.0}, "unknown parameter 'temprature'. Did you mean 'temperature'"),
    ],
)
def test_bad_options_of_a_card_are_refused(options, words):
    with pytest.raises(ParamError, match=words):
        Logits.from_dict(options)
