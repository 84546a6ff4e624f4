"""The detection pipeline, from pixels to boxes in the image, with a network that sees colours."""

import numpy as np
import pytest
from toy_models import picture, write_model

from robot_dl.core.params import ParamError
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import open_detector
from robot_dl.engine.card_checks import CardError

PARAMS = DetectionParams(score=0.9)


@pytest.fixture(scope='module')
def detector(tmp_path_factory):
    return open_detector(str(write_model(tmp_path_factory.mktemp('m'))), 'cpu')


def test_a_blank_image_gives_no_detections(detector):
    assert len(detector(picture((64, 96)), PARAMS)) == 0


@pytest.mark.parametrize('scale', [1, 2, 7])
def test_a_square_is_found_in_the_images_own_pixels(detector, scale):
    image = picture((64, 96), green=(32, 0, 64, 32), blue=(64, 32, 96, 64))
    found = detector(image.repeat(scale, 0).repeat(scale, 1), PARAMS)
    order = np.argsort(found.class_ids)
    assert list(found.class_ids[order]) == [1, 2]
    expected = np.array([[32, 0, 64, 32], [64, 32, 96, 64]]) * scale
    assert np.abs(found.boxes_xyxy[order] - expected).max() < 0.5


def test_padding_is_taken_off_again(detector):
    """A 96×96 image lies between grey bars in a 64×96 input: 16 px left and right."""
    image = picture((96, 96), red=(24, 0, 72, 48))
    found = detector(image, DetectionParams(score=0.85))
    assert list(found.class_ids) == [0]
    assert np.abs(found.boxes_xyxy[0] - [24, 0, 72, 48]).max() < 0.5


def test_only_wanted_classes_are_returned(detector):
    image = picture((64, 96), green=(32, 0, 64, 32), blue=(64, 32, 96, 64))
    found = detector(image, PARAMS.replace(classes=('blue',)))
    assert list(found.class_ids) == [2]


def test_the_best_are_kept_when_there_are_too_many(detector):
    image = picture((64, 96), green=(0, 0, 96, 64))
    image[32:] = image[32:] // 2
    found = detector(image, DetectionParams(score=0.3, max_detections=2))
    assert len(found) == 2
    assert (found.scores > 0.9).all()


@pytest.mark.parametrize(
    'box_cxcywh',
    [(48, 32, -10, 20), (48, 32, 10, 0), (4, 32, 6, 20), (200, 32, 10, 10)],
    ids=['inverted', 'flat', 'in the padding', 'outside'],
)
def test_boxes_without_area_in_the_image_are_nothing(detector, box_cxcywh):
    _, fit = detector.prepare(picture((96, 96)))
    table = np.zeros((1, 7, 6), np.float32)
    table[0, :, 2] = [*box_cxcywh, 0.99, 0, 0]
    assert len(detector.answer({'output0': table}, fit, PARAMS)) == 0


def test_unknown_class_names_are_refused(detector):
    with pytest.raises(ParamError, match="classes: unknown label 'gren'. Did you mean 'green'"):
        detector.check_params(DetectionParams(classes=('red', 'gren')))


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({'task': 'depth'}, "expected a model for detection, got 'depth'"),
        ({'decoder': 'yol'}, "unknown decoder 'yol'. Did you mean 'yolo'"),
        ({'labels': ['a', 'b']}, r'2 labels: expected one output \[1, 6, \?\]'),
    ],
)
def test_a_model_that_does_not_fit_is_refused(tmp_path, changes, words):
    with pytest.raises(CardError, match=words):
        open_detector(str(write_model(tmp_path / 'm', **changes)), 'cpu')
