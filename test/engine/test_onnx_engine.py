"""The ONNX engine: what it runs, and how it refuses."""

import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from toy_models import write_model

from robot_dl.engine import library
from robot_dl.engine.card import file_sha256, load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import EngineError, available_devices, open_engine
from robot_dl.engine.library import find_model
from robot_dl.engine.onnx_engine import spinning

TENSOR = np.random.default_rng(0).uniform(0, 1, (1, 3, 64, 96)).astype(np.float32)
HAS_CUDA = 'CUDAExecutionProvider' in onnxruntime.get_available_providers()


@pytest.fixture
def card(tmp_path):
    return load_card(write_model(tmp_path / 'm'))


def test_the_graph_computes_what_numpy_computes(card):
    scores = open_engine(card, 'cpu')({'images': TENSOR})['output0'][0, 4:]
    expected = TENSOR.reshape(3, 2, 32, 3, 32).mean((2, 4)).reshape(3, 6)
    np.testing.assert_allclose(scores, expected, atol=1e-5)


def test_an_onnx_model_runs_without_torch(card):
    """Trap 23: an ONNX model treated as a torch module."""
    script = (
        'import sys; from robot_dl.detection.pipeline import open_detector; '
        f'd = open_detector({str(card.folder)!r}, "cpu"); '
        'sys.exit("torch" in sys.modules or d.engine.provider != "CPUExecutionProvider")'
    )
    assert subprocess.run([sys.executable, '-c', script], check=False).returncode == 0


def test_inputs_are_not_written_to(card):
    tensor = TENSOR.copy()
    open_engine(card, 'cpu')({'images': tensor})
    np.testing.assert_array_equal(tensor, TENSOR)


@pytest.mark.parametrize(
    ('arrays', 'words'),
    [
        ({}, r'images: expected float32\[1, 3, 64, 96\], got nothing'),
        ({'images': TENSOR[0]}, r'got float32\[3, 64, 96\]'),
        ({'images': TENSOR.astype(np.float64)}, r'got float64\[1, 3, 64, 96\]'),
    ],
)
def test_wrong_arrays_are_refused_before_they_run(card, arrays, words):
    with pytest.raises(ValueError, match=words):
        open_engine(card, 'cpu')(arrays)


@pytest.mark.skipif(HAS_CUDA, reason='this runtime has CUDA')
@pytest.mark.parametrize('device', ['cuda', 'tensorrt'])
def test_a_missing_accelerator_is_said_and_refused_when_required(card, device):
    """Trap 24: silent fall-back to the CPU."""
    engine = open_engine(card, device)
    assert engine.provider == 'CPUExecutionProvider'
    assert 'running on CPUExecutionProvider' in engine.notice
    with pytest.raises(EngineError, match='Install onnxruntime-gpu.*or set device: .*cpu'):
        open_engine(card, device, require_accelerator=True)


@pytest.mark.skipif(HAS_CUDA, reason='this runtime has CUDA')
def test_auto_takes_the_cpu_without_a_word_unless_an_accelerator_is_required(card):
    assert open_engine(card, 'auto').notice == ''
    with pytest.raises(EngineError, match='CUDAExecutionProvider'):
        open_engine(card, 'auto', require_accelerator=True)


def test_asking_for_the_cpu_and_an_accelerator_is_refused(card):
    with pytest.raises(EngineError, match="require_accelerator is set, but device is 'cpu'"):
        open_engine(card, 'cpu', require_accelerator=True)


@pytest.mark.parametrize('content', [b'', b'not a graph', b'\x80\x04\x95pickle', b'\x08\x08' * 99])
def test_a_file_that_is_no_graph_is_refused(tmp_path, content):
    folder = write_model(tmp_path / 'm')
    (folder / 'colours.onnx').write_bytes(content)
    write_card_for(folder)
    with pytest.raises(EngineError, match='ONNX Runtime cannot open it'):
        open_engine(load_card(folder), 'cpu')


@pytest.mark.parametrize('name', ['weights.pth', 'weights.pkl', 'weights'])
def test_other_kinds_of_files_are_never_opened(tmp_path, name):
    """Trap 32: a pickle is refused by its kind, before one byte of it is read."""
    folder = write_model(tmp_path / 'm', weights=name, sha256='0' * 64)
    with pytest.raises(CardError, match='unknown kind of weights'):
        open_engine(load_card(folder), 'cpu')


@pytest.mark.parametrize(
    ('spec', 'words'),
    [
        ({'name': 'pixels', 'size_hw': [64, 96]}, "gives the input 'pixels'.*takes .'images'"),
        ({'name': 'images', 'size_hw': [64, 64]}, r'as float32\[1, 3, 64, 64\]; the graph takes'),
        ({'name': 'images', 'size_hw': [64, 96], 'layout': 'nhwc'}, r'\[1, 64, 96, 3\]'),
    ],
)
def test_a_card_that_does_not_fit_its_graph_is_refused(tmp_path, spec, words):
    with pytest.raises(CardError, match=words):
        open_engine(load_card(write_model(tmp_path / 'm', input=spec)), 'cpu')


def test_models_are_found_by_path_and_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    mine = write_model(tmp_path / '.robot_dl' / 'models' / 'mine')
    assert find_model('mine') == mine
    assert find_model(str(mine)) == mine
    with pytest.raises(CardError, match="unknown model 'mien'. Did you mean 'mine'"):
        find_model('mien')
    with pytest.raises(CardError, match='no such folder'):
        find_model(str(tmp_path / 'nowhere'))


def write_card_for(folder):
    text = (folder / 'model.yaml').read_text()
    old = next(line for line in text.splitlines() if line.startswith('sha256'))
    new = f'sha256: "{file_sha256(folder / "colours.onnx")}"'
    (folder / 'model.yaml').write_text(text.replace(old, new))


@pytest.mark.parametrize(('version', 'spins'), [('1.17.3', '0'), ('1.26.0', '0'), ('1.27.0', '1')])
def test_threads_spin_only_where_they_can_be_told_to_stop_soon(version, spins):
    options = spinning(version)
    assert options['session.intra_op.allow_spinning'] == spins
    assert ('session.intra_op.spin_duration_us' in options) == (spins == '1')


def test_an_unknown_device_is_refused(card):
    with pytest.raises(ValueError, match="unknown device 'cudda'. Did you mean 'cuda'"):
        open_engine(card, 'cudda')


def test_weights_outside_the_hashed_file_are_refused(tmp_path, monkeypatch):
    folder = write_model(tmp_path / 'm')
    graph = onnx.load(str(folder / 'colours.onnx'))
    onnx.save(
        graph,
        str(folder / 'colours.onnx'),
        save_as_external_data=True,
        location='more.bin',
        size_threshold=0,
    )
    assert (folder / 'more.bin').exists()
    write_card_for(folder)
    monkeypatch.chdir(folder)
    with pytest.raises(EngineError, match='cannot open it'):
        open_engine(load_card(folder), 'cpu')


def test_a_user_without_a_home_still_has_the_bundled_models(monkeypatch):
    def no_home():
        raise RuntimeError('Could not determine home directory.')

    monkeypatch.setattr(library, 'user_models', no_home)
    assert 'tabletop_detector' in library.available_models()


def test_every_device_that_is_called_available_runs_a_model_there(card):
    devices = available_devices('.onnx')
    assert devices[0] == 'cpu'
    for device in devices:
        assert open_engine(card, device).notice == ''


@pytest.mark.skipif(HAS_CUDA, reason='this runtime has CUDA')
def test_a_device_whose_provider_does_not_start_is_not_called_available(monkeypatch):
    listed = ['TensorrtExecutionProvider', 'CUDAExecutionProvider', 'CPUExecutionProvider']
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: listed)
    assert available_devices('.onnx') == ('cpu',)


def test_there_are_no_devices_for_an_unknown_kind_of_file():
    with pytest.raises(ValueError, match="unknown kind of weights '.onx'. Did you mean '.onnx'"):
        available_devices('.onx')
