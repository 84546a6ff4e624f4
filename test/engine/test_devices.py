"""Which provider runs a graph, what it is told, and what is said about it.

No accelerator is needed: where one would be asked, the runtime's list of providers is replaced,
and only what we ask of it is looked at. That CUDA and TensorRT then do as they are told was not
tested: no machine of this project's tests has them.
"""

import os
from pathlib import Path

import onnxruntime
import pytest
from toy_models import write_model

from robot_dl.core.node_params import DEVICES
from robot_dl.engine import onnx_engine
from robot_dl.engine.card import load_card
from robot_dl.engine.engine import EngineError, open_engine
from robot_dl.engine.kept import kept_folder
from robot_dl.engine.onnx_providers import CPU, CUDA, KEEPING, OPENVINO, OPTIONS, TENSORRT, XNNPACK
from robot_dl.engine.request import Request

KEPT = Path('/kept')
TENSORRT_CACHE = {
    'trt_engine_cache_enable': 'True',
    'trt_engine_cache_path': '/kept',
    'trt_timing_cache_enable': 'True',
    'trt_timing_cache_path': '/kept',
}


@pytest.fixture
def card(tmp_path):
    return load_card(write_model(tmp_path / 'm'))


@pytest.mark.parametrize(
    ('request_', 'provider', 'options'),
    [
        (Request('cuda'), CUDA, {'device_id': '0'}),
        (Request('cuda:1'), CUDA, {'device_id': '1'}),
        (
            Request('tensorrt'),
            TENSORRT,
            {'device_id': '0', 'trt_fp16_enable': 'False', **TENSORRT_CACHE},
        ),
        (
            Request('tensorrt:1', half=True),
            TENSORRT,
            {'device_id': '1', 'trt_fp16_enable': 'True', **TENSORRT_CACHE},
        ),
        (
            Request('openvino', threads=3),
            OPENVINO,
            {'device_type': 'CPU', 'num_of_threads': '3', 'cache_dir': '/kept'},
        ),
        (
            Request('openvino:GPU', threads=1, half=True),
            OPENVINO,
            {
                'device_type': 'GPU',
                'num_of_threads': '1',
                'precision': 'FP16',
                'cache_dir': '/kept',
            },
        ),
        (Request('xnnpack', threads=2), XNNPACK, {'intra_op_num_threads': '2'}),
    ],
)
def test_a_provider_is_told_which_device_and_how(request_, provider, options):
    assert OPTIONS[provider](request_, KEPT) == options


def test_without_a_folder_tensorrt_keeps_nothing():
    assert OPTIONS[TENSORRT](Request('tensorrt'), None) == {
        'device_id': '0',
        'trt_fp16_enable': 'False',
    }


class AskedError(Exception):
    """Stands for the runtime: carries what it was asked for."""


@pytest.mark.parametrize(
    ('device', 'has', 'asked'),
    [
        ('auto', [], [CPU]),
        ('auto', [CUDA], [CUDA, CPU]),
        ('auto', [TENSORRT, CUDA, OPENVINO], [CUDA, CPU]),
        ('cpu', [TENSORRT, CUDA], [CPU]),
        ('cuda:1', [TENSORRT, CUDA], [CUDA, CPU]),
        ('tensorrt', [TENSORRT, CUDA], [TENSORRT, CUDA, CPU]),
        ('tensorrt', [CUDA], [CUDA, CPU]),
        ('openvino:NPU', [OPENVINO], [OPENVINO, CPU]),
        ('xnnpack', [XNNPACK, OPENVINO], [XNNPACK, CPU]),
    ],
)
def test_the_best_provider_that_the_runtime_has_is_asked_first(
    card, monkeypatch, tmp_path, device, has, asked
):
    def session(content, options, providers, enable_fallback):
        assert enable_fallback == 0, 'it would go on with the CPU, and only print that'
        raise AskedError([p if isinstance(p, str) else p[0] for p in providers])

    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: [*has, CPU])
    monkeypatch.setattr(onnxruntime, 'InferenceSession', session)
    with pytest.raises(EngineError) as caught:
        open_engine(card, device)
    assert caught.value.__cause__.__cause__.args == (asked,)


@pytest.mark.parametrize('device', [d for d in DEVICES if d not in ('auto', 'cpu')])
def test_every_device_that_is_missing_says_what_to_install(card, monkeypatch, device):
    """Trap 24: silent fall-back to the CPU."""
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: [CPU])
    engine = open_engine(card, device)
    assert engine.provider == CPU
    assert engine.notice.startswith(f'device {device!r} needs ')
    assert 'set device: ' in engine.notice
    with pytest.raises(EngineError, match=f'device {device!r} needs '):
        open_engine(card, device, require_accelerator=True)


def test_half_on_the_cpu_is_not_silently_ignored(card):
    assert open_engine(card, 'cpu').notice == ''
    engine = open_engine(card, 'cpu', half=True)
    assert engine.notice == (
        'half is set, but CPUExecutionProvider computes as the graph says: make a float16 graph '
        'by `robot_dl quantize --mode fp16`'
    )


def test_a_provider_that_started_and_runs_nothing_is_not_what_runs_the_graph(card):
    """Trap 24: OpenVINO with the device AUTO did this; get_providers() named it all the same."""
    session = open_engine(card, 'cpu').session

    class Idle:
        def get_providers(self):
            return [OPENVINO, CPU]

        def __getattr__(self, name):
            return getattr(session, name)

    assert onnx_engine._engine(Idle()).provider == CPU


def test_the_runtime_tells_where_each_node_runs(card):
    nodes = open_engine(card, 'cpu').nodes
    if not hasattr(onnxruntime.InferenceSession, 'get_provider_graph_assignment_info'):
        assert not nodes
    else:
        assert set(nodes) == {CPU}
        assert nodes[CPU] >= 3


def test_what_is_built_is_kept_where_the_user_keeps_such_things(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'elsewhere'))
    assert kept_folder('tensorrt', 'k') == tmp_path / 'elsewhere/robot_dl/tensorrt/k'
    monkeypatch.delenv('XDG_CACHE_HOME')
    monkeypatch.setenv('HOME', str(tmp_path / 'home'))
    folder = kept_folder('tensorrt', 'k')
    assert folder == tmp_path / 'home/.cache/robot_dl/tensorrt/k'
    assert folder.is_dir()
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o077 == 0, 'an engine is a program: nobody else may write it'


@pytest.mark.parametrize('where', ['/proc/nobody/can/write/here', '/dev/null/nor/here'])
def test_without_a_folder_that_can_be_written_nothing_is_kept(monkeypatch, where):
    monkeypatch.setenv('XDG_CACHE_HOME', where)
    assert kept_folder('tensorrt', 'k') is None


@pytest.mark.skipif(os.geteuid() == 0, reason='root can write everywhere')
def test_a_read_only_home_is_no_error(tmp_path, monkeypatch):
    monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
    monkeypatch.setenv('HOME', str(tmp_path))
    tmp_path.chmod(0o500)
    assert kept_folder('tensorrt', 'k') is None


def test_a_user_without_a_home_keeps_nothing(monkeypatch):
    def no_home():
        raise RuntimeError('Could not determine home directory.')

    monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
    monkeypatch.setattr(Path, 'home', no_home)
    assert kept_folder('tensorrt', 'k') is None


def test_a_long_build_is_announced_before_and_after(tmp_path):
    keeping = KEEPING[TENSORRT]
    assert keeping.beginning(tmp_path) == 'building the TensorRT engine; this can take minutes'
    assert keeping.end(tmp_path, 73.4) == (
        f'the TensorRT engine is ready after 73 s; it is kept in {tmp_path}'
    )
    (tmp_path / 'graph_sm87.engine').touch()
    assert keeping.beginning(tmp_path) == f'reading the TensorRT engine kept in {tmp_path}'
    assert 'built again at the next start' in keeping.end(None, 1)


def test_a_build_that_did_not_start_is_not_called_ready(card, monkeypatch, tmp_path):
    said = []
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: [TENSORRT, CPU])
    with pytest.warns(UserWarning, match='TensorrtExecutionProvider'):
        engine = open_engine(card, 'tensorrt', announce=said.append)
    assert engine.provider == CPU
    assert 'its device or its libraries are missing' in engine.notice
    assert said == ['building the TensorRT engine; this can take minutes']
    assert [path.parent.name for path in tmp_path.glob('robot_dl/*/*')] == ['tensorrt']
