"""A file of every family, imported as a user does, detects in its node over real topics."""

import numpy as np
import pytest
from ros_session import Camera
from vision_msgs.msg import Detection2DArray

toy_families = pytest.importorskip('toy_families')

from toy_imports import ANSWERS, import_file, write_names  # noqa: E402

from robot_dl.cli.trials import trial_picture  # noqa: E402
from robot_dl.detection.params import DetectionParams  # noqa: E402
from robot_dl.detection.pipeline import open_detector  # noqa: E402
from robot_dl.nodes.detection_node import DetectionNode  # noqa: E402
from robot_dl.ros.detections import detections_from_msg  # noqa: E402

pytestmark = pytest.mark.slow

SCORE = 0.2


@pytest.mark.parametrize('name', ANSWERS)
def test_a_node_runs_an_imported_model_by_its_name(name, session, tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write_names(tmp_path)
    assert import_file(toy_families.export(name, tmp_path), *ANSWERS[name]) == 0
    session.start(DetectionNode, model=name, score=SCORE)
    answers = session.record(Detection2DArray, 'detections')
    answer = Camera(session).ask(trial_picture(), answers)
    found = detections_from_msg(answer, toy_families.LABELS)
    expected = open_detector(name, 'cpu')(trial_picture(), DetectionParams(score=SCORE))
    assert len(found) > 0
    np.testing.assert_allclose(found.boxes_xyxy, expected.boxes_xyxy, atol=0.01)
    np.testing.assert_array_equal(found.class_ids, expected.class_ids)
