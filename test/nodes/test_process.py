"""The detection node as a process of its own: what it must not do, and how late it may be."""

import ast
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from ros_session import TIMEOUT_S, Camera, NodeProcess
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from std_srvs.srv import SetBool
from toy_models import picture, write_model
from vision_msgs.msg import Detection2DArray

from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import open_detector
from robot_dl.ros.images import image_to_msg

RED = picture((64, 96), red=(32, 0, 64, 32))
GUARDED = [str(Path(__file__).with_name('guarded_node.py'))]
NODE = ['-m', 'robot_dl.nodes.detection_node']
WINDOWS = {'cv2.imshow', 'cv2.namedWindow', 'cv2.waitKey', 'matplotlib.pyplot.show'}
GUARDED_RUNS = []


def test_the_node_uses_no_network_process_pickle_or_torch(
    session, domain_id, tmp_path, model_folder
):
    """Traps 22, 23 and 32: downloads, ONNX treated as torch, unpickled models."""
    answers = session.record(Detection2DArray, 'detections')
    pictures = session.record(Image, 'detection_node/overlay')
    arguments = ['--ros-args', '-p', f'model:={model_folder}']
    headless = {'DISPLAY': '', 'WAYLAND_DISPLAY': ''}
    with NodeProcess(GUARDED + arguments, domain_id, tmp_path, **headless) as node:
        Camera(session).ask(RED, answers)
        session.wait(lambda: pictures, 'overlay')
        assert node.end() == 0
        assert 'FORBIDDEN' not in node.text()
    GUARDED_RUNS.append(node)


def test_the_guard_of_the_test_above_sees_what_it_shall_see(domain_id, tmp_path):
    arguments = ['provoke', '--ros-args', '-p', 'score:=7.0']
    with NodeProcess(GUARDED + arguments, domain_id, tmp_path) as node:
        assert node.process.wait(TIMEOUT_S) == 2
        assert 'FORBIDDEN: connected to' in node.text()
        assert 'FORBIDDEN: unpickled' in node.text()


def has_own_networks() -> bool:
    """Tell whether this user may make a network namespace."""
    if not shutil.which('unshare'):
        return False
    return subprocess.run(['unshare', '-rn', 'true'], capture_output=True).returncode == 0


def test_the_node_starts_without_any_network(domain_id, tmp_path, model_folder):
    """Trap 22: something is fetched at launch."""
    if not has_own_networks():
        assert GUARDED_RUNS, 'not allowed to block the network, and the guarded node has not run'
        pytest.skip('not allowed to make a network namespace; the guarded node touched none')
    arguments = ['--ros-args', '-p', f'model:={model_folder}']
    wrapped = [
        '-c',
        'import os, sys; os.execvp("unshare", ["unshare", "-rn", sys.executable, *sys.argv[1:]])',
        *NODE,
        *arguments,
    ]
    with NodeProcess(wrapped, domain_id, tmp_path) as node:
        node.wait_for('runs on CPUExecutionProvider')
        assert node.end() == 0


def windows_in(source: str) -> set[str]:
    """Return the functions that open a window which a source names, under whatever name."""
    nodes = list(ast.walk(ast.parse(source)))
    full_names = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            full_names |= {a.asname: a.name for a in node.names if a.asname}
        elif isinstance(node, ast.ImportFrom):
            full_names |= {a.asname or a.name: f'{node.module}.{a.name}' for a in node.names}
    found = set(full_names.values())
    for node in nodes:
        if isinstance(node, ast.Attribute):
            first, _, rest = ast.unparse(node).partition('.')
            found.add(f'{full_names.get(first, first)}.{rest}')
    return found & WINDOWS


def test_no_source_opens_a_window():
    """Trap 21: a window, on a robot without screen."""
    sources = list(Path(__file__).parents[2].joinpath('robot_dl').rglob('*.py'))
    assert len(sources) > 50
    found = {path: windows_in(path.read_text(encoding='utf-8')) for path in sources}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    'source',
    [
        'import cv2 as cv; cv.imshow("x", image)',
        'from cv2 import namedWindow as window',
        'import matplotlib.pyplot as plt; plt.show()',
        'import matplotlib.pyplot; matplotlib.pyplot.show()',
        'from matplotlib import pyplot; pyplot.show()',
        'from matplotlib.pyplot import show',
    ],
)
def test_a_window_would_be_noticed(source):
    assert windows_in(source)
    assert not windows_in('import matplotlib.pyplot as plt; axes.imshow(plt.cm); self.show()')


@pytest.fixture(scope='module')
def slow_model(tmp_path_factory):
    """Return a model that takes about 200 ms on one thread of this machine."""
    folder = tmp_path_factory.mktemp('slow')
    probe_s = least_inference_s(write_model(folder / 'probe', repeats=4))
    return str(write_model(folder / 'slow', repeats=max(4, round(4 * 0.2 / probe_s))))


def least_inference_s(model: Path) -> float:
    """Return the time of a model on one thread while nobody else is busy, in seconds."""
    detector = open_detector(str(model), 'cpu', threads=1)
    times_s = []
    for _ in range(8):
        started = time.perf_counter()
        detector(RED, DetectionParams())
        times_s.append(time.perf_counter() - started)
    return min(times_s)


def memory_mib(process) -> float:
    """Return the resident memory of a process."""
    status = Path(f'/proc/{process.pid}/status').read_text(encoding='ascii')
    return int(status.partition('VmRSS:')[2].split()[0]) / 1024


def test_a_disabled_node_gives_the_memory_of_its_model_back(session, domain_id, tmp_path):
    """With the bundled model; what it cost to open is free again, and not lost bit by bit."""
    answers = session.record(Detection2DArray, 'detections')
    camera, image = Camera(session), np.zeros((480, 640, 3), np.uint8)

    def enable(is_on: bool) -> None:
        request = SetBool.Request(data=is_on)
        assert session.call(SetBool, 'detection_node/enable', request).success

    with NodeProcess(NODE, domain_id, tmp_path) as node:
        enabled_mib, disabled_mib = [], []
        for _ in range(4):
            camera.ask(image, answers)
            enabled_mib.append(memory_mib(node.process))
            enable(False)
            disabled_mib.append(memory_mib(node.process))
            enable(True)
    assert np.median(enabled_mib) - np.median(disabled_mib) > 10
    assert disabled_mib[-1] - disabled_mib[1] < 2


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_inference_ends_the_node_cleanly(
    session, domain_id, tmp_path, slow_model, number
):
    answers = session.record(Detection2DArray, 'detections')
    camera = Camera(session)
    arguments = ['--ros-args', '-p', f'model:={slow_model}', '-p', 'threads:=1']
    with NodeProcess(NODE + arguments, domain_id, tmp_path) as node:
        camera.ask(RED, answers)
        camera.send(RED)
        assert not camera.answer_within(camera.header(), answers, 0.05), 'it is busy by now'
        assert node.end(number) == 0
        assert 'Traceback' not in node.text()
        assert 'ERROR' not in node.text()


def test_results_stay_fresh_when_images_come_faster_than_the_model_runs(
    session, domain_id, tmp_path, slow_model
):
    """Trap 28: latency grows.

    30 images a second into a model that manages five: with a queue of ten they would be two
    seconds old.
    """
    ages_s, times_s = [], []

    def on_answer(msg):
        now_ns = session.node.get_clock().now().nanoseconds
        ages_s.append((now_ns - msg.header.stamp.sec * 10**9 - msg.header.stamp.nanosec) / 1e9)
        times_s.append(time.monotonic())

    def on_timer():
        header = Header(stamp=session.node.get_clock().now().to_msg(), frame_id='camera')
        publisher.publish(image_to_msg(RED, header))

    publisher = session.node.create_publisher(Image, 'image', 1)
    session.node.create_subscription(Detection2DArray, 'detections', on_answer, 10)
    arguments = ['--ros-args', '-p', f'model:={slow_model}', '-p', 'threads:=1']
    with NodeProcess(NODE + arguments, domain_id, tmp_path):
        session.wait(publisher.get_subscription_count, 'subscriber')
        session.node.create_timer(1 / 30, on_timer)
        session.wait(lambda: len(ages_s) >= 20, 'twenty answers')
    inference = float(np.median(np.diff(times_s)))
    assert inference > 0.1, 'the model is slower than the camera'
    assert np.median(ages_s[3:]) < 2 * inference
    assert np.median(ages_s[-5:]) < 3 * inference, 'they do not grow'
