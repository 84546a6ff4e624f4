"""Every decoder keeps the contract of the table; each agrees with something independent."""

import copy

import numpy as np
import pytest

from robot_dl.core.tensors import TensorSpec
from robot_dl.detection.decoders import DECODERS
from robot_dl.detection.decoders.yolo import Yolo
from robot_dl.detection.params import DetectionParams

MODEL_HW = (96, 96)
PARAMS = DetectionParams(score=0.5)


@pytest.fixture(params=sorted(DECODERS))
def decoder(request):
    return DECODERS[request.param]()


def test_the_example_holds_two_objects(decoder):
    found = decoder.decode(decoder.example(), PARAMS, MODEL_HW)
    assert sorted(found.class_ids) == [0, 1]
    assert found.boxes_xyxy.dtype == found.scores.dtype == np.float32
    assert found.class_ids.dtype == np.int64


def test_nothing_above_the_score_is_nothing_found(decoder):
    assert len(decoder.decode(decoder.example(), DetectionParams(score=1.0), MODEL_HW)) == 0


def test_outputs_are_not_written_to(decoder):
    outputs = decoder.example()
    before = copy.deepcopy(outputs)
    decoder.decode(outputs, PARAMS, MODEL_HW)
    for name, array in outputs.items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize('poison', [np.nan, np.inf, -np.inf, 3e38])
def test_a_damaged_output_is_refused_or_harmless(decoder, poison):
    """Trap 20: NaN from the network is not forwarded, and not passed over in silence either."""
    refused = 0
    for name, array in decoder.example().items():
        if array.dtype.kind != 'f':
            continue  # No whole number is NaN or infinite.
        for at in range(0, decoder.example()[name].size, 7):
            outputs = copy.deepcopy(decoder.example())
            outputs[name].flat[at] = poison
            try:
                found = decoder.decode(outputs, DetectionParams(score=0.1), MODEL_HW)
            except ValueError as error:
                refused += 'the network gave' in str(error)
                continue
            assert np.isfinite(found.boxes_xyxy).all()
            assert ((found.scores >= 0) & (found.scores <= 1)).all()
            assert not np.isnan(poison)
    assert refused


@pytest.mark.parametrize('size_hw', [(320, 320), (640, 640), (1280, 1280), (384, 672)])
def test_yolo_takes_any_number_of_places(size_hw):
    """Trap 7: 8400 hard-coded. The closed form is written out box by box."""
    rng = np.random.default_rng(1)
    places = sum((size_hw[0] // s) * (size_hw[1] // s) for s in (8, 16, 32))
    table = rng.uniform(0, 1, (1, 4 + 5, places)).astype(np.float32)
    table[:, :4] *= 100
    found = Yolo().decode({'o': table}, DetectionParams(score=0.98), size_hw)
    expected = []
    for n in range(places):
        x, y, w, h, *scores = table[0, :, n].tolist()
        if max(scores) >= 0.98:
            edges = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
            expected.append([*edges, max(scores), scores.index(max(scores))])
    got = np.column_stack([found.boxes_xyxy, found.scores, found.class_ids])
    np.testing.assert_allclose(got, expected, atol=1e-4)


@pytest.mark.parametrize('shape', [(1, 7), (2, 7, 21), (1, 4, 21)])
def test_yolo_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match=r'decoder yolo: expected \[1, 4 \+ C, N\], got'):
        Yolo().decode({'o': np.zeros(shape, np.float32)}, PARAMS, MODEL_HW)


def test_yolo_checks_the_number_of_labels_against_the_graph():
    fine = (TensorSpec('o', 'float32', (1, 7, 8400)),)
    Yolo().check(fine, ('a', 'b', 'c'))
    with pytest.raises(ValueError, match=r'2 labels: expected one output \[1, 6, \?\], got o: fl'):
        Yolo().check(fine, ('a', 'b'))
    with pytest.raises(ValueError, match='expected one output'):
        Yolo().check(fine * 2, ('a', 'b', 'c'))
