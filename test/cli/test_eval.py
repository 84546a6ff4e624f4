"""`robot_dl eval`: its table, its JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from toy_colour_classifier import write_classifier

from robot_dl.cli.eval import table
from robot_dl.cli.main import main

RESULT = {
    'task': 'detection',
    'per_class': {'mug': {'AP50': 0.987, 'AP50_95': 0.9}},
    'mAP50': 0.9871,
    'mAP50_95': 0.9001,
    'images': 3,
    'objects': 14,
}


def test_the_table_has_a_row_for_each_class_and_the_mean() -> None:
    lines = table(RESULT).splitlines()
    assert lines[1].split() == ['mug', '0.987', '0.900']
    assert lines[2].split() == ['mean', '0.987', '0.900']
    assert lines[-1] == '3 pictures, 14 objects'


SINGLE = {
    'task': 'classification',
    'per_class': {'mug': {'recall': 0.987, 'precision': 0.9, 'images': 3}},
    'top1': 0.98765,
    'ece': 0.0123,
    'ece_uncalibrated': 0.0456,
    'images': 3,
    'limits': {'top1_twice_as_far': 0.6789, 'sure_of_strangers': 0.25},
}


def test_the_table_of_a_classifier_tells_top_1_and_calibration() -> None:
    lines = table(SINGLE).splitlines()
    assert lines[1].split() == ['mug', '0.987', '0.900']
    assert lines[2].split() == ['top-1', '0.9877']
    assert '0.0123 (0.0456 without' in lines[3]
    assert lines[4] == '3 pictures'
    assert 'top-1 0.679' in lines[5]


def test_a_model_of_a_task_without_a_test_set_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_classifier(tmp_path / 'm', task='dreaming')
    assert main(['eval', str(folder)]) == 2
    assert "unknown task 'dreaming'" in capsys.readouterr().err


@pytest.mark.parametrize('images', ['0', '-4', '100001'])
def test_a_test_set_outside_the_held_out_seeds_is_refused(
    images: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['eval', 'tabletop_detector', '--images', images]) == 2
    assert f'--images: expected 1 to 100000, got {images}' in capsys.readouterr().err


def test_an_unknown_model_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['eval', 'tabletop_detektor']) == 2
    assert "unknown model 'tabletop_detektor'" in capsys.readouterr().err


@pytest.mark.slow
def test_the_bundled_model_scores_on_pictures_it_never_saw(tmp_path: Path) -> None:
    pytest.importorskip('mujoco')
    pytest.importorskip('faster_coco_eval')
    path = tmp_path / 'scores.json'
    assert main(['eval', 'tabletop_detector', '--images', '40', '--json', str(path)]) == 0
    scores = json.loads(path.read_text())
    # The whole test set is stated in REPORT.md; forty pictures only show that it still works.
    assert scores['mAP50'] >= 0.9
    assert scores['mAP50_95'] >= 0.7
    assert scores['images'] == 40
    assert scores['seeds']['first'] == 1_000_000
    assert scores['seeds']['last'] < scores['training_seeds']['first']
    assert set(scores['per_class']) <= {
        'box',
        'ball',
        'can',
        'bottle',
        'mug',
        'bowl',
        'hammer',
        'screwdriver',
    }


@pytest.mark.slow
def test_the_bundled_classifier_scores_on_pictures_it_never_saw(tmp_path: Path) -> None:
    pytest.importorskip('mujoco')
    path = tmp_path / 'scores.json'
    assert main(['eval', 'tabletop_classifier', '--images', '60', '--json', str(path)]) == 0
    scores = json.loads(path.read_text())
    # The whole test set is stated in REPORT.md; sixty pictures only show that it still works.
    assert scores['top1'] >= 0.9
    assert scores['top3'] >= scores['top1']
    assert scores['images'] == 60
    assert sum(map(sum, scores['confusion'])) == 60
    assert scores['limits']['images'] == 60
    assert scores['seeds']['last'] < scores['training_seeds']['first']


ABOUT = {'images': 3, 'world': 'rooms', 'ece': 0.0123}
ROWS = {'share_of_pixels': 0.25, 'iou': 0.5, 'recall': 0.75, 'precision': 0.6}


def test_the_table_of_a_segmenter_has_a_row_for_each_class_and_the_means() -> None:
    scores = {'task': 'segmentation', 'per_class': {'door': ROWS}, 'miou': 0.91234, **ABOUT}
    lines = table({**scores, 'miou_without_background': 0.8}).splitlines()
    assert lines[1].split() == ['door', '0.500', '0.750', '0.600', '25.0%']
    assert lines[2].split() == ['mean', '0.9123']
    assert lines[3].split() == ['of', 'objects', '0.8000']
    assert 'confidence 0.0123' in lines[4]
    assert lines[-1] == '3 pictures of rooms'
    assert len(table(scores).splitlines()) == len(lines) - 1


def test_the_table_of_an_instance_segmenter_is_that_of_a_detector() -> None:
    means = {'mask_mAP50': RESULT['mAP50'], 'mask_mAP50_95': RESULT['mAP50_95']}
    scores = {**RESULT, 'task': 'instance_segmentation', **means}
    assert table(scores) == table(RESULT)


def test_the_table_of_a_depth_estimator_has_the_errors_of_papers() -> None:
    row = {'abs_rel': 0.05, 'delta1': 0.98, 'share_of_pixels': 1.0}
    errors = dict.fromkeys(('rmse_m', 'log10', 'silog', 'delta2', 'delta3', 'known'), 0.5)
    scores = {'task': 'depth', 'per_class': {'floor': row}, **row, **errors, **ABOUT}
    lines = table(scores).splitlines()
    assert lines[1].split() == ['floor', '0.0500', '0.9800']
    assert lines[2].split()[-2:] == ['0.0500', '0.9800']
    assert 'rmse_m 0.5000' in lines[3]
    assert lines[-1] == '3 pictures of rooms'
