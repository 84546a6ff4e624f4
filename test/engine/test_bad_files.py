"""Models that are not what they claim: refused with a sentence before anything runs."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper
from toy_models import colour_graph, write_model

from robot_dl.detection.pipeline import open_detector
from robot_dl.engine.card import load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import EngineError, open_engine

TENSOR = np.random.default_rng(0).uniform(0, 1, (1, 3, 64, 96)).astype(np.float32)
PICKLE = b"cos\nsystem\n(S'false'\ntR."


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def graph_bytes(change=lambda graph: None) -> bytes:
    model = colour_graph((64, 96))
    change(model)
    return model.SerializeToString()


def another_input(model):
    value = helper.make_tensor_value_info('prompt', TensorProto.FLOAT, [1, 4])
    model.graph.input.append(value)
    model.graph.node.append(helper.make_node('Identity', ['prompt'], ['echo']))
    model.graph.output.append(helper.make_tensor_value_info('echo', TensorProto.FLOAT, [1, 4]))


def no_input(model):
    del model.graph.input[:]
    blank = numpy_helper.from_array(np.zeros((1, 3, 64, 96), np.float32), 'images')
    model.graph.initializer.append(blank)


def half_input(model):
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT16
    model.graph.node.insert(0, helper.make_node('Cast', ['images'], ['cast'], to=1))
    model.graph.node[1].input[0] = 'cast'


def written(folder: Path, name: str, content: bytes, **changes: object) -> Path:
    write_model(folder, weights=name, sha256=sha256(content), **changes)
    (folder / name).write_bytes(content)
    return folder


GRAPH = graph_bytes()
MANY = [f'c{n}' for n in range(100_000)]


@pytest.mark.parametrize(
    ('name', 'content', 'changes', 'words'),
    [
        ('m.onnx', b'', {}, 'ONNX Runtime cannot open it'),
        ('m.onnx', GRAPH[:-200], {}, 'ONNX Runtime cannot open it'),
        ('m.onnx', GRAPH[: len(GRAPH) // 2], {}, 'ONNX Runtime cannot open it'),
        ('m.onnx', b'a text file\n', {}, 'ONNX Runtime cannot open it'),
        ('m.onnx', b'<!doctype html><html></html>', {}, 'ONNX Runtime cannot open it'),
        ('m.onnx', PICKLE, {}, 'ONNX Runtime cannot open it'),
        ('m.pkl', PICKLE, {}, "unknown kind of weights '.pkl'"),
        ('m.pth', PICKLE, {}, "unknown kind of weights '.pth'. Did you mean '.pt'"),
        ('m.engine', b'ftrt', {}, "unknown kind of weights '.engine'"),
        ('m', GRAPH, {}, "unknown kind of weights ''"),
        ('m.onnx', graph_bytes(another_input), {}, r"takes \['images', 'prompt'\]"),
        ('m.onnx', graph_bytes(no_input), {}, r'the graph takes \[\]'),
        ('m.onnx', graph_bytes(half_input), {}, r'as float32.*the graph takes float16'),
        ('m.onnx', GRAPH, {'labels': MANY}, r'100000 labels: .* \[1, 100004'),
        ('m.onnx', GRAPH, {'labels': [*MANY, *(f'd{n}' for n in range(10**5))]}, 'at most'),
        ('m.onnx', GRAPH, {'labels': ['one']}, r'with 1 labels?: .*got'),
        (
            'm.onnx',
            GRAPH,
            {'input': {'name': 'images', 'size_hw': [10**6, 10**6]}},
            'whole pixels ≤ 16384',
        ),
        (
            'm.onnx',
            GRAPH,
            {'input': {'name': 'images', 'size_hw': [640, 640]}},
            r'\[1, 3, 640, 640\]; the graph takes float32\[1, 3, 64, 96\]',
        ),
    ],
)
def test_a_model_that_is_not_what_it_claims_is_refused(tmp_path, name, content, changes, words):
    folder = written(tmp_path / 'm', name, content, **changes)
    with pytest.raises((CardError, EngineError), match=words) as caught:
        open_detector(str(folder), 'cpu')
    assert str(folder) in str(caught.value), 'which model?'
    assert len(str(caught.value)) < 1000, 'a sentence, not a list of all labels'


@pytest.mark.parametrize(
    'location', ['../outside.bin', '{above}/outside.bin', 'folder/../../outside.bin', 'inside.bin']
)
def test_weights_that_the_card_does_not_name_are_not_read(tmp_path, monkeypatch, location):
    folder = write_split(tmp_path / 'm', 'inside.bin', location.format(above=tmp_path))
    (tmp_path / 'outside.bin').write_bytes((folder / 'inside.bin').read_bytes())
    monkeypatch.chdir(folder)
    with pytest.raises(EngineError, match='cannot open it'):
        open_engine(load_card(folder), 'cpu')


def test_weights_beside_the_graph_are_read_where_the_card_names_them(tmp_path, monkeypatch):
    folder = write_split(tmp_path / 'm', 'inside.bin', 'inside.bin', listed=['inside.bin'])
    monkeypatch.chdir(tmp_path)
    split = open_engine(load_card(folder), 'cpu')({'images': TENSOR})['output0']
    whole = open_engine(load_card(write_model(tmp_path / 'whole')), 'cpu')({'images': TENSOR})
    np.testing.assert_array_equal(split, whole['output0'])


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda folder: (folder / 'inside.bin').write_bytes(b'other'), 'expected sha256'),
        (lambda folder: (folder / 'inside.bin').unlink(), 'there is no such file'),
    ],
)
def test_weights_beside_the_graph_that_are_not_the_cards_are_refused(tmp_path, change, words):
    folder = write_split(tmp_path / 'm', 'inside.bin', 'inside.bin', listed=['inside.bin'])
    change(folder)
    with pytest.raises(CardError, match=rf'inside\.bin: .*{words}'):
        open_engine(load_card(folder), 'cpu')


@pytest.mark.parametrize(
    ('files', 'words'),
    [
        ({'../outside.bin': '0' * 64}, r"files: expected a file inside .*, got '\.\./outside"),
        ({'/etc/hostname': '0' * 64}, "files: expected a file inside .*, got '/etc/hostname"),
        ({'inside.bin': 'abc'}, r"files\.inside\.bin: expected 64 hexadecimal digits, got 'abc'"),
        ({'inside.bin': 5}, r'files\.inside\.bin: expected 64 hexadecimal digits, got 5'),
        (['inside.bin'], 'files: expected "key: value" lines'),
    ],
)
def test_a_card_can_only_name_files_of_its_folder(tmp_path, files, words):
    with pytest.raises(CardError, match=words):
        load_card(write_model(tmp_path / 'm', files=files))


def write_split(folder: Path, name: str, location: str, listed: list[str] | None = None) -> Path:
    """Write the colour detector with its numbers in a file of its own, and its card."""
    folder.mkdir()
    (folder / 'folder').mkdir()
    path = folder / 'm.onnx'
    options = {'save_as_external_data': True, 'location': name, 'size_threshold': 64}
    onnx.save(colour_graph((64, 96)), str(path), **options)
    model = onnx.load(str(path), load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == 'location':
                entry.value = location
    path.write_bytes(model.SerializeToString())
    files = {name: sha256((folder / name).read_bytes()) for name in listed or ()}
    write_model(folder, weights='m.onnx', sha256=sha256(path.read_bytes()), files=files)
    assert yaml.safe_load((folder / 'model.yaml').read_text())['weights'] == 'm.onnx'
    return folder
