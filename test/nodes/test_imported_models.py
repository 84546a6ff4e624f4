"""A file of every family, imported as a user does, detects in its node over real topics."""

import numpy as np
import pytest
import torch
from ros_session import Camera
from vision_msgs.msg import Classification, Detection2DArray

toy_families = pytest.importorskip('toy_families')

from toy_imports import ANSWERS, IMAGENET, NAMED, import_file, write_names  # noqa: E402

from robot_dl.classification.params import ClassificationParams  # noqa: E402
from robot_dl.classification.pipeline import open_classifier  # noqa: E402
from robot_dl.cli.trials import trial_picture  # noqa: E402
from robot_dl.detection.params import DetectionParams  # noqa: E402
from robot_dl.detection.pipeline import open_detector  # noqa: E402
from robot_dl.nodes.classification_node import ClassificationNode  # noqa: E402
from robot_dl.nodes.detection_node import DetectionNode  # noqa: E402
from robot_dl.ros.detections import detections_from_msg  # noqa: E402

pytestmark = pytest.mark.slow

SCORE = 0.2


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write_names(tmp_path)


@pytest.mark.parametrize('name', ANSWERS)
def test_a_node_runs_an_imported_model_by_its_name(name, session, tmp_path):
    assert import_file(toy_families.export(name, tmp_path), *ANSWERS[name]) == 0
    session.start(DetectionNode, model=name, score=SCORE)
    answers = session.record(Detection2DArray, 'detections')
    answer = Camera(session).ask(trial_picture(), answers)
    found = detections_from_msg(answer, toy_families.LABELS)
    expected = open_detector(name, 'cpu')(trial_picture(), DetectionParams(score=SCORE))
    assert len(found) > 0
    np.testing.assert_allclose(found.boxes_xyxy, expected.boxes_xyxy, atol=0.01)
    np.testing.assert_array_equal(found.class_ids, expected.class_ids)


def test_the_classification_node_runs_an_imported_classifier(session):
    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(3, 3, 8, 8), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()]
    image = torch.zeros(1, 3, 64, 64)
    torch.onnx.export(torch.nn.Sequential(*layers), image, 'net.onnx', dynamo=False)
    assert import_file('net.onnx', *NAMED, *IMAGENET) == 0
    session.start(ClassificationNode, model='net')
    answers = session.record(Classification, 'classification')
    answer = Camera(session).ask(trial_picture(), answers)
    expected = open_classifier('net', 'cpu')(trial_picture(), ClassificationParams())
    names = [toy_families.LABELS[i] for i in expected.class_ids]
    assert [hypothesis.class_id for hypothesis in answer.results] == names
    scores = [hypothesis.score for hypothesis in answer.results]
    np.testing.assert_allclose(scores, expected.scores, atol=1e-4)
