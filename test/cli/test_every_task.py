"""Verbs that look at a model look at those of every task: check, show, parity, quantize."""

import json

import cv2
import numpy as np
import pytest
from toy_colour_classifier import write_classifier
from toy_depth import ramp, write_depth_model
from toy_models import picture, write_model
from toy_segmenters import write_instance_segmenter, write_segmenter

from robot_dl.cli.eval import EXAMS
from robot_dl.cli.main import main
from robot_dl.cli.parities.agreement import AGREEMENTS
from robot_dl.cli.parities.viewing import VIEWERS, open_viewer
from robot_dl.cli.parities.words import words
from robot_dl.core.detections import Detections
from robot_dl.depth.types import DepthMap, RelativeDepth
from robot_dl.engine.card import load_card
from robot_dl.segmentation.types import Instances, SemanticMask

SIZE = (64, 96)
WRITERS = {
    'detection': write_model,
    'classification': write_classifier,
    'segmentation': write_segmenter,
    'instance_segmentation': write_instance_segmenter,
    'depth': write_depth_model,
}
"""What writes a small model of each task."""
FOUND = {
    'detection': 'objects: green',
    'classification': 'green',
    'segmentation': 'green',
    'instance_segmentation': 'objects: green',
    'depth': 'of the pixels are known',
}
"""What is said of a green square on black."""


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / 'images'
    folder.mkdir()
    for index in range(2):
        left = 32 * index
        square = picture(SIZE, green=(left, 0, left + 64, 64))
        cv2.imwrite(str(folder / f'{index}.png'), square[..., ::-1])
    return folder


def test_every_task_has_its_line_in_every_table():
    seeing = {task for task, exam in EXAMS.items() if exam.noun == 'picture'}
    assert seeing == set(VIEWERS) == set(AGREEMENTS) == set(WRITERS)


@pytest.mark.parametrize('task', WRITERS)
def test_a_model_is_checked_and_its_answer_is_told(task, tmp_path, images, capsys):
    folder = WRITERS[task](tmp_path / 'm')
    arguments = ['--image', str(images / '0.png'), '--repeats', '1', '--device', 'cpu']
    assert main(['models', 'check', str(folder), *arguments]) == 0
    assert FOUND[task] in capsys.readouterr().out
    assert main(['models', 'show', str(folder)]) == 0
    assert f'task: {task}' in capsys.readouterr().out


@pytest.mark.parametrize('task', WRITERS)
def test_a_model_agrees_with_itself_and_with_half_of_itself(task, tmp_path, images):
    folder, file = WRITERS[task](tmp_path / 'm'), tmp_path / 'f.json'
    arguments = ['--images', str(images), '--json', str(file)]
    assert main(['parity', str(folder), *arguments]) == 0
    result = json.loads(file.read_text())
    assert result['answers']['agreement'] == 1.0
    assert result['answers']['pictures'] == 2
    small = tmp_path / 'small'
    options = ['--to', str(small), '--mode', 'fp16', '--images', str(images)]
    assert main(['quantize', str(folder), *options]) == 0
    assert load_card(small).measured['agreement'] > 0.99


@pytest.mark.parametrize(('decoder', 'is_same'), [('log_depth', False), ('inverse_depth', True)])
def test_farther_metres_are_no_agreement_but_all_relative_depth_is_seen(
    decoder, is_same, tmp_path, images
):
    a = open_viewer(str(write_depth_model(tmp_path / 'a', decoder)), 'cpu')
    image = ramp((96, 128))
    tensor, fit = a.prepare(image)
    outputs = a.infer(tensor)
    agreement = AGREEMENTS['depth']()
    agreement.add(a.answer(outputs, fit), a.answer({'depth': outputs['depth'] + 0.1}, fit))
    assert agreement.share < 0.1
    assert isinstance(a.answer(outputs, fit), RelativeDepth) == is_same


def test_metres_of_a_model_that_needs_a_camera_are_told_for_its_own(tmp_path):
    options = {'metric': True, 'focal_px': 300.0}
    plain = open_viewer(str(write_depth_model(tmp_path / 'a')), 'cpu')
    needy = open_viewer(str(write_depth_model(tmp_path / 'b', decoder_options=options)), 'cpu')
    image = ramp((48, 64))
    tensor, fit = plain.prepare(image)
    outputs = plain.infer(tensor)
    one, other = plain.answer(outputs, fit), needy.answer(outputs, fit)
    np.testing.assert_allclose(one.depth_m, other.depth_m, rtol=1e-5)


def depth_map(*metres):
    return DepthMap(np.array([metres], np.float32))


@pytest.mark.parametrize(
    ('found', 'said'),
    [
        (Detections.empty(), '0 objects'),
        (Instances.empty((2, 2)), '0 objects; they cover 0%'),
        (SemanticMask(np.full((2, 2), 255, np.uint8)), 'no class'),
        (SemanticMask(np.array([[1, 1, 1, 0]], np.uint8)), '75% cup, 25% none'),
        (depth_map(np.nan), 'no distance'),
        (depth_map(1.0, 1.0, np.nan, 1.0), '1.00 to 1.00 m, 1.00 m in the median; 75% of'),
        (RelativeDepth(np.ones((1, 2), np.float32)), 'without metres, in 100% of the pixels'),
    ],
)
def test_an_answer_is_told_in_words(found, said):
    assert said in words(found, ('none', 'cup'))


def test_there_are_no_scores_for_depth_without_metres(tmp_path, capsys):
    folder = write_depth_model(tmp_path / 'm', 'inverse_depth')
    assert main(['eval', str(folder), '--images', '1']) == 2
    assert 'expected a metric model' in capsys.readouterr().err
