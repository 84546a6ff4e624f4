"""A node as a process: its signals, exit codes and last words."""

import signal

import pytest
from ros_session import TIMEOUT_S, NodeProcess
from toy_models import write_model

NODE = ['-m', 'robot_dl.nodes.detection_node', '--ros-args']


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_node_with_code_0_and_without_traceback(
    domain_id, tmp_path, model_folder, number
):
    with NodeProcess([*NODE, '-p', f'model:={model_folder}'], domain_id, tmp_path) as node:
        node.wait_for('runs on CPUExecutionProvider')
        assert node.end(number) == 0
        assert 'Traceback' not in node.text()


def test_a_signal_while_the_node_waits_for_its_manager_ends_it_cleanly(domain_id, tmp_path):
    command = [*NODE, '-p', 'autostart:=false', '-p', 'thread:=3']
    with NodeProcess(command, domain_id, tmp_path) as node:
        node.wait_for("Did you mean 'threads'")
        assert node.end(signal.SIGINT) == 0
        assert 'Traceback' not in node.text()


def test_an_impatient_user_sees_no_traceback(domain_id, tmp_path, model_folder):
    with NodeProcess([*NODE, '-p', f'model:={model_folder}'], domain_id, tmp_path) as node:
        node.wait_for('runs on CPUExecutionProvider')
        for _ in range(3):
            node.process.send_signal(signal.SIGINT)
        assert node.process.wait(TIMEOUT_S) == 0
        assert 'Traceback' not in node.text()


@pytest.mark.parametrize(
    ('words', 'code', 'reason'),
    [
        (['-p', 'score:=1.5'], 2, 'score'),
        (['-p', 'score:=.nan'], 2, 'score'),
        (['-p', 'device:=gpu'], 2, "unknown value 'gpu'. Did you mean 'cpu'"),
        (['-p', 'max_detections:=many'], 2, "max_detections: expected int, got 'many'"),
        (['-p', 'classes:=[rad]'], 1, "unknown label 'rad'. Did you mean 'red'"),
        (['-p', 'model:=/nowhere/at/all'], 1, 'no such folder'),
        (['-p', 'device:=cuda', '-p', 'require_accelerator:=true'], 1, 'CUDAExecutionProvider'),
    ],
)
def test_unusable_parameters_end_the_process_with_the_reason(
    domain_id, tmp_path, model_folder, words, code, reason
):
    command = [*NODE, '-p', f'model:={model_folder}', *words]
    with NodeProcess(command, domain_id, tmp_path) as node:
        assert node.process.wait(TIMEOUT_S) == code
        assert reason in node.text()


@pytest.mark.parametrize(
    ('words', 'reason'),
    [
        (['--params-file', 'nope.yaml'], "params file: '--params-file nope.yaml'"),
        (['--params-file', 'broken.yaml'], "params file: '--params-file broken.yaml'"),
        (['-p'], 'trailing -p flag'),
        (['-r', 'image'], "remap rule: '-r image'"),
    ],
)
def test_unusable_ros_arguments_end_the_process_with_the_reason(
    domain_id, tmp_path, monkeypatch, words, reason
):
    (tmp_path / 'broken.yaml').write_text('a: [1\n')
    monkeypatch.chdir(tmp_path)
    with NodeProcess([*NODE, *words], domain_id, tmp_path) as node:
        assert node.process.wait(TIMEOUT_S) == 2
        [line] = [line for line in node.text().splitlines() if '[FATAL]' in line]
        assert reason in line
        assert 'Traceback' not in node.text()


def test_a_missing_accelerator_is_a_warning_unless_it_is_required(
    domain_id, tmp_path, model_folder
):
    """Trap 24: silent fall-back to the CPU."""
    command = [*NODE, '-p', f'model:={model_folder}', '-p', 'device:=cuda']
    with NodeProcess(command, domain_id, tmp_path) as node:
        node.wait_for('runs on CPUExecutionProvider')
        assert '[WARN]' in node.text()
        assert "device 'cuda' needs CUDAExecutionProvider" in node.text()


def test_without_autostart_a_bad_model_is_nothing_to_die_of(domain_id, tmp_path):
    model = write_model(tmp_path / 'broken', decoder='yol')
    command = [*NODE, '-p', f'model:={model}', '-p', 'autostart:=false', '-p', 'thread:=3']
    with NodeProcess(command, domain_id, tmp_path) as node:
        node.wait_for("Did you mean 'threads'")
        assert node.process.poll() is None
        assert node.end() == 0
