"""Which family a file is of, from the shapes and the numbers of its outputs alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from robot_dl.cli.importing.draft import Guess
from robot_dl.cli.importing.facts import Facts
from robot_dl.cli.importing.families import recognised
from robot_dl.cli.importing.labels import coco80, coco91
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card_checks import CardError


def facts_of(shapes, model_hw=(640, 640), metadata=None, values=None):
    """Return what is known of a graph that gives outputs of these shapes."""
    seen = {n: np.full(s, 1.5, np.float32) for n, s in shapes.items()}
    seen |= {n: np.asarray(a, np.float32) for n, a in (values or {}).items()}
    image = TensorSpec('images', 'float32', (1, 3, *model_hw))
    outputs = tuple(TensorSpec(n, 'float32', a.shape) for n, a in seen.items())
    return Facts(
        Path('x.onnx'), image, (), outputs, metadata or {}, {}, 'nchw', model_hw, model_hw, seen
    )


def decoded_grid(classes):
    """Return YOLOX's table of 640 × 640 with its centres in pixels."""
    y, x = np.concatenate([np.mgrid[:n, :n].reshape(2, -1) * (640 // n) for n in (80, 40, 20)], 1)
    return np.concatenate([np.stack([x, y], 1), np.full((8400, 3 + classes), 0.4)], 1)[None]


@pytest.mark.parametrize(
    ('shape', 'model_hw', 'decoder', 'classes'),
    [
        ((1, 84, 8400), (640, 640), 'yolo', 80),
        ((1, 5, 8400), (640, 640), 'yolo', 1),
        ((1, 84, 2100), (320, 320), 'yolo', 80),
        ((1, 84, 33600), (1280, 1280), 'yolo', 80),
        ((1, 84, 34000), (1280, 1280), 'yolo', 80),
        ((1, 84, 6300), (480, 640), 'yolo', 80),
        ((1, 605, 5040), (384, 640), 'yolo', 601),
        ((1, 12, 1500), (240, 320), 'yolo', 8),
        ((1, 25200, 85), (640, 640), 'yolov5', 80),
        ((1, 25200, 6), (640, 640), 'yolov5', 1),
        ((1, 102000, 85), (1280, 1280), 'yolov5', 80),
        ((1, 18900, 7), (480, 640), 'yolov5', 2),
        ((1, 8400, 85), (640, 640), 'yolox', 80),
        ((1, 3549, 85), (416, 416), 'yolox', 80),
        ((1, 1000), (224, 224), 'logits', 1000),
        ((1, 1001, 1, 1), (224, 224), 'logits', 1001),
    ],
)
def test_the_sizes_that_people_export_are_recognised(shape, model_hw, decoder, classes):
    """Trap 7: no number of anchors is hard-coded."""
    draft = recognised(facts_of({'out': shape}, model_hw), {})
    assert draft['decoder'].value == decoder
    assert draft['classes'].value == classes


def test_yolox_that_decodes_in_its_graph_is_told_from_one_that_does_not():
    raw = recognised(facts_of({'out': (1, 8400, 8)}), {})
    decoded = recognised(facts_of({}, values={'out': decoded_grid(3)}), {})
    assert raw['decoder_options.decoded'].value is False
    assert decoded['decoder_options.decoded'].value is True


def test_yolov6_is_told_from_yolox_by_its_objectness():
    table = decoded_grid(3)
    table[..., 4] = 1
    assert recognised(facts_of({}, values={'out': table}), {})['decoder'].value == 'yolov5'


def test_rows_of_answers_are_told_from_places_by_their_whole_classes():
    rows = np.zeros((1, 300, 6))
    rows[0, :2] = [[10, 10, 50, 60, 0.9, 3], [0, 0, 5, 5, 0.25, 79]]
    facts = facts_of({}, values={'out': rows})
    assert recognised(facts, {})['decoder'].value == 'yolo_end_to_end'
    rows[0, 0, 5] = 3.5
    with pytest.raises(CardError, match='not what any family'):
        recognised(facts_of({}, values={'out': rows}), {})


@pytest.mark.parametrize(
    'row', [[0.5, 0.5, 0.2, 0.2, 0.9, 3], [300, 200, 40, 30, 0.9, 3], [0.1, 0.1, 0.9, 0.9, 0.9, 3]]
)
def test_rows_of_answers_whose_boxes_are_no_edges_in_pixels_are_not_taken_for_them(row):
    rows = np.zeros((1, 300, 6))
    rows[0, 0] = row
    with pytest.raises(CardError, match='not what any family'):
        recognised(facts_of({}, values={'out': rows}), {})


def test_places_without_objectness_are_told_by_the_number_of_labels():
    facts = facts_of({'out': (1, 8400, 84)})
    draft = recognised(facts, named(*coco80()))
    assert draft['decoder'].value == 'yolo'
    assert draft['decoder_options.transposed'].value is True
    assert recognised(facts, {})['decoder'].value == 'yolox'


def test_as_many_rows_as_places_are_told_by_what_stands_in_them():
    """At 320 × 240 a network that looks every 16 px has 300 places, and 300 answers are usual."""
    rows = np.zeros((1, 300, 6))
    rows[0, 0] = [10, 10, 50, 60, 0.9, 3]
    facts = facts_of({}, (240, 320), values={'out': rows})
    assert recognised(facts, {})['decoder'].value == 'yolo_end_to_end'
    places = np.random.default_rng(0).uniform(0, 1, (1, 300, 6))
    facts = facts_of({}, (240, 320), values={'out': places})
    assert recognised(facts, {})['decoder'].value == 'yolox'


def test_rows_of_seven_are_those_of_yolov7():
    facts = facts_of({'out': (0, 7)})
    facts = replace(facts, outputs=(TensorSpec('out', 'float32', (None, 7)),))
    assert recognised(facts, {})['decoder'].value == 'yolo_end_to_end'


def named(*labels):
    return {'labels': Guess(list(labels), '')}


def test_places_of_no_usual_network_are_told_by_the_number_of_labels():
    facts = facts_of({'out': (1, 84, 777)})
    assert recognised(facts, named(*coco80()))['decoder'].value == 'yolo'
    with pytest.raises(CardError, match='not what any family'):
        recognised(facts, {})


def test_rf_detr_calls_its_logits_labels():
    facts = facts_of({'dets': (1, 300, 4), 'labels': (1, 300, 91)})
    draft = recognised(facts, named(*coco91()))
    assert draft['decoder'].value == 'detr'
    assert draft['decoder_options.activation'].value == 'sigmoid'
    assert draft['classes'].value == 91
    assert '?decoder_options.activation' in recognised(facts, {})


def test_the_original_detr_has_one_logit_more_than_labels():
    facts = facts_of({'logits': (1, 100, 92), 'pred_boxes': (1, 100, 4)})
    draft = recognised(facts, named(*coco91()))
    assert draft['decoder_options.activation'].value == 'softmax'
    assert draft['classes'].value == 91


def test_detectors_of_torchvision_that_find_nothing_in_noise_are_asked_about():
    facts = facts_of({'boxes': (0, 4), 'labels': (0,), 'scores': (0,)})
    draft = recognised(facts, named(*coco91()))
    assert draft['decoder'].value == 'boxes_labels_scores'
    assert draft['decoder_options.first_label'].value == 0
    assert draft['input.fit'].value == 'letterbox'
    assert '?decoder_options.normalised' in draft


@pytest.mark.parametrize(('edge', 'normalised'), [(0.9, True), (300.0, False)])
def test_boxes_show_whether_they_are_parts_or_pixels(edge, normalised):
    boxes = [[[0, 0, edge, edge / 2]]]
    facts = facts_of({'labels': (1, 1), 'scores': (1, 1)}, values={'boxes': boxes})
    assert recognised(facts, {})['decoder_options.normalised'].value is normalised


def test_scores_that_may_be_both_are_asked_for():
    with pytest.raises(CardError, match='(?s)may mean several.*--decoder logits.*--decoder proba'):
        recognised(facts_of({}, values={'out': [[0.2, 0.9, 0.4]]}), {})
