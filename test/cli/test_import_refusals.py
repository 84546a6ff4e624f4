"""Files that cannot become a model: refused with a sentence, and nothing stays behind."""

import io
import os
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
import yaml
from onnx import TensorProto, helper, numpy_helper
from toy_models import colour_graph

from robot_dl.cli.importing.labels import read_labels
from robot_dl.cli.main import main
from robot_dl.engine.library import user_models

ANSWERS = ['--labels', 'labels.txt', '--license', 'MIT']


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a user a home with nothing in it but a list of labels, and stand there."""
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'labels.txt').write_text('red\ngreen\nblue\n')
    return tmp_path


def refused(capsys, *arguments):
    """Import what is to be refused; return the complaint."""
    assert main(['models', 'import', *map(str, arguments)]) == 2
    said = capsys.readouterr().err
    assert said.startswith('robot_dl models: ')
    assert not list(user_models().rglob('*'))
    return said


class Evil:
    """Writes a file when it is unpickled."""

    def __reduce__(self):
        return Path.touch, (Path('pwned'),)


def zipped(*members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w') as archive:
        for name in members:
            archive.writestr(name, b'x')
    return stream.getvalue()


WHOLE = colour_graph((64, 96)).SerializeToString()
IMPOSTORS = {
    'empty': (b'', 'expected 1 byte to 2 GiB, got 0'),
    'text': (b'This is not a model.\n' * 50, 'it is text, not a graph'),
    'text in utf-8': ('Netz für Bälle. '.encode() * 60, 'it is text, not a graph'),
    'json': (b'{"a": 1}', 'it is text, not a graph'),
    'web page': (b'\n<!DOCTYPE html>\n<html>', 'it is a web page'),
    'git lfs': (b'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', 'git lfs pull'),
    'pickle': (pickle.dumps(Evil()), 'it is a pickle; loading it would run code'),
    'old pickle': (pickle.dumps(Evil(), protocol=2), 'it is a pickle'),
    'zip': (zipped('a/data.pkl', 'a/code/x.py'), 'a zip archive, as torch writes, not ONNX'),
    'keras': (b'\x89HDF\r\n\x1a\n' + bytes(99), 'convert it with tf2onnx'),
    'tf lite': (b'\x1c\0\0\0TFL3' + bytes(99), 'convert it with tf2onnx'),
    'cut in the middle': (WHOLE[: len(WHOLE) // 2], 'damaged, or not ONNX: it ends'),
    'first byte': (WHOLE[:1], 'damaged, or not ONNX'),
    'zeros': (bytes(1000), 'damaged, or not ONNX: there is no field 0'),
    'noise': (np.random.default_rng(0).bytes(5000), 'damaged, or not ONNX'),
    'two graphs': (WHOLE + WHOLE, 'expected one graph in it, found 2'),
}


@pytest.mark.parametrize('name', IMPOSTORS)
def test_a_file_named_onnx_that_is_something_else_is_refused(name, home, capsys):
    """Trap 32: a pickle is recognised by its first bytes, and never loaded."""
    content, words = IMPOSTORS[name]
    (home / 'model.onnx').write_bytes(content)
    assert words in refused(capsys, 'model.onnx', *ANSWERS)
    assert not (home / 'pwned').exists()


@pytest.mark.parametrize('name', ['model.pt', 'model.torchscript', 'model.pt2'])
def test_checkpoints_of_torch_are_refused_and_never_loaded(name, home, capsys):
    """Trap 32: what torch.save writes is a pickle, also inside a zip archive."""
    torch.save({'model': Evil()}, home / name)
    assert 'it is a pickled checkpoint, which is never loaded' in refused(capsys, name, *ANSWERS)
    torch.save({'model': Evil()}, home / name, _use_new_zipfile_serialization=False)
    assert 'it is a pickle; loading it would run code' in refused(capsys, name, *ANSWERS)
    assert not (home / 'pwned').exists()
    (home / name).write_bytes(zipped('a/b')[:-8])
    assert 'damaged: its end is missing' in refused(capsys, name, *ANSWERS)


def test_refusing_a_checkpoint_does_not_even_import_torch(home):
    torch.save({}, home / 'best.pt')
    code = (
        'import sys; from robot_dl.cli.main import main; '
        'code = main(["models", "import", "best.pt"]); '
        'sys.exit(code != 2 or "torch" in sys.modules)'
    )
    environment = {**os.environ, 'PYTHONPATH': str(Path(__file__).parents[2])}
    assert os.spawnve(os.P_WAIT, sys.executable, [sys.executable, '-c', code], environment) == 0


@pytest.mark.parametrize(
    ('name', 'words'),
    [
        ('missing.onnx', 'missing.onnx: no such file'),
        ('.', 'a folder; expected an exported graph'),
        ('model.engine', "unknown kind of file '.engine'"),
        ('model.onn', "Did you mean '.onnx'"),
    ],
)
def test_other_files_are_refused_by_their_name(name, words, home, capsys):
    for kind in ('model.engine', 'model.onn'):
        (home / kind).write_bytes(WHOLE)
    assert words in refused(capsys, name, '--name', 'm')


def test_a_file_of_more_than_two_gigabytes_is_refused_unread(home, capsys):
    with (home / 'model.onnx').open('wb') as stream:
        stream.truncate(2**31)
    assert 'expected 1 byte to 2 GiB, got 2147483648' in refused(capsys, 'model.onnx')


def save(path, **changes):
    """Write the colour detector with changed inputs: name -> (type, shape)."""
    model = colour_graph((64, 96))
    for name, (kind, shape) in changes.items():
        info = helper.make_tensor_value_info(name, kind, shape)
        if name == 'images':
            model.graph.input[0].CopyFrom(info)
        else:
            model.graph.input.append(info)
    onnx.save(model, str(path))


def test_a_graph_without_inputs_is_refused(home, capsys):
    model = colour_graph((64, 96))
    del model.graph.input[:]
    onnx.save(model, 'model.onnx')
    assert 'its graph takes no input' in refused(capsys, 'model.onnx', *ANSWERS)


def test_a_further_input_that_nobody_knows_is_named_and_can_be_given(home, capsys):
    save(home / 'model.onnx', gain=(TensorProto.FLOAT, [2]))
    said = refused(capsys, 'model.onnx', *ANSWERS)
    assert 'the graph takes gain float32[2] beside the image' in said
    assert "--constant gain='[…]'" in said
    said = refused(capsys, 'model.onnx', *ANSWERS, '--constant', 'gain=[1]')
    assert '--constant gain: expected float32[2]' in said
    said = refused(capsys, 'model.onnx', *ANSWERS, '--constant', 'gian=[1, 2]')
    assert "--constant gian: beside the image it takes ['gain']" in said
    given = ['--constant', 'gain=[1, 2]']
    assert main(['models', 'import', 'model.onnx', *ANSWERS, *given]) == 0
    card = yaml.safe_load((user_models() / 'model' / 'model.yaml').read_text())
    assert card['constants'] == {'gain': [1, 2]}


@pytest.mark.parametrize(
    ('kind', 'shape', 'words'),
    [
        (
            TensorProto.INT64,
            [1, 3, 64, 96],
            'images is int64[1, 3, 64, 96]; expected one of float',
        ),
        (TensorProto.DOUBLE, [1, 3, 64, 96], 'images is float64'),
        (TensorProto.FLOAT, [4, 3, 64, 96], 'takes 4 images at once'),
        (TensorProto.FLOAT, [1, 1, 64, 96], 'expected one input that takes a colour image'),
        (TensorProto.FLOAT, [3, 64, 96], 'expected one input that takes a colour image'),
        (TensorProto.FLOAT, [1, 3, 10**6, 96], 'expected at most 16384 pixels a side'),
    ],
)
def test_an_input_that_is_no_camera_image_is_refused(kind, shape, words, home, capsys):
    model = colour_graph((64, 96))
    # Whatever the image is, what follows sees what it always saw.
    fixed = numpy_helper.from_array(np.zeros((1, 3, 64, 96), np.float32), 'nothing')
    model.graph.initializer.append(fixed)
    model.graph.node[0].input[0] = 'nothing'
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info('images', kind, shape))
    onnx.save(model, 'model.onnx')
    assert words in refused(capsys, 'model.onnx', *ANSWERS)


def answering(path, *outputs):
    """Write a graph that returns constants of these shapes whatever it sees."""
    arrays = [np.full(shape, 0.5, np.float32) for shape in outputs]
    model = colour_graph((64, 96))
    del model.graph.node[:], model.graph.output[:]
    for i, array in enumerate(arrays):
        model.graph.initializer.append(numpy_helper.from_array(array, f'a{i}'))
        model.graph.node.append(helper.make_node('Identity', [f'a{i}'], [f'out{i}']))
        info = helper.make_tensor_value_info(f'out{i}', TensorProto.FLOAT, array.shape)
        model.graph.output.append(info)
    onnx.save(model, str(path))


@pytest.mark.parametrize(
    'shapes', [[(1, 64, 97)], [(1, 1)], [(5,)], [(1, 2, 50, 3)], [(1, 7, 5)] * 3]
)
def test_outputs_of_no_family_are_shown_beside_the_families(shapes, home, capsys):
    answering(home / 'model.onnx', *shapes)
    said = refused(capsys, 'model.onnx', *ANSWERS)
    assert f'it returns out0 {list(shapes[0])}' in said
    assert 'which is not what any family of models here returns' in said
    assert '\n  yolo ' in said


def test_a_million_classes_need_a_million_labels(home, capsys):
    answering(home / 'model.onnx', (1, 10**6))
    said = refused(capsys, 'model.onnx', *ANSWERS, '--preset', 'imagenet', '--decoder', 'logits')
    assert '3 labels' in said
    assert '1000000 classes' in said
    (home / 'many.txt').write_text('x\n' * 10**6)
    with pytest.raises(ValueError, match='expected 1 to 100000 names of classes'):
        read_labels('many.txt')


def test_labels_that_are_too_few_are_refused(home, capsys):
    save(home / 'model.onnx')
    (home / 'two.txt').write_text('red\ngreen\n')
    said = refused(capsys, 'model.onnx', '--labels', 'two.txt', '--license', 'MIT')
    assert '2 labels (--labels two.txt: 2 names), but 3 classes: 4 + 3 rows at 6 places' in said


@pytest.mark.parametrize('name', ['../up', 'a/b', '.hidden', '', 'x' * 65, 'a b', '~', 'a\nb'])
def test_a_name_that_is_no_plain_folder_is_refused(name, home, capsys):
    save(home / 'model.onnx')
    # An empty name is one that was not given.
    arguments = ['model.onnx', *ANSWERS, f'--name={name}'] if name else ['.onnx']
    refused(capsys, *arguments)
    assert sorted(path.name for path in home.iterdir()) == ['labels.txt', 'model.onnx']


def test_the_name_of_a_bundled_model_is_refused(home, capsys):
    save(home / 'tabletop_detector.onnx')
    assert 'a bundled model has this name' in refused(capsys, 'tabletop_detector.onnx', *ANSWERS)


def test_weights_outside_of_the_folder_are_refused_by_the_command(home, capsys):
    (home / 'in').mkdir()
    onnx.save(
        colour_graph((64, 96)),
        'in/model.onnx',
        save_as_external_data=True,
        location='w.bin',
        size_threshold=0,
    )
    content = (home / 'in' / 'model.onnx').read_bytes()
    # As many letters, so that no length in the file changes.
    (home / 'in' / 'model.onnx').write_bytes(content.replace(b'w.bin', b'../ww'))
    (home / 'ww').write_bytes((home / 'in' / 'w.bin').read_bytes())
    assert 'such a file is never opened' in refused(capsys, 'in/model.onnx', *ANSWERS)


def test_a_graph_that_answers_with_nan_is_refused_when_it_is_tried(home, capsys):
    """Trap 20: NaN from the network."""
    model = colour_graph((64, 96))
    boxes = next(t for t in model.graph.initializer if t.name == 'boxes')
    boxes.CopyFrom(numpy_helper.from_array(np.full((1, 4, 6), np.nan, np.float32), 'boxes'))
    onnx.save(model, 'model.onnx')
    assert 'the network gave NaN' in refused(capsys, 'model.onnx', *ANSWERS)


def test_a_missing_labels_file_is_named(home, capsys):
    save(home / 'model.onnx')
    said = refused(capsys, 'model.onnx', '--labels', 'lables.txt')
    assert '--labels lables.txt: no such file' in said
