"""Every decoder keeps the contract of its table, and refuses what is not of its family."""

import copy
import re

import numpy as np
import pytest

from robot_dl.core.fit import stretch
from robot_dl.core.params import ParamError
from robot_dl.core.tensors import TensorSpec
from robot_dl.segmentation.decoders import INSTANCE_DECODERS, SEMANTIC_DECODERS
from robot_dl.segmentation.params import InstanceSegmentationParams

MODEL_HW = (96, 96)
PARAMS = InstanceSegmentationParams()
FIT = stretch((24, 24), MODEL_HW)
LABELS = ('a', 'b', 'c')


@pytest.fixture(params=sorted(SEMANTIC_DECODERS))
def semantic(request):
    return SEMANTIC_DECODERS[request.param]()


@pytest.fixture(params=sorted(INSTANCE_DECODERS))
def instance(request):
    return INSTANCE_DECODERS[request.param]()


def specs(outputs) -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(name, a.dtype.name, a.shape) for name, a in outputs.items())


def test_the_semantic_example_holds_three_classes(semantic):
    semantic.check(specs(semantic.example()), LABELS)
    mask = semantic.decode(semantic.example()).mask(FIT, 3)
    expected = np.zeros((24, 24), np.uint8)
    expected[5:10, 4:6] = 1
    expected[7:12, 14:16] = 2
    np.testing.assert_array_equal(mask.class_ids, expected)


def test_the_instance_example_holds_two_objects(instance):
    instance.check(specs(instance.example()), LABELS)
    found = instance.decode(instance.example(), PARAMS, MODEL_HW)
    assert sorted(found.detections.class_ids % 2) == [0, 1]
    assert found.detections.scores.dtype == np.float32
    fit = stretch(MODEL_HW, MODEL_HW)
    for number, box in enumerate(found.detections.boxes_xyxy):
        pixels = found.masks.region(number, box, fit, 0.5).pixels
        assert 140 <= pixels.sum() <= 200


def test_nothing_above_the_score_is_nothing_found(instance):
    params = InstanceSegmentationParams(score=1.0)
    found = instance.decode(instance.example(), params, MODEL_HW)
    assert len(found.detections) == 0


def test_semantic_outputs_are_not_written_to(semantic):
    outputs = semantic.example()
    before = copy.deepcopy(outputs)
    semantic.decode(outputs).mask(FIT, 3, confidence=True)
    for name, array in outputs.items():
        np.testing.assert_array_equal(array, before[name])


def test_instance_outputs_are_not_written_to(instance):
    outputs = instance.example()
    before = copy.deepcopy(outputs)
    found = instance.decode(outputs, PARAMS, MODEL_HW)
    for number, box in enumerate(found.detections.boxes_xyxy):
        found.masks.region(number, box, FIT, 0.5)
    for name, array in outputs.items():
        np.testing.assert_array_equal(array, before[name])


def poisoned(example, poison):
    """Yield the example with one number replaced, again and again."""
    for name, array in example.items():
        if array.dtype.kind == 'f':
            for at in range(0, array.size, 53):
                outputs = copy.deepcopy(example)
                outputs[name].flat[at] = poison
                yield outputs


@pytest.mark.parametrize('poison', [np.nan, np.inf, -np.inf, 3e38])
def test_damaged_maps_are_refused_wherever_they_are(semantic, poison):
    """Trap 20: NaN from the network is not forwarded."""
    for outputs in poisoned(semantic.example(), poison):
        with pytest.raises(ValueError, match='the network gave NaN, infinity or absurd'):
            semantic.decode(outputs)


@pytest.mark.parametrize('poison', [np.nan, np.inf, -np.inf, 3e38])
def test_damaged_objects_are_refused_or_harmless(instance, poison):
    """Trap 20, and masks of places that nobody looks at may be anything."""
    refused = 0
    for outputs in poisoned(instance.example(), poison):
        try:
            found = instance.decode(outputs, PARAMS, MODEL_HW)
        except ValueError as error:
            refused += 'the network gave' in str(error)
            continue
        assert np.isfinite(found.detections.boxes_xyxy).all()
        assert ((found.detections.scores >= 0) & (found.detections.scores <= 1)).all()
        for number, box in enumerate(found.detections.boxes_xyxy):
            found.masks.region(number, box, FIT, 0.5)
    assert refused


@pytest.mark.parametrize('dtype', [np.float16, np.float64])
def test_other_precisions_mean_the_same(semantic, instance, dtype):
    def cast(outputs):
        return {n: a.astype(dtype) if a.dtype.kind == 'f' else a for n, a in outputs.items()}

    masks = [
        semantic.decode(o).mask(FIT, 3) for o in (semantic.example(), cast(semantic.example()))
    ]
    np.testing.assert_array_equal(masks[0].class_ids, masks[1].class_ids)
    found = [
        instance.decode(o, PARAMS, MODEL_HW).detections
        for o in (instance.example(), cast(instance.example()))
    ]
    np.testing.assert_allclose(found[0].scores, found[1].scores, atol=1e-3)
    np.testing.assert_array_equal(found[0].class_ids, found[1].class_ids)


@pytest.mark.parametrize(
    ('decoder', 'shapes', 'words'),
    [
        (
            'class_logits',
            {'logits': (1, 4, 9, 9)},
            'class_logits: expected 3 maps, logits[1, 3, ?, ?], got logits[1, 4, 9, 9]',
        ),
        ('class_logits', {'a': (1, 3)}, 'class_logits: expected output [1, ?, ?, ?], got a: fl'),
        (
            'class_logits',
            {'a': (1, 3, 9, 9), 'b': (1, 3, 9, 9)},
            "output may be any of 'a', 'b'; say which in the card, as in decoder_options: {outpu",
        ),
        ('sigmoid', {'a': (1, 3, 9, 9)}, 'decoder_options: {background: -1} if each label has'),
        ('mask_queries', {'m': (1, 9, 5, 5), 'c': (1, 9, 3)}, 'the last logit is that of "no ob'),
        ('class_map', {'a': (1, 3, 9, 9)}, 'class_map: expected output [1, 1, ?, ?] or'),
    ],
)
def test_graphs_of_another_semantic_family_are_refused(decoder, shapes, words):
    outputs = tuple(TensorSpec(name, 'float32', shape) for name, shape in shapes.items())
    with pytest.raises(ValueError, match=re.escape(words)):
        SEMANTIC_DECODERS[decoder]().check(outputs, LABELS)


@pytest.mark.parametrize(
    ('decoder', 'shapes', 'words'),
    [
        (
            'yolo_seg',
            {'t': (1, 40, 99), 'p': (1, 32, 9, 9)},
            'yolo_seg with 3 labels: expected t[1, 39, ?], got t[1, 40, 99], which leaves 32 for',
        ),
        ('yolo_seg', {'t': (1, 39, 99)}, 'yolo_seg: expected prototypes [1, ?, ?, ?], got t: fl'),
        (
            'yolo_seg_end_to_end',
            {'t': (1, 99, 39), 'p': (1, 32, 9, 9)},
            'expected t[1, ?, 38], got t[1, 99, 39]',
        ),
        (
            'mask_rcnn',
            {'boxes': (9, 4), 'labels': (9,), 'masks': (9, 1, 28, 28)},
            'mask_rcnn: expected scores [?], got nothing',
        ),
        ('mask_queries', {'m': (1, 9, 5, 5), 'c': (1, 9, 3)}, 'mask_queries with 3 labels: exp'),
    ],
)
def test_graphs_of_another_instance_family_are_refused(decoder, shapes, words):
    outputs = tuple(TensorSpec(name, 'float32', shape) for name, shape in shapes.items())
    with pytest.raises(ValueError, match=re.escape(words)):
        INSTANCE_DECODERS[decoder]().check(outputs, LABELS)


@pytest.mark.parametrize('decoder', ['class_logits', 'sigmoid'])
def test_channels_may_come_last(decoder):
    plain, last = SEMANTIC_DECODERS[decoder](), SEMANTIC_DECODERS[decoder](layout='nhwc')
    outputs = plain.example()
    turned = {name: array.transpose(0, 2, 3, 1) for name, array in outputs.items()}
    last.check(specs(turned), LABELS)
    np.testing.assert_array_equal(last.decode(turned).scores, plain.decode(outputs).scores)


@pytest.mark.parametrize('shape', [(24, 24), (1, 24, 24), (1, 1, 24, 24), (1, 24, 24, 1)])
@pytest.mark.parametrize('dtype', [np.uint8, np.int32, np.int64, np.float32])
def test_a_map_of_classes_may_have_any_shape_and_type(shape, dtype):
    decoder = SEMANTIC_DECODERS['class_map']()
    grid = decoder.example()['output']
    outputs = {'output': grid.reshape(shape).astype(dtype)}
    decoder.check(specs(outputs), LABELS)
    np.testing.assert_array_equal(decoder.decode(outputs).class_ids, grid[0])


def test_a_map_of_classes_may_come_with_its_confidence():
    decoder = SEMANTIC_DECODERS['class_map']()
    chances = np.random.default_rng(0).random((1, 24, 24)).astype(np.float32)
    outputs = {**decoder.example(), 'confidence': chances}
    mask = decoder.decode(outputs).mask(FIT, 3, confidence=True)
    np.testing.assert_array_equal(mask.confidence, (chances[0] * 255 + 0.5).astype(np.uint8))
    with pytest.raises(ValueError, match=r'expected confidence \[24, 24\], one for each class'):
        decoder.decode({**decoder.example(), 'confidence': chances[:, :12]})
    with pytest.raises(ValueError, match='expected scores from 0 to 1; the confidence must be'):
        decoder.decode({**decoder.example(), 'confidence': chances * 3})


def test_a_map_of_classes_may_count_from_one():
    decoder = SEMANTIC_DECODERS['class_map'](first_label=1)
    with pytest.raises(ValueError, match='expected classes from 1 on, but the network gave 0'):
        decoder.decode(decoder.example())
    with pytest.raises(ValueError, match='expected whole numbers for the class'):
        decoder.decode({'output': np.full((1, 4, 4), 1.5, np.float32)})


@pytest.mark.parametrize(
    ('threshold', 'ids'), [(0.3, [0, 1, 1]), (0.5, [0, 0, 1]), (0.9, [0] * 3)]
)
def test_one_map_tells_two_classes(threshold, ids):
    decoder = SEMANTIC_DECODERS['sigmoid'](threshold=threshold)
    logits = np.array([-3, -0.5, 2], np.float32).reshape(1, 1, 1, 3)
    decoder.check((TensorSpec('o', 'float32', (1, 1, 1, 3)),), ('ground', 'thing'))
    mask = decoder.decode({'o': logits}).mask(stretch((1, 3), (8, 24)), 2, confidence=True)
    assert mask.class_ids[0].tolist() == ids
    chances = 1 / (1 + np.exp(-logits[0, 0, 0]))
    expected = np.where(ids, chances, 1 - chances) * 255
    np.testing.assert_allclose(mask.confidence[0], expected, atol=0.51)


def test_scores_that_have_passed_their_activation_are_told_by_the_card():
    for name in ('class_logits', 'sigmoid'):
        decoder = SEMANTIC_DECODERS[name](activation='none')
        with pytest.raises(ValueError, match='expected scores from 0 to 1; set activation: '):
            decoder.decode(decoder.example())


def test_a_temperature_changes_the_confidence_and_nothing_else():
    hot = SEMANTIC_DECODERS['class_logits'](temperature=3.0)
    plain = SEMANTIC_DECODERS['class_logits']()
    cold, warm = (d.decode(d.example()).mask(FIT, 3, confidence=True) for d in (plain, hot))
    np.testing.assert_array_equal(cold.class_ids, warm.class_ids)
    assert (warm.confidence < cold.confidence).all()


def test_the_background_must_be_a_label():
    decoder = SEMANTIC_DECODERS['sigmoid'](background=3)
    with pytest.raises(ValueError, match='background: expected one of the classes 0 to 2, got 3'):
        decoder.check((TensorSpec('o', 'float32', (1, 2, 4, 4)),), LABELS)
    with pytest.raises(ParamError, match="unknown parameter 'treshold'. Did you mean 'threshold'"):
        SEMANTIC_DECODERS['sigmoid'].from_dict({'treshold': 0.4})


def test_a_whole_models_masks_are_as_large_as_its_input():
    """As torchvision's: pasted inside the graph."""
    decoder = INSTANCE_DECODERS['mask_rcnn']()
    outputs = decoder.example()
    outputs['masks'] = np.zeros((21, 1, 96, 96), np.float32)
    outputs['masks'][0, 0, 22:30, 16:20] = 1
    found = decoder.decode(outputs, PARAMS, MODEL_HW)
    region = found.masks.region(
        0, found.detections.boxes_xyxy[0], stretch(MODEL_HW, MODEL_HW), 0.5
    )
    assert region.pixels.sum() == 8 * 4
    assert (region.top, region.left) == (20, 15)


def test_masks_must_belong_to_boxes():
    decoder = INSTANCE_DECODERS['mask_rcnn']()
    outputs = decoder.example()
    outputs['masks'] = outputs['masks'][:1]
    with pytest.raises(ValueError, match='expected a mask for each box, got 1 masks'):
        decoder.decode(outputs, PARAMS, MODEL_HW)


def test_rows_that_only_fill_up_a_table_have_masks_too(instance):
    # Boxes of Mask R-CNN without area were divided by: with score 0 the node gave up.
    least = InstanceSegmentationParams(score=0.0, max_detections=1000)
    found = instance.decode(instance.example(), least, (96, 96))
    fit = stretch((48, 64), (96, 96))
    boxes = fit.to_source(found.detections.boxes_xyxy)
    for number, box in enumerate(boxes):
        region = found.masks.region(number, box, fit, 0.5)
        rows, columns = region.window
        assert rows.stop <= 48
        assert columns.stop <= 64
