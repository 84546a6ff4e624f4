"""`robot_dl export`: a model that a node can open, from a checkpoint of ours and nothing else."""

import json
import re
from importlib import import_module

import numpy as np
import pytest

from robot_dl.cli.main import main
from robot_dl.core.detections import Detections
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import open_detector
from robot_dl.engine.card import load_card

torch = pytest.importorskip('torch')
pytest.importorskip('mujoco')

from robot_dl.training.classifier import SingleNet  # noqa: E402
from robot_dl.training.net import TabletopNet  # noqa: E402
from robot_dl.training.pixel_net import PixelNet  # noqa: E402

CLASSES = 8


def checkpoint(folder, average):
    folder.mkdir(exist_ok=True)
    torch.save({'average': average, 'steps': 3, 'curve': '[]'}, folder / 'checkpoint.pt')
    return folder / 'checkpoint.pt'


@pytest.mark.parametrize('form', ['onnx', 'torchscript', 'pt2'])
def test_a_detector_is_exported_as_every_kind_of_file(tmp_path, form, capsys):
    torch.manual_seed(0)
    file = checkpoint(tmp_path / 'run', TabletopNet(CLASSES).state_dict())
    target, result = tmp_path / 'mine', tmp_path / 'f.json'
    arguments = ['--to', target, '--format', form, '--json', result]
    assert main(['export', str(file), *map(str, arguments)]) == 0
    assert 'differs from the checkpoint by' in capsys.readouterr().out
    # Boxes are in pixels, up to 320.
    assert json.loads(result.read_text())['greatest_difference'] < 1e-3
    card = load_card(target)
    assert card.name == 'mine'
    assert card.weights == f'mine.{form}'
    assert card.task == 'detection'
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    found = open_detector(str(target), 'cpu')(image, DetectionParams(score=0.0))
    assert isinstance(found, Detections)
    assert list(tmp_path.glob('.*')) == [], 'scratch is left'


def test_a_classifier_is_told_from_a_detector_and_calibrated(tmp_path):
    torch.manual_seed(0)
    file = checkpoint(tmp_path / 'run', SingleNet(CLASSES).state_dict())
    options = ['--validation', '20', '--cache', str(tmp_path / 'cache')]
    assert main(['export', str(file), '--to', str(tmp_path / 'mine'), *options]) == 0
    card = load_card(tmp_path / 'mine')
    assert card.task == 'classification'
    assert card.decoder_options['temperature'] > 0


@pytest.fixture
def pixels(tmp_path):
    """A checkpoint of several models, and a cache with the pictures that calibrate them."""
    torch.manual_seed(0)
    labels = import_module('robot_dl.sim.worlds.rooms').SEGMENT_LABELS
    net = PixelNet(('segmentation', 'depth'), len(labels))
    return checkpoint(tmp_path / 'run', net.state_dict())


def test_one_of_several_models_is_exported(tmp_path, pixels):
    cache = ['--validation', '2', '--cache', str(tmp_path / 'cache')]
    for model, task in (('rooms_depth', 'depth'), ('rooms_segmenter', 'segmentation')):
        target, result = tmp_path / model, tmp_path / 'f.json'
        options = ['--to', str(target), '--model', model, '--json', str(result), *cache]
        assert main(['export', str(pixels), *options]) == 0
        assert json.loads(result.read_text())['greatest_difference'] < 1e-3
        card = load_card(target)
        assert (card.task, card.world) == (task, 'rooms')
        assert card.decoder_options['temperature'] > 0


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        ([], '--model: expected one of rooms_segmenter, rooms_depth, got none'),
        (['--model', 'rooms_deep'], "unknown model 'rooms_deep'. Did you mean 'rooms_depth'?"),
    ],
)
def test_which_of_several_models_is_meant_must_be_said(tmp_path, capsys, pixels, options, words):
    assert main(['export', str(pixels), '--to', str(tmp_path / 'new'), *options]) == 2
    assert words in capsys.readouterr().err


class Stranger:
    """Something that only an unrestricted unpickler would make."""


@pytest.mark.parametrize(
    ('state', 'words'),
    [
        ({'average': {'weight': torch.zeros(3)}}, 'its weights are those of another net'),
        ({'average': TabletopNet(3).state_dict()}, 'its weights are those of another net'),
        ({'average': {'weight': 5}}, 'its averaged weights are no tensors'),
        ({'net': {}}, "expected a checkpoint .*'average'"),
        ({'average': Stranger()}, 'nothing but tensors and numbers in it'),
    ],
)
def test_what_is_no_checkpoint_of_ours_is_refused(tmp_path, capsys, state, words):
    torch.save(state, tmp_path / 'checkpoint.pt')
    assert main(['export', str(tmp_path / 'checkpoint.pt'), '--to', str(tmp_path / 'new')]) == 2
    said = capsys.readouterr().err
    assert said.count('\n') == 1
    assert re.search(words, said)
    assert not (tmp_path / 'new').exists()


@pytest.mark.parametrize('content', [b'', b'text', b"cos\nsystem\n(S'touch ran'\ntR."])
def test_other_files_are_refused_and_nothing_in_them_runs(tmp_path, monkeypatch, capsys, content):
    """Trap 32: a model unpickled from an untrusted file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'checkpoint.pt').write_bytes(content)
    assert main(['export', 'checkpoint.pt', '--to', 'new']) == 2
    assert 'expected a checkpoint of `robot_dl train`' in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ['checkpoint.pt']


def test_a_folder_that_is_there_is_left_alone(tmp_path, capsys):
    assert main(['export', str(tmp_path / 'none.pt'), '--to', str(tmp_path)]) == 2
    assert 'expected a folder that is not there yet' in capsys.readouterr().err
    assert main(['export', str(tmp_path / 'none.pt'), '--to', str(tmp_path / 'new')]) == 2
    assert 'none.pt: no such file' in capsys.readouterr().err
