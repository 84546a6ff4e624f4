"""The torch engine: it says what ONNX Runtime says, and loads only when it is needed."""

import subprocess
import sys

import numpy as np
import pytest
from toy_models import write_model

from robot_dl.core.tensors import TensorSpec
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import open_detector
from robot_dl.engine.card import load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import EngineError, available_devices, open_engine, open_graph
from robot_dl.engine.request import Request, Weights

torch = pytest.importorskip('torch')

from torch import nn  # noqa: E402
from toy_torch import (  # noqa: E402
    WRITERS,
    exported,
    scripted,
    write_torch_model,
    write_weights,
)

HAS_CUDA = torch.cuda.is_available()
IMAGE = TensorSpec('images', 'float32', (1, 3, 64, 96))
TENSOR = np.random.default_rng(0).uniform(0, 1, IMAGE.shape).astype(np.float32)
BLANK = torch.zeros(*IMAGE.shape)


@pytest.fixture(params=WRITERS)
def card(request, tmp_path):
    return load_card(write_torch_model(tmp_path / 'm', request.param))


def opened(content, *inputs, device='cpu'):
    return open_graph(Weights(content, '', '.pt', inputs or (IMAGE,)), Request(device))


def test_torch_computes_what_onnx_runtime_computes(card, tmp_path):
    onnx = open_engine(load_card(write_model(tmp_path / 'onnx')), 'cpu')
    ours, theirs = open_engine(card, 'cpu')({'images': TENSOR}), onnx({'images': TENSOR})
    assert set(ours) == set(theirs) == {'output0'}
    assert ours['output0'].dtype == np.float32
    np.testing.assert_allclose(ours['output0'], theirs['output0'], atol=1e-5)


def test_a_detector_runs_on_torch_as_on_onnx_runtime(card, tmp_path):
    image = np.random.default_rng(1).integers(0, 256, (100, 200, 3), np.uint8)
    params = DetectionParams(score=0.3)
    ours = open_detector(str(card.folder), 'cpu')(image, params)
    theirs = open_detector(str(write_model(tmp_path / 'onnx')), 'cpu')(image, params)
    assert len(ours) > 0
    np.testing.assert_allclose(ours.boxes_xyxy, theirs.boxes_xyxy, atol=1e-3)
    np.testing.assert_array_equal(ours.class_ids, theirs.class_ids)


def test_a_dry_run_finds_out_what_comes_out(card):
    engine = open_engine(card, 'cpu')
    assert engine.inputs == (IMAGE,)
    assert engine.outputs == (TensorSpec('output0', 'float32', (1, 7, 6)),)
    assert engine.provider == 'torch cpu'
    assert engine.notice == ''


def test_inputs_are_not_written_to(card):
    tensor = TENSOR.copy()
    open_engine(card, 'cpu')({'images': tensor})
    np.testing.assert_array_equal(tensor, TENSOR)


class Vandal(nn.Module):
    """Writes to its input."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.mul_(2).sum()


@pytest.mark.parametrize('write', WRITERS.values())
def test_a_graph_that_writes_to_its_input_writes_to_a_copy(write):
    tensor = TENSOR.copy()
    opened(write(Vandal(), BLANK))({'images': tensor})
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


class Many(nn.Module):
    """Returns all that a network may return."""

    def forward(self, images: torch.Tensor) -> dict[str, object]:
        half = images.half()
        return {
            'logits': images.mean((2, 3)),
            'pyramid': [half, images.to(torch.bfloat16)],
            'count': images.sum().long(),
        }


def test_outputs_keep_the_names_of_a_dictionary():
    found = opened(exported(Many(), BLANK))({'images': TENSOR})
    dtypes = {name: array.dtype.name for name, array in found.items()}
    assert dtypes == {
        'logits': 'float32',
        'pyramid0': 'float16',
        'pyramid1': 'float32',
        'count': 'int64',
    }
    np.testing.assert_allclose(found['logits'], TENSOR.mean((2, 3)), atol=1e-6)


class Nested(nn.Module):
    """Returns a tuple within a tuple, as some YOLO exports do."""

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
        return images.sum((1, 2, 3)), (images[:, :1], images[:, 1:])


@pytest.mark.parametrize('write', WRITERS.values())
def test_outputs_without_a_name_are_counted(write):
    found = opened(write(Nested(), BLANK))({'images': TENSOR})
    shapes = {name: array.shape for name, array in found.items()}
    assert shapes == {'output0': (1,), 'output1': (1, 1, 64, 96), 'output2': (1, 2, 64, 96)}


class Finder(nn.Module):
    """Returns as many rows as there are bright pixels."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.nonzero(images > 0.5).float()


def test_an_output_whose_size_depends_on_the_image_is_open():
    content = scripted(Finder())
    engine = opened(content)
    assert engine.outputs == (TensorSpec('output0', 'float32', (None, 4)),)


class Two(nn.Module):
    """Takes the size of the image besides, as RT-DETR does."""

    def forward(self, images: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        return images.mean((1, 2, 3)) * size


@pytest.mark.parametrize('suffix', WRITERS)
def test_a_constant_of_the_card_is_a_further_input(tmp_path, suffix):
    content = WRITERS[suffix](Two(), BLANK, torch.tensor([64.0, 96.0]))
    folder = write_weights(tmp_path / 'm', f'm{suffix}', content, constants={'size': [64.0, 96.0]})
    engine = open_engine(load_card(folder), 'cpu')
    assert [spec.name for spec in engine.inputs] == ['images']
    expected = TENSOR.mean() * np.array([64.0, 96.0])
    np.testing.assert_allclose(engine({'images': TENSOR})['output0'], expected, rtol=1e-5)


def test_an_exported_graph_with_open_sizes_says_so():
    height = torch.export.Dim('height', min=32, max=2048)
    content = exported(Vandal(), torch.zeros(1, 3, 64, 96), dynamic_shapes=({2: height},))
    (image,) = open_graph(Weights(content, '', '.pt2'), Request('cpu')).inputs
    assert image.shape == (1, 3, None, 96)


def test_a_card_with_another_size_or_name_is_refused(tmp_path):
    for suffix, words in (('.pt2', r'\[1, 3, 64, 64\]; the graph takes'), ('.torchscript', 'not')):
        folder = write_torch_model(tmp_path / suffix, suffix)
        text = (folder / 'model.yaml').read_text()
        (folder / 'model.yaml').write_text(text.replace('- 96', '- 64'))
        with pytest.raises((CardError, EngineError), match=words):
            open_engine(load_card(folder), 'cpu')
        (folder / 'model.yaml').write_text(text.replace('name: images', 'name: pixels'))
        with pytest.raises(CardError, match="gives the input 'pixels'; the graph takes .'images'"):
            open_engine(load_card(folder), 'cpu')


class Talker(nn.Module):
    """Returns text."""

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, str]:
        return images, 'a picture'


def test_what_is_no_tensor_is_refused():
    with pytest.raises(EngineError, match='it returns str; expected tensors'):
        opened(scripted(Talker()))


class Scaled(nn.Module):
    """Takes a number."""

    def forward(self, images: torch.Tensor, factor: float) -> torch.Tensor:
        return images * factor


def test_a_graph_that_takes_more_than_tensors_is_refused():
    with pytest.raises(EngineError, match='takes factor: float; expected tensors only'):
        opened(scripted(Scaled()))


@pytest.mark.skipif(HAS_CUDA, reason='this torch has CUDA')
@pytest.mark.parametrize('device', ['cuda', 'cuda:1', 'tensorrt', 'openvino:GPU', 'xnnpack'])
def test_a_device_that_torch_lacks_is_said_and_refused_when_required(card, device):
    """Trap 24: silent fall-back to the CPU."""
    engine = open_engine(card, device)
    assert engine.provider == 'torch cpu'
    assert f'device {device!r}' in engine.notice
    assert 'running on torch cpu' in engine.notice
    with pytest.raises(EngineError, match=f'device {device!r}'):
        open_engine(card, device, require_accelerator=True)


@pytest.mark.skipif(HAS_CUDA, reason='this torch has CUDA')
def test_half_on_the_cpu_is_not_silently_ignored(card):
    assert 'half is set, but torch computes in float32' in open_engine(card, half=True).notice


def test_every_device_that_is_called_available_runs_a_model_there(card):
    devices = available_devices(card.weights_path.suffix)
    assert devices[0] == 'cpu'
    for device in devices:
        assert open_engine(card, device).notice == ''


def test_torch_is_loaded_only_for_a_model_of_torch(card, tmp_path):
    """Trap 23: an ONNX model treated as a torch module."""
    script = (
        'import sys; from robot_dl.engine.engine import open_engine; '
        'from robot_dl.engine.card import load_card; from pathlib import Path; '
        'open_engine(load_card(Path(sys.argv[1])), "cpu"); '
        'print("torch" in sys.modules, "onnxruntime" in sys.modules)'
    )
    for folder, loaded in (
        (card.folder, 'True False'),
        (write_model(tmp_path / 'onnx'), 'False True'),
    ):
        command = [sys.executable, '-c', script, str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert done.stdout.strip() == loaded


def test_the_threads_that_were_asked_for_are_used(card):
    before = torch.get_num_threads()
    try:
        open_engine(card, 'cpu', threads=1)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_a_module_that_was_saved_while_it_learned_does_not_learn():
    class Dropping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.drop = nn.Dropout(0.5)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return self.drop(images)

    found = opened(scripted(Dropping().train()))({'images': TENSOR})['output0']
    np.testing.assert_array_equal(found, TENSOR)
