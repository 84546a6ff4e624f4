"""Graphs and outputs that are of another family are refused with a sentence that shows both."""

import numpy as np
import pytest

from robot_dl.core.params import ParamError
from robot_dl.core.tensors import TensorSpec
from robot_dl.detection.decoders import DECODERS
from robot_dl.detection.params import DetectionParams

LABELS = ('a', 'b', 'c')
PARAMS = DetectionParams(score=0.3)
HW = (96, 96)


def specs(**shapes) -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(name, 'int64' if name.startswith('i') else 'float32', tuple(shape))
        for name, shape in shapes.items()
    )


FINE = [
    ('yolo', {'transposed': True}, specs(o=[1, 8400, 7])),
    ('yolo', {}, specs(o=[1, 7, None])),
    ('yolov5', {}, specs(o=[1, 25200, 8])),
    ('yolov5', {}, specs(o=[1, None, None], map1=[1, 3, 80, 80, 8], map2=[1, 3, 40, 40, 8])),
    ('yolov5', {'output': 'b'}, specs(a=[1, 100, 8], b=[1, 100, 8])),
    ('yolox', {'strides': [8, 16, 32, 64]}, specs(output=[1, 8500, 8])),
    ('yolo_end_to_end', {}, specs(o=[1, 300, 6])),
    ('yolo_end_to_end', {}, specs(o=[None, 7])),
    ('detr', {}, specs(logits=[1, 300, 3], pred_boxes=[1, 300, 4])),
    ('detr', {}, specs(a=[1, 300, 4], b=[1, 300, 3])),
    ('detr', {}, specs(dets=[1, 300, 4], labels=[1, 300, 3])),
    ('detr', {}, specs(logits=[1, 9, 3], hidden=[1, 9, 256], pred_boxes=[1, 9, 4])),
    ('detr', {'activation': 'softmax'}, specs(logits=[1, 9, 4], pred_boxes=[1, 9, 4])),
    ('detr', {'boxes': 'b'}, specs(a=[1, 9, 3], b=[1, 9, 4])),
    ('boxes_labels_scores', {}, specs(boxes=[1, 9, 4], labels=[1, 9], scores=[1, 9])),
    ('boxes_labels_scores', {}, specs(boxes=[None, 4], labels=[None], scores=[None])),
    ('boxes_labels_scores', {}, specs(boxes=[4, 4], i=[4], scores=[4], masks=[4, 1, 28, 28])),
    ('boxes_labels_scores', {}, specs(f5=[1, 5, 4], i7=[1, 5], f6=[1, 5])),
    ('boxes_labels_scores', {}, specs(f5=[4, 4], i7=[4], f6=[4])),
    ('boxes_labels_scores', {}, specs(dets=[1, 9, 5], labels=[1, 9])),
    (
        'boxes_labels_scores',
        {'boxes': 'o0', 'labels': 'o1', 'scores': 'o2', 'count': 'o3'},
        specs(o0=[1, 10, 4], o1=[1, 10], o2=[1, 10], o3=[1]),
    ),
    ('centernet', {}, specs(hm=[1, 3, 24, 24], wh=[1, 2, 24, 24], reg=[1, 2, 24, 24])),
    ('centernet', {}, specs(hm=[1, 3, 24, 24], wh=[1, 2, 24, 24])),
    (
        'centernet',
        {'size': 'a', 'offset': 'b'},
        specs(a=[1, 2, 24, 24], b=[1, 2, 24, 24], c=[1, 3, 24, 24]),
    ),
]


@pytest.mark.parametrize(('name', 'options', 'outputs'), FINE)
def test_a_graph_of_the_family_is_accepted(name, options, outputs):
    DECODERS[name].from_dict(options).check(outputs, LABELS)


WRONG = [
    ('yolo', {}, specs(o=[1, 8400, 7]), r'\[1, 7, \?\].*fits decoder_options: {transposed: true}'),
    ('yolo', {'transposed': True}, specs(o=[1, 7, 21]), r'fits decoder_options: {transposed: f'),
    ('yolov5', {}, specs(o=[1, 25200, 85]), r'3 labels: expected o\[1, \?, 8\], got o\[1, 25200'),
    (
        'yolov5',
        {},
        specs(o=[1, 3, 80, 80, 8]),
        r'expected output \[1, \?, \?\], got o: float32\[1',
    ),
    ('yolov5', {}, specs(a=[1, 9, 8], b=[1, 9, 8]), "output may be any of 'a', 'b'; say which"),
    ('yolov5', {'output': 'oo'}, specs(oo1=[1, 9, 8]), "unknown output 'oo'. Did you mean 'oo1'"),
    ('yolox', {}, specs(o=[1, 8400, 9]), r'decoder yolox with 3 labels: expected o\[1, \?, 8\]'),
    ('yolo_end_to_end', {}, specs(o=[1, 84, 8400]), r'expected output \[1, \?, 6\] or \[\?, 7\]'),
    ('detr', {}, specs(logits=[1, 9, 4], pred_boxes=[1, 9, 4]), 'that fits activation: softmax'),
    (
        'detr',
        {'activation': 'softmax'},
        specs(logits=[1, 9, 3], pred_boxes=[1, 9, 4]),
        'that fits activation: sigmoid',
    ),
    ('detr', {}, specs(logits=[1, 9, 3]), r'expected boxes \[1, \?, 4\], got nothing'),
    ('detr', {}, specs(a=[1, 9, 4], b=[1, 9, 4]), r"boxes may be any of 'a', 'b'.*{boxes: a}"),
    ('boxes_labels_scores', {}, specs(o=[1, 84, 8400]), r'expected boxes \[1, \?, 4\], got o: fl'),
    (
        'boxes_labels_scores',
        {},
        specs(o0=[1, 10, 4], o1=[1, 10], o2=[1, 10], o3=[1]),
        "labels may be any of 'o1', 'o2'; say which in the card",
    ),
    (
        'centernet',
        {},
        specs(a=[1, 2, 24, 24], b=[1, 2, 24, 24], c=[1, 3, 24, 24]),
        "size may be any of 'a', 'b'",
    ),
    (
        'centernet',
        {},
        specs(hm=[1, 80, 24, 24], wh=[1, 2, 24, 24], reg=[1, 2, 24, 24]),
        r'3 labels: expected hm\[1, 3, \?, \?\], got hm\[1, 80, 24, 24\]',
    ),
]


@pytest.mark.parametrize(('name', 'options', 'outputs', 'words'), WRONG)
def test_a_graph_of_another_family_is_refused(name, options, outputs, words):
    with pytest.raises(ValueError, match=words):
        DECODERS[name].from_dict(options).check(outputs, LABELS)


@pytest.mark.parametrize(
    ('name', 'options', 'words'),
    [
        ('detr', {'activation': 'softmx'}, "activation: unknown value 'softmx'. Did you mean"),
        ('yolox', {'stride': [8]}, "unknown parameter 'stride'. Did you mean 'strides'"),
        ('yolox', {'strides': [0]}, 'strides: expected at least 1, got 0'),
        ('boxes_labels_scores', {'first_label': -1}, 'first_label: expected at least 0'),
        ('yolo', {'transposed': 'yes'}, "transposed: expected bool, got 'yes'"),
    ],
)
def test_options_that_do_not_exist_are_refused(name, options, words):
    with pytest.raises(ParamError, match=words):
        DECODERS[name].from_dict(options)


def zeros(**shapes) -> dict[str, np.ndarray]:
    return {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize(
    ('name', 'options', 'outputs', 'words'),
    [
        ('yolov5', {}, zeros(o=[1, 9, 5]), r'expected \[1, N, 5 \+ C\], got \[1, 9, 5\]'),
        ('yolov5', {}, zeros(o=[9, 8]), r'expected output \[1, \?, \?\], got o: float32\[9, 8\]'),
        ('yolox', {}, zeros(o=[1, 8400, 8]), '96 x 96 px has 189 cells of 8, 16, 32 px, but .* 8'),
        ('detr', {}, zeros(logits=[1, 9, 3], pred_boxes=[1, 8, 4]), 'as many boxes as logits'),
        (
            'boxes_labels_scores',
            {},
            zeros(boxes=[1, 9, 4], labels=[1, 9], scores=[1, 8]),
            r'one row for each box, got boxes \[1, 9, 4\], labels \[1, 9\], scores \[1, 8\]',
        ),
        (
            'boxes_labels_scores',
            {},
            {**zeros(boxes=[1, 9, 4], labels=[1, 9], scores=[1, 9]), 'num_dets': np.array([10])},
            'the network gave 10 of 9 rows as valid',
        ),
        (
            'boxes_labels_scores',
            {},
            {**zeros(boxes=[1, 2, 4], scores=[1, 2]), 'labels': np.array([[0, 1 << 62]])},
            'expected whole numbers for the labels, but the network gave 4.6',
        ),
        (
            'yolo_end_to_end',
            {},
            {'o': np.array([[[1, 2, 3, 4, 0.5, 1.5]]], np.float32)},
            'expected whole numbers for the class, but the network gave 1.5; it is damaged',
        ),
        (
            'centernet',
            {},
            zeros(hm=[1, 3, 24, 24], wh=[1, 2, 24, 23], reg=[1, 2, 24, 24]),
            'expected maps of one size',
        ),
        (
            'centernet',
            {},
            {**DECODERS['centernet'].example(), 'hm': np.full((1, 3, 24, 24), -5, np.float32)},
            'the network gave NaN, infinity or absurd boxes or scores at 576 of 576 places',
        ),
    ],
)
def test_outputs_that_contradict_themselves_are_refused(name, options, outputs, words):
    with pytest.raises(ValueError, match=words):
        DECODERS[name].from_dict(options).decode(outputs, PARAMS, HW)


def test_rows_that_are_not_valid_are_nothing():
    outputs = {
        'num_dets': np.array([[3]], np.int32),
        'det_boxes': np.tile(np.float32([1, 2, 30, 40]), (1, 5, 1)),
        'det_scores': np.full((1, 5), 0.9, np.float32),
        'det_classes': np.array([[1, -1, 0, 7, 7]], np.int32),
    }
    found = DECODERS['boxes_labels_scores']().decode(outputs, PARAMS, HW)
    assert list(found.class_ids) == [1, 0]
    background_away = DECODERS['boxes_labels_scores'](first_label=1)
    assert list(background_away.decode(outputs, PARAMS, HW).class_ids) == [0]


@pytest.mark.parametrize(
    ('name', 'outputs'),
    [
        ('yolo', zeros(o=[1, 7, 0])),
        ('yolov5', zeros(o=[1, 0, 8])),
        ('yolo_end_to_end', zeros(o=[1, 0, 6])),
        ('yolo_end_to_end', zeros(o=[0, 7])),
        ('detr', zeros(logits=[1, 0, 3], pred_boxes=[1, 0, 4])),
        ('boxes_labels_scores', zeros(boxes=[0, 4], labels=[0], scores=[0])),
        ('boxes_labels_scores', zeros(dets=[1, 0, 5], labels=[1, 0])),
    ],
)
def test_a_graph_that_returns_no_rows_found_nothing(name, outputs):
    assert len(DECODERS[name]().decode(outputs, PARAMS, HW)) == 0


def test_a_heat_map_without_an_offset_means_the_middle_of_its_cells():
    outputs = {k: v.copy() for k, v in DECODERS['centernet'].example().items() if k != 'reg'}
    found = DECODERS['centernet']().decode(outputs, PARAMS, HW)
    order = np.argsort(found.class_ids)
    middles = (found.boxes_xyxy[order, :2] + found.boxes_xyxy[order, 2:]) / 2
    np.testing.assert_allclose(middles, [[22, 30], [62, 42]], atol=1e-5)


def test_detr_keeps_the_best_pairs_and_no_more_than_queries():
    logits = np.arange(12, dtype=np.float32).reshape(1, 4, 3) - 6
    boxes = np.full((1, 4, 4), 0.5, np.float32)
    found = DECODERS['detr']().decode(
        {'logits': logits, 'pred_boxes': boxes}, DetectionParams(score=0.0), HW
    )
    best = 1 / (1 + np.exp(-np.arange(2.0, 6)))
    np.testing.assert_allclose(sorted(found.scores), best, rtol=1e-6)
