"""Whatever comes, the node says what is wrong and answers the next good image."""

import shutil
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from onnx import helper, numpy_helper
from ros_messages import raw_image
from ros_session import Camera
from sensor_msgs.msg import CompressedImage, Image
from toy_models import picture, write_model

from robot_dl.engine.card import file_sha256
from robot_dl.nodes.detection_node import DetectionNode

RED = picture((64, 96), red=(32, 0, 64, 32))


def broken(**changes) -> Image:
    """Return a red square as rgb8, with some fields that are wrong."""
    msg = raw_image(RED, 'rgb8')
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


@pytest.mark.parametrize(
    ('msg', 'reason'),
    [
        (broken(data=b'short'), 'expected 18432 bytes (step 288 x height 64), got 5'),
        (broken(data=b''), 'got 0'),
        (broken(width=0), 'expected at least one pixel'),
        (broken(height=0), 'expected at least one pixel'),
        (broken(width=2**31), 'expected a step of at least'),
        (broken(height=2**32 - 1), 'expected 1236950580960 bytes'),
        (broken(step=1), 'expected a step of at least 288 bytes'),
        (broken(encoding='rgb9'), "'rgb9' is not supported; use one of rgb8, bgr8"),
        (broken(encoding='32FC1', step=384, data=b'\xff' * 24576), "'32FC1' is not supported"),
    ],
)
def test_a_malformed_image_is_counted_and_the_next_good_one_answered(
    session, camera, answers, model_folder, msg, reason
):
    node = session.start(DetectionNode, model=model_folder)
    camera.ask(RED, answers)
    header = camera.send(msg)
    failed = session.wait(lambda: [f for f in [frames_of(node)] if f.errors], 'an error')[0]
    assert reason in failed.last_error
    assert len(camera.ask(RED, answers).detections) == 1
    assert header not in [a.header for a in answers]


def frames_of(node):
    """Return what happened to the images of a node."""
    return node.frames.summary(time.monotonic())


def test_a_malformed_image_is_reported_in_diagnostics(session, camera, answers, model_folder):
    session.start(DetectionNode, model=model_folder)
    reports = session.record(DiagnosticArray, '/diagnostics')
    camera.ask(RED, answers)
    camera.send(broken(data=b'short'))
    seen = lambda: [s for r in reports for s in r.status if 'got 5' in s.message]  # noqa: E731
    report = session.wait(seen, 'report of the malformed image')[0]
    values = {v.key: v.value for v in report.values}
    assert report.level == DiagnosticStatus.WARN
    assert values['errors'] == '1'
    assert values['last_error'] == report.message


def test_a_broken_jpeg_is_reported_and_the_next_good_image_answered(
    session, answers, model_folder
):
    import cv2

    node = session.start(DetectionNode, model=model_folder, transport='compressed')
    camera = Camera(session, 'image/compressed', CompressedImage)
    data = cv2.imencode('.jpg', RED[..., ::-1])[1].tobytes()
    good = CompressedImage(format='jpeg', data=data)
    camera.ask(good, answers)
    for count, (kind, part) in enumerate([('jpeg', data[: len(data) // 2]), ('h265', data)], 1):
        camera.send(CompressedImage(format=kind, data=part))
        session.wait(lambda c=count: frames_of(node).errors == c, 'an error')
    assert len(camera.ask(good, answers).detections) == 1


BAD_MODELS = {
    'no card': lambda folder: (folder / 'model.yaml').unlink(),
    'not YAML': lambda folder: (folder / 'model.yaml').write_text('name: [unclosed'),
    'empty card': lambda folder: (folder / 'model.yaml').write_text(''),
    'no weights': lambda folder: (folder / 'colours.onnx').unlink(),
    'other weights': lambda folder: (folder / 'colours.onnx').write_bytes(b'not ours'),
    'unknown decoder': lambda folder: write_model(folder, decoder='yol'),
    'unfit card': lambda folder: write_model(
        folder, input={'name': 'images', 'size_hw': [32, 32]}
    ),
    'outside': lambda folder: write_model(folder, weights='../../colours.onnx'),
    'pickle': lambda folder: write_model(folder, weights='model.yaml'),
}
REASONS = {
    'no card': 'no such file',
    'not YAML': 'not valid YAML',
    'empty card': 'expected "key: value" lines',
    'no weights': 'there is no such file',
    'other weights': 'expected sha256',
    'unknown decoder': "unknown decoder 'yol'. Did you mean 'yolo'",
    'unfit card': 'the graph takes',
    'outside': 'expected a file inside',
    'pickle': "unknown kind of weights '.yaml'",
}


@pytest.mark.parametrize('case', BAD_MODELS)
def test_a_bad_model_fails_the_transition_and_a_repaired_one_works(
    session, camera, answers, tmp_path, case
):
    folder = write_model(tmp_path / 'model')
    BAD_MODELS[case](folder)
    node = session.start(DetectionNode, model=str(folder))
    assert node._state_machine.current_state[1] == 'unconfigured'
    reports = session.record(DiagnosticArray, '/diagnostics')
    [report] = session.wait(lambda: reports[:1], 'diagnostics')
    assert report.status[0].level == DiagnosticStatus.ERROR
    assert REASONS[case] in report.status[0].message
    assert session.node.count_publishers('detections') == 0
    shutil.rmtree(folder)
    write_model(folder)
    assert node.start()
    assert len(camera.ask(RED, answers).detections) == 1


def damage(folder: Path) -> None:
    """Put the square root of (pixel - 0.5) before the network: NaN for dark pixels."""
    model = onnx.load(str(folder / 'colours.onnx'))
    graph = model.graph
    graph.node[0].input[0] = 'root'
    graph.node.insert(0, helper.make_node('Sqrt', ['shifted'], ['root']))
    graph.node.insert(0, helper.make_node('Sub', ['images', 'half'], ['shifted']))
    graph.initializer.append(numpy_helper.from_array(np.float32(0.5).reshape(1), 'half'))
    onnx.save(model, str(folder / 'colours.onnx'))
    card = yaml.safe_load((folder / 'model.yaml').read_text())
    card['sha256'] = file_sha256(folder / 'colours.onnx')
    (folder / 'model.yaml').write_text(yaml.safe_dump(card))


def test_an_image_for_which_the_network_gives_nan_is_an_error_and_not_answered(
    session, camera, answers, tmp_path, capfd
):
    """Trap 20: NaN is not forwarded, and not passed off as "nothing found" either."""
    folder = write_model(tmp_path / 'nan')
    damage(folder)
    node = session.start(DetectionNode, model=str(folder))
    reports = session.record(DiagnosticArray, '/diagnostics')
    white = np.full((64, 96, 3), 255, np.uint8)
    assert len(camera.ask(white, answers).detections) == 6
    refused = []
    for count in (1, 2):
        refused.append(camera.send(RED))
        session.wait(lambda c=count: frames_of(node).errors == c, 'an error')
    found = lambda: [s for r in reports for s in r.status if 'gave NaN' in s.message]  # noqa: E731
    report = session.wait(found, 'report of NaN')[0]
    assert report.level in (DiagnosticStatus.WARN, DiagnosticStatus.ERROR)
    assert 'at 6 of 6 places' in report.message
    assert len(camera.ask(white, answers).detections) == 6
    assert not [a for a in answers if a.header in refused]
    assert capfd.readouterr().err.count('[ERROR]') == 1
