"""`robot_dl quantize`: smaller graphs, and cards that say what that has cost."""

import json
from dataclasses import dataclass
from types import SimpleNamespace

import cv2
import numpy as np
import onnx
import pytest
from toy_models import picture, write_model

from robot_dl.cli.main import main
from robot_dl.cli.quantize import MODES, SCOPES
from robot_dl.cli.quantizing import graphs
from robot_dl.cli.quantizing.measuring import Speed, has_exam
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import open_detector
from robot_dl.engine.card import load_card
from robot_dl.engine.engine import open_graph
from robot_dl.engine.request import Request, Weights

SIZE = (64, 96)
MODEL = 'tabletop_detector'


@dataclass
class Node:
    name: str
    op_type: str
    input: list[str]
    output: list[str]


def chain(*kinds: str) -> list[Node]:
    """Return nodes that follow one another, called by their place."""
    return [
        Node(str(i), kind, [f'v{i}', f'weights{i}'], [f'v{i + 1}']) for i, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(
    ('nodes', 'tail', 'first'),
    [
        ([], [], []),
        (chain('Relu', 'Add'), ['0', '1'], []),
        (chain('Conv'), [], ['0']),
        (chain('Conv', 'Relu', 'Conv', 'Relu', 'Conv', 'Softmax'), ['5'], ['0', '1']),
        (chain('Cast', 'Conv', 'Relu', 'MatMul', 'Mul', 'Sub'), ['4', '5'], ['1', '2']),
        (
            [*chain('Conv', 'Relu', 'Conv'), Node('skip', 'Add', ['v2', 'v3'], ['sum'])],
            ['skip'],
            ['0', '1'],
        ),
    ],
)
def test_where_a_graph_begins_and_ends(nodes, tail, first):
    assert graphs.tail(nodes) == tail
    assert graphs.first(nodes, ['v0']) == first


def test_every_node_gets_a_name_of_its_own():
    nodes = [SimpleNamespace(name=name, op_type='Conv') for name in ('', 'a', 'a', '')]
    graphs.name_all(nodes)
    assert [node.name for node in nodes] == ['Conv', 'a', 'a~2', 'Conv~2']


def test_what_is_defined_twice_is_kept_once():
    nodes = [*chain('Cast'), *chain('Cast', 'Relu')]
    assert [node.name for node in graphs.without_repeats(nodes)] == ['0', '1']


def test_a_ratio_of_times():
    assert Speed(6.0, 4.0).ratio == 1.5


def test_only_models_of_our_worlds_have_an_exam(tmp_path):
    pytest.importorskip('mujoco')
    assert has_exam(open_detector(MODEL, 'cpu').card)
    assert not has_exam(load_card(write_model(tmp_path / 'm')))


@pytest.fixture(scope='module')
def detector():
    return open_detector(MODEL, 'cpu')


@pytest.fixture(scope='module')
def scene():
    pytest.importorskip('mujoco')
    from robot_dl.training.evaluation import render_image

    return render_image('tabletop', 7)


@pytest.mark.parametrize(
    ('mode', 'scope', 'size', 'apart'),
    [
        ('int8', 'all', 0.4, 0.1),
        ('int8', 'convolutions', 0.4, 0.1),
        ('dynamic', 'all', 0.4, 0.1),
        ('fp16', 'all', 0.6, 0.01),
    ],
)
def test_a_smaller_detector_finds_the_same(detector, scene, mode, scope, size, apart):
    from robot_dl.cli.quantizing.modes import smaller

    tensor, fit = detector.prepare(scene)
    content = detector.card.read_weights().content
    made = smaller(content, mode, iter([{'images': tensor}]), scope)
    assert len(made) < size * len(content)
    engine = open_graph(Weights(made, '', '.onnx'), Request('cpu'))
    assert engine.inputs == detector.engine.inputs
    assert engine.outputs == detector.engine.outputs
    original, outputs = detector.infer(tensor), engine({'images': tensor})
    difference = np.abs(original['output0'] - outputs['output0'])
    assert 0 < difference.max() < apart * np.abs(original['output0']).max()
    before = detector.answer(original, fit, DetectionParams())
    after = detector.answer(outputs, fit, DetectionParams())
    assert len(before) > 2
    assert sorted(before.class_ids) == sorted(after.class_ids)


def test_int8_spares_boxes_and_the_first_convolution(detector):
    from robot_dl.cli.quantizing.modes import smaller

    tensor = np.random.default_rng(0).random((1, 3, 240, 320), np.float32)
    content = detector.card.read_weights().content
    graph = onnx.load_from_string(smaller(content, 'int8', [{'images': tensor}], 'all')).graph
    made_by = {name: node for node in graph.node for name in node.output}
    convolutions = [node for node in graph.node if node.op_type == 'Conv']
    floating = [n for n in convolutions if made_by.get(n.input[1], n).op_type == 'Conv']
    assert len(convolutions) == 43
    assert [node.input[0] for node in floating] == ['images']
    assert made_by['output0'].op_type == 'Concat', 'no quantisation after boxes and scores'


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / 'images'
    folder.mkdir()
    for index in range(3):
        square = {('red', 'green', 'blue')[index]: (32 * index, 0, 32 * index + 32, 32)}
        cv2.imwrite(str(folder / f'{index}.png'), picture(SIZE, **square)[..., ::-1])
    return folder


@pytest.mark.parametrize('mode', MODES)
def test_the_card_of_a_smaller_model_tells_how_it_was_made_and_what_it_lost(
    tmp_path, images, mode, capsys
):
    original = write_model(tmp_path / 'original', repeats=2)
    target, file = tmp_path / 'small', tmp_path / 'f.json'
    arguments = ['--to', target, '--mode', mode, '--images', images, '--json', file]
    assert main(['quantize', str(original), *map(str, arguments)]) == 0
    card = load_card(target)
    assert card.name == 'small'
    assert card.labels == load_card(original).labels
    measured = card.measured
    assert measured['made_from'] == 'colours'
    assert measured['sha256_of_original'] == load_card(original).sha256
    assert measured['agreement'] == 1.0
    assert measured['compared_on'] == f'3 pictures of {images}'
    assert ('calibrated_on' in measured) == (mode == 'int8')
    result = json.loads(file.read_text())
    assert result['bytes'] < result['bytes_of_original']
    assert result['times_faster'] > 0
    assert 'times_faster' in capsys.readouterr().out
    assert list(tmp_path.glob('.*')) == [], 'scratch is left'


def test_what_cannot_be_made_smaller_is_refused(tmp_path, images, capsys):
    original = write_model(tmp_path / 'm')
    assert main(['quantize', str(original), '--to', str(original)]) == 2
    assert 'expected a folder that is not there yet' in capsys.readouterr().err
    split = write_model(tmp_path / 'split', files={'more.bin': '0' * 64})
    (split / 'more.bin').touch()
    assert main(['quantize', str(split), '--to', str(tmp_path / 'new')]) == 2
    assert 'more.bin: expected sha256' in capsys.readouterr().err
    assert not (tmp_path / 'new').exists()


def test_what_fails_half_way_leaves_nothing(tmp_path, images, monkeypatch):
    def fail(*_):
        raise ValueError('no score')

    monkeypatch.setattr('robot_dl.cli.quantize._loss', fail)
    original = write_model(tmp_path / 'm', repeats=1)
    before = sorted(tmp_path.iterdir())
    arguments = ['--to', str(tmp_path / 'new'), '--images', str(images)]
    assert main(['quantize', str(original), *arguments]) == 2
    assert sorted(tmp_path.iterdir()) == before


def test_torch_models_are_refused(tmp_path, capsys):
    pytest.importorskip('torch')
    from toy_torch import write_torch_model

    folder = write_torch_model(tmp_path / 'm', '.torchscript')
    assert main(['quantize', str(folder), '--to', str(tmp_path / 'new')]) == 2
    assert 'expected a single ONNX file, got colours.torchscript' in capsys.readouterr().err


def test_noise_is_nothing_to_calibrate_on(tmp_path, monkeypatch, capsys):
    # As on a robot, where no MuJoCo is installed.
    monkeypatch.setattr('robot_dl.cli.parities.pictures.find_spec', lambda name: None)
    original = write_model(tmp_path / 'm')
    assert main(['quantize', str(original), '--to', str(tmp_path / 'new')]) == 2
    assert 'give --images FOLDER' in capsys.readouterr().err


def test_the_choices_of_the_command_line_are_those_there_are():
    from robot_dl.cli.quantizing import modes

    assert tuple(modes.MODES) == MODES
    assert tuple(modes.SCOPES) == SCOPES


@pytest.mark.slow
def test_a_bundled_model_is_scored_on_held_out_scenes(tmp_path):
    pytest.importorskip('mujoco')
    file = tmp_path / 'f.json'
    options = ['--pictures', '20', '--eval-images', '8', '--json', str(file)]
    assert main(['quantize', MODEL, '--to', str(tmp_path / 'small'), *options]) == 0
    measured = load_card(tmp_path / 'small').measured
    assert measured['scored_on'] == '8 held-out rendered pictures'
    assert measured['calibrated_on'] == '20 rendered pictures (seeds 2000000 to 2000019)'
    assert measured['mAP50_95'] > measured['mAP50_95_of_original'] - 0.05
