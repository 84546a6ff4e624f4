"""What all families owe to every graph: any precision, any classes, any size, and nothing too."""

import tracemalloc
from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np
import pytest
from raw_outputs import LAYOUTS, Scene, random_scene

from robot_dl.core.detections import Detections
from robot_dl.core.fit import letterbox
from robot_dl.core.tensors import TensorSpec
from robot_dl.detection.decoders import DECODERS
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import Detector
from robot_dl.engine.card import ModelCard
from robot_dl.engine.input_card import InputCard

PARAMS = DetectionParams(score=0.3)
MODEL_HW = (96, 160)


@pytest.fixture(params=sorted(LAYOUTS))
def layout(request):
    return LAYOUTS[request.param]


def decoder_of(layout):
    return DECODERS[layout.decoder].from_dict(layout.options)


def one_object(class_id, classes, model_hw=MODEL_HW) -> Scene:
    box = np.array([[20, 30, 51, 70]], np.float32)
    return Scene(Detections(box, np.float32([0.8]), np.array([class_id])), model_hw, classes)


def detector_of(layout, labels, tmp_path) -> Detector:
    card = ModelCard(
        folder=tmp_path,
        name='toy',
        task='detection',
        weights='none.onnx',
        sha256='0' * 64,
        input=InputCard('images', MODEL_HW),
        decoder=layout.decoder,
        labels=labels,
        license='Apache-2.0',
    )
    return Detector(None, card, decoder_of(layout))


@pytest.mark.parametrize('classes', [1, 2, 3, 4, 91, 1203])
def test_any_number_of_classes_is_read(layout, classes):
    for class_id in {0, classes // 2, classes - 1}:
        outputs = layout.encode(one_object(class_id, classes))
        found = decoder_of(layout).decode(outputs, PARAMS, MODEL_HW)
        assert list(found.class_ids) == [class_id]
        np.testing.assert_allclose(found.boxes_xyxy, [[20, 30, 51, 70]], atol=1e-3)


@pytest.mark.parametrize('model_hw', [(320, 320), (640, 640), (1280, 1280), (384, 672), (64, 96)])
def test_any_size_of_the_input_is_read(layout, model_hw):
    """Trap 7: 8400 hard-coded."""
    outputs = layout.encode(one_object(1, 3, model_hw))
    found = decoder_of(layout).decode(outputs, PARAMS, model_hw)
    assert list(found.class_ids) == [1]
    np.testing.assert_allclose(found.boxes_xyxy, [[20, 30, 51, 70]], atol=1e-3)


def test_half_precision_loses_nothing_more(layout):
    """The same numbers in float16 and in float32 mean the same, to the last bit."""
    scene = random_scene(np.random.default_rng(3), MODEL_HW, classes=20, count=9)
    half = {
        name: array.astype(np.float16) if array.dtype == np.float32 else array
        for name, array in layout.encode(scene).items()
    }
    whole = {name: array.astype(np.float32) for name, array in half.items()}
    found = decoder_of(layout).decode(half, PARAMS, MODEL_HW)
    expected = decoder_of(layout).decode(whole, PARAMS, MODEL_HW)
    assert len(found) >= 9
    for name in ('boxes_xyxy', 'scores', 'class_ids'):
        array = getattr(found, name)
        assert array.dtype == (np.int64 if name == 'class_ids' else np.float32)
        np.testing.assert_array_equal(array, getattr(expected, name))


def test_noise_without_objects_is_nothing_found(layout, tmp_path):
    """Trap 4: what shows nothing gives an empty answer, not none."""
    scene = replace(one_object(0, 3), objects=Detections.empty())
    detector = detector_of(layout, ('a', 'b', 'c'), tmp_path)
    fit = letterbox((480, 640), MODEL_HW)
    assert len(detector.answer(layout.encode(scene), fit, DetectionParams(score=0.3))) == 0


def test_two_classes_at_the_same_place_survive(layout, tmp_path):
    """Trap 6: suppression across classes."""
    # CenterNet has one size for a place, and the same box for both.
    boxes = np.array([[20, 30, 51, 70]] * 2, np.float32)
    objects = Detections(boxes, np.float32([0.8, 0.7]), np.array([0, 2]))
    detector = detector_of(layout, ('a', 'b', 'c'), tmp_path)
    fit = letterbox(MODEL_HW, MODEL_HW)
    found = detector.answer(layout.encode(Scene(objects, MODEL_HW, 3)), fit, PARAMS)
    assert sorted(found.class_ids) == [0, 2]


def test_a_class_without_a_label_is_refused(layout, tmp_path):
    """Trap 1, in spirit: no object is published under a number that nobody knows."""
    detector = detector_of(layout, ('a', 'b'), tmp_path)
    outputs = layout.encode(one_object(4, 5))
    with pytest.raises(ValueError, match=r'the network gave class 4, but the card has 2 labels'):
        detector.answer(outputs, letterbox(MODEL_HW, MODEL_HW), PARAMS)


# The outputs of the two others do not depend on the number of classes.
@pytest.mark.parametrize('name', ['centernet', 'detr', 'yolo', 'yolov5', 'yolox'])
def test_a_card_that_claims_a_million_classes_is_refused_briefly(name):
    decoder = DECODERS[name]()
    specs = tuple(TensorSpec(n, a.dtype.name, a.shape) for n, a in decoder.example().items())
    labels = tuple(map(str, range(1_000_000)))
    with pytest.raises(ValueError, match='1000000 labels: expected') as refusal:
        decoder.check(specs, labels)
    assert len(str(refusal.value)) < 300


def million(name) -> dict[str, np.ndarray]:
    """Return two places of a million classes; the second is an object of the last class."""
    scores = np.zeros((1, 2, 1_000_000), np.float32)
    scores[0, 1, -1] = 0.9
    boxes = np.tile(np.float32([35.5, 50, 31, 40]), (1, 2, 1))
    likely = np.ones((1, 2, 1), np.float32)
    if name == 'detr':
        return {'logits': scores * 20 - 9, 'pred_boxes': boxes / np.float32([160, 96, 160, 96])}
    if name == 'centernet':
        heat = scores.transpose(0, 2, 1)[:, :, None]
        return {'hm': heat, 'wh': np.ones((1, 2, 1, 2)), 'reg': np.ones((1, 2, 1, 2))}
    parts = [boxes, scores] if name == 'yolo' else [boxes, likely, scores]
    table = np.concatenate(parts, axis=2)
    return {'o': table.transpose(0, 2, 1) if name == 'yolo' else table}


@pytest.mark.parametrize('name', ['yolo', 'yolov5', 'detr', 'centernet'])
def test_a_million_classes_are_read_where_a_graph_has_them(name):
    """The memory goes by what the graph returns."""
    outputs = million(name)
    tracemalloc.start()
    found = DECODERS[name]().decode(outputs, PARAMS, MODEL_HW)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert list(found.class_ids) == [999_999]
    assert most < 6 * sum(array.nbytes for array in outputs.values())


@pytest.mark.parametrize('poison', [np.nan, np.inf, -np.inf, 3e38, -3e38])
def test_damaged_outputs_are_refused_or_harmless(layout, poison):
    """Trap 20: a NaN anywhere is refused; nothing that is not finite gets through."""
    rng = np.random.default_rng(7)
    outputs = layout.encode(random_scene(rng, MODEL_HW, classes=5, count=5))
    for name in [name for name, array in outputs.items() if array.dtype.kind == 'f']:
        for at in rng.integers(0, outputs[name].size, 30):
            damaged = {**outputs, name: outputs[name].copy()}
            damaged[name].flat[at] = poison
            with suppress_refusal():
                found = decoder_of(layout).decode(damaged, DetectionParams(score=0.1), MODEL_HW)
                assert not np.isnan(poison)
                assert np.isfinite(found.boxes_xyxy).all()
                assert ((found.scores >= 0) & (found.scores <= 1)).all()


@contextmanager
def suppress_refusal():
    """Let the one sentence pass that tells of a damaged network."""
    try:
        yield
    except ValueError as error:
        if 'the network gave' not in str(error):
            raise


@pytest.mark.parametrize('name', sorted(DECODERS))
def test_whatever_a_graph_returns_is_read_or_refused_with_a_sentence(name):
    """Random extents, types and magnitudes: boxes that are finite, or a ValueError."""
    rng, example = np.random.default_rng(11), DECODERS[name].example()
    read = 0
    for _ in range(500):
        outputs = {n: shaken(rng, array) for n, array in example.items()}
        with suppress(ValueError):
            found = DECODERS[name]().decode(outputs, PARAMS, (96, 96))
            assert np.isfinite(found.boxes_xyxy).all()
            read += 1
    assert 0 < read < 500


def shaken(rng, array) -> np.ndarray:
    """Return numbers of nearly the shape of `array`, of any type."""
    shape = [n if rng.random() < 0.8 else int(rng.integers(0, 9)) for n in array.shape]
    shape = shape[: len(shape) - (rng.random() < 0.05)]
    numbers = rng.standard_normal(shape) * 10.0 ** rng.integers(-3, 5)
    return numbers.astype(rng.choice(['f4', 'f4', 'f4', 'f2', 'i8']))
