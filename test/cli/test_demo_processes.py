"""The demo as a process: what it leaves behind, however it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from leftovers import children_of, is_running, left_of, shared_memory_of, wait
from onnx import TensorProto, helper, numpy_helper

pytest.importorskip('mujoco')

from robot_dl.engine.card import file_sha256
from robot_dl.sim.worlds.objects import CLASSES

pytestmark = [pytest.mark.ros, pytest.mark.slow]

PATIENCE_S = 120.0
END_PATIENCE_S = 60.0


@pytest.fixture(scope='module')
def blind_model(tmp_path_factory) -> Path:
    """Return a model with the classes of the simulator that never sees anything."""
    folder = tmp_path_factory.mktemp('models') / 'blind'
    folder.mkdir()
    values = numpy_helper.from_array(np.zeros((1, 4 + len(CLASSES), 1), np.float32), 'nothing')
    nodes = [
        helper.make_node('ReduceMin', ['images'], ['darkest'], keepdims=0),
        helper.make_node('Mul', ['darkest', 'nothing'], ['output0']),
    ]
    inputs = [helper.make_tensor_value_info('images', TensorProto.FLOAT, [1, 3, 48, 64])]
    outputs = [helper.make_tensor_value_info('output0', TensorProto.FLOAT, values.dims)]
    graph = helper.make_graph(nodes, 'blind', inputs, outputs, [values])
    opset = [helper.make_opsetid('', 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / 'blind.onnx')
    card = {
        'name': 'blind',
        'task': 'detection',
        'weights': 'blind.onnx',
        'sha256': file_sha256(folder / 'blind.onnx'),
        'input': {'name': 'images', 'size_hw': [48, 64]},
        'decoder': 'yolo',
        'labels': list(CLASSES),
        'license': 'Apache-2.0',
    }
    (folder / 'model.yaml').write_text(yaml.safe_dump(card))
    return folder


def start(out: Path, model: Path, seconds: float) -> subprocess.Popen:
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'demo', '--model', str(model)]
    options = ['--only', 'detection', '--seconds', str(seconds), '--out', str(out)]
    pipe = subprocess.PIPE
    return subprocess.Popen([*command, *options], stdout=pipe, stderr=subprocess.STDOUT, text=True)


@pytest.fixture
def comparing(tmp_path, blind_model):
    """Return a demo that is comparing frames, its children, and their shared memory."""
    demo = start(tmp_path / 'out', blind_model, 600)
    try:
        for line in demo.stdout:
            if ' frames ' in line:
                break
        assert demo.poll() is None
        children = children_of(demo.pid)
        yield demo, children, shared_memory_of([demo.pid, *children])
    finally:
        demo.kill()
        demo.communicate()


ENDS = {
    'Ctrl-C': ([signal.SIGINT], 130),
    'a second Ctrl-C': ([signal.SIGINT] * 2, 130),
    'SIGTERM': ([signal.SIGTERM], 130),
    'kill -9': ([signal.SIGKILL], -signal.SIGKILL),
    'a closed terminal': ([signal.SIGHUP], -signal.SIGHUP),
}


@pytest.mark.parametrize('end', ENDS)
def test_nothing_is_left_of_a_demo_that_is_ended_by(end, comparing):
    demo, children, files = comparing
    numbers, code = ENDS[end]
    assert len(children) == 3
    assert files
    for number in numbers:
        demo.send_signal(number)
        time.sleep(0.2)  # The second comes while the first is being dealt with.
    assert demo.wait(END_PATIENCE_S) == code
    wait(lambda: not any(map(is_running, children)), 'end of the children', END_PATIENCE_S)
    wait(lambda: not left_of(files), 'end of the shared memory', END_PATIENCE_S)
    assert 'Traceback' not in demo.stdout.read()


def test_a_node_that_dies_ends_the_demo_and_its_log_is_shown(comparing):
    demo, children, files = comparing
    names = {pid: Path(f'/proc/{pid}/cmdline').read_text() for pid in children}
    (sim,) = (pid for pid, name in names.items() if 'sim_node' in name)
    os.kill(sim, signal.SIGKILL)
    rest, _ = demo.communicate(timeout=END_PATIENCE_S)
    assert demo.returncode == 2
    assert 'sim_node has ended with code -9; it said:' in rest
    assert 'showing tabletop' in rest
    wait(lambda: not any(map(is_running, children)), 'end of the children', END_PATIENCE_S)
    wait(lambda: not left_of(files), 'end of the shared memory', END_PATIENCE_S)


def test_a_blind_model_gets_an_honest_report_and_does_not_pass(tmp_path, blind_model):
    demo = start(tmp_path, blind_model, 4)
    said, _ = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 1, said
    assert 'Not passed: ' in said
    assert 'recall is 0.0%, expected at least 90%' in said
    summary = json.loads((tmp_path / 'summary.json').read_text())
    assert (summary['precision'], summary['recall'], summary['passed']) == (None, 0.0, False)
    assert summary['frames'] > 0
    node = summary['nodes']['detection']
    assert node['objects'] == sum(row['missed'] for row in node['classes'].values()) > 0
    assert 0 < summary['latency_ms']['p50'] <= summary['latency_ms']['p95']
    assert 'not passed' in (tmp_path / 'report.html').read_text()
    assert list((tmp_path / 'frames').glob('detection_wrong_*.png'))


def test_an_unknown_model_is_refused_before_anything_is_started(tmp_path):
    demo = start(tmp_path / 'out', Path('tabletop_detektor'), 4)
    said, _ = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 2
    assert "unknown model 'tabletop_detektor'" in said
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    ('option', 'value', 'reason'),
    [
        ('--seconds', '1', 'expected 3 to 1500'),
        ('--seed', '-1', 'from 0 to 999'),
        ('--world', 'kitchen', "invalid choice: 'kitchen'"),
        ('--only', 'detektion', "Did you mean 'detection'?"),
        ('--rate', '0', 'expected 0.5 to 60'),
    ],
)
def test_options_out_of_range_are_refused(option, value, reason):
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'demo', f'{option}={value}']
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert reason in done.stderr


def test_a_model_of_a_node_that_does_not_run_is_refused(tmp_path, blind_model):
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'demo', '--only', 'depth']
    options = ['--model', str(blind_model), '--out', str(tmp_path / 'out')]
    done = subprocess.run([*command, *options], capture_output=True, text=True)
    assert done.returncode == 2
    assert 'expected one for depth, got detection' in done.stderr
    assert not (tmp_path / 'out').exists()


def test_without_rendering_libraries_the_command_to_install_them_is_said(tmp_path, blind_model):
    # As on a machine where the loader finds neither EGL nor OSMesa.
    code = (
        'import ctypes.util, sys; ctypes.util.find_library = lambda name: None\n'
        'from robot_dl.cli.main import main\n'
        f'sys.exit(main(["demo", "--only", "detection", "--out", {str(tmp_path / "out")!r}, '
        f'"--model", {str(blind_model)!r}]))'
    )
    env = {k: v for k, v in os.environ.items() if k not in ('MUJOCO_GL', 'DISPLAY')}
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, env=env)
    assert done.returncode == 2
    assert 'apt-get install libegl1' in done.stderr
    assert 'Traceback' not in done.stderr
    assert not (tmp_path / 'out').exists()
