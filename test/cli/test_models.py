"""`robot_dl models`: what an import leaves behind; how models are listed, shown and checked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import yaml
from onnx import helper
from toy_models import LABELS, colour_graph, picture, write_model

from robot_dl.cli.importing.installing import install, tried_on_picture
from robot_dl.cli.main import main
from robot_dl.cli.parities.objects import ObjectAgreement
from robot_dl.cli.shelf.checking import difference
from robot_dl.core.detections import Detections
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import open_detector
from robot_dl.engine.card import file_sha256, load_card
from robot_dl.engine.library import available_models, user_models

ANSWERS = ('--labels', 'labels.txt', '--license', 'MIT')


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a user a home with an export and the names of its classes, and stand there."""
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    onnx.save(colour_graph((64, 96)), 'colours.onnx')
    (tmp_path / 'labels.txt').write_text('\n'.join(LABELS))
    return tmp_path


def models(*arguments):
    return main(['models', *map(str, arguments)])


def test_an_imported_model_is_found_by_its_name_and_detects(home):
    assert models('import', 'colours.onnx', *ANSWERS) == 0
    image = picture((128, 192), red=(0, 0, 64, 64), blue=(128, 64, 192, 128))
    detector = open_detector('colours', 'cpu')
    found = detector(image, DetectionParams(score=0.9))
    np.testing.assert_allclose(found.boxes_xyxy, [[0, 0, 64, 64], [128, 64, 192, 128]], atol=1e-3)
    assert [detector.card.labels[i] for i in found.class_ids] == ['red', 'blue']


def test_the_card_is_complete_and_its_hash_is_that_of_the_copy(home):
    assert (
        models('import', 'colours.onnx', *ANSWERS, '--name', 'mine', '--description', 'x y') == 0
    )
    folder = user_models() / 'mine'
    assert sorted(path.name for path in folder.iterdir()) == ['mine.onnx', 'model.yaml']
    assert list(user_models().iterdir()) == [folder]
    card = yaml.safe_load((folder / 'model.yaml').read_text())
    assert card == {
        'name': 'mine',
        'task': 'detection',
        'weights': 'mine.onnx',
        'sha256': file_sha256(home / 'colours.onnx'),
        'input': {
            'name': 'images',
            'size_hw': [64, 96],
            'layout': 'nchw',
            'color': 'rgb',
            'mean': [0, 0, 0],
            'std': [255, 255, 255],
            'fit': 'letterbox',
            'dtype': 'float32',
        },
        'decoder': 'yolo',
        'labels': LABELS,
        'license': 'MIT',
        'description': 'x y',
    }
    assert load_card(folder).labels == tuple(LABELS)


def test_what_was_guessed_is_told_with_its_reason(home, capsys):
    assert (
        models('import', 'colours.onnx', *ANSWERS, '--color', 'bgr', '--json', 'found.json') == 0
    )
    said = capsys.readouterr().out
    lines = {line.split()[0]: line.split() for line in said.splitlines() if line.split()}
    assert lines['input.color'][1:] == ['bgr', 'given', '--color']
    assert lines['input.name'][2:5] == ['read', 'the', 'graph']
    assert lines['input.size_hw'][3:5] == ['read', 'likewise']
    assert lines['input.mean'][4] == 'assumed'
    assert 'Assumed, so look twice: input.mean, input.std, input.fit.' in said
    assert 'detection_node --ros-args -p model:=colours' in said
    found = json.loads((home / 'found.json').read_text())
    assert found['folder'] == str(user_models() / 'colours')
    assert found['card']['input.color'] == {'value': 'bgr', 'kind': 'given', 'reason': '--color'}
    assert found['card']['decoder']['reason'].startswith('4 + 3 rows at 6 places')


def test_labels_that_stand_there_twice_become_distinct_visibly(home, capsys):
    (home / 'labels.txt').write_text('ball\nball\nbox\n')
    assert models('import', 'colours.onnx', *ANSWERS) == 0
    assert 'some stood there twice, now ball (2)' in capsys.readouterr().out
    assert load_card(user_models() / 'colours').labels == ('ball', 'ball (2)', 'box')


def test_a_model_that_is_there_is_replaced_only_by_force(home, capsys):
    assert models('import', 'colours.onnx', *ANSWERS) == 0
    assert models('import', 'colours.onnx', *ANSWERS, '--fit', 'stretch') == 2
    assert 'there is a model already; --force replaces it' in capsys.readouterr().err
    assert load_card(user_models() / 'colours').input.fit == 'letterbox'
    assert models('import', 'colours.onnx', *ANSWERS, '--fit', 'stretch', '--force') == 0
    assert load_card(user_models() / 'colours').input.fit == 'stretch'
    assert [path.name for path in user_models().iterdir()] == ['colours']


def test_a_model_that_fails_leaves_the_one_that_is_there(home, capsys):
    assert models('import', 'colours.onnx', *ANSWERS) == 0
    wrong = ('--decoder', 'detr', '--preset', 'unit', '--fit', 'stretch')
    assert models('import', 'colours.onnx', *ANSWERS, '--force', *wrong) == 2
    assert 'the finished card does not work' in capsys.readouterr().err
    assert load_card(user_models() / 'colours').decoder == 'yolo'
    assert [path.name for path in user_models().iterdir()] == ['colours']


def test_a_model_that_cannot_be_moved_leaves_the_one_that_is_there(home):
    folder = write_model(user_models() / 'colours')
    # A weights' name that is a folder's: writing fails after everything else has been prepared.
    with pytest.raises(OSError, match='Is a directory'):
        install(folder, b'x', {'name': 'colours', 'weights': '.'}, tried_on_picture)
    assert load_card(folder).license == 'Apache-2.0'
    assert list(user_models().iterdir()) == [folder]


def test_a_folder_of_ones_own_is_taken_if_it_is_free(home, capsys):
    assert models('import', 'colours.onnx', *ANSWERS, '--to', 'here/there') == 0
    assert f'-p model:={home}/here/there' in capsys.readouterr().out
    assert load_card(home / 'here' / 'there').name == 'colours'
    assert not user_models().exists()
    (home / 'full').mkdir()
    (home / 'full' / 'thesis.tex').write_text('years of work')
    for words in ((), ('--force',)):
        assert models('import', 'colours.onnx', *ANSWERS, '--to', 'full', *words) == 2
        assert 'exists and is not a model' in capsys.readouterr().err
    assert (home / 'full' / 'thesis.tex').read_text() == 'years of work'


def test_a_link_is_not_followed(home, capsys):
    user_models().mkdir(parents=True)
    write_model(home / 'elsewhere')
    (user_models() / 'colours').symlink_to(home / 'elsewhere')
    assert models('import', 'colours.onnx', *ANSWERS, '--force') == 2
    assert f'a link to {home}/elsewhere' in capsys.readouterr().err
    assert load_card(home / 'elsewhere').license == 'Apache-2.0'


def test_a_user_without_a_home_gives_the_folder(home, monkeypatch, capsys):
    def no_home():
        raise RuntimeError('Could not determine home directory.')

    monkeypatch.setattr(Path, 'home', no_home)
    assert models('import', 'colours.onnx', *ANSWERS) == 2
    assert 'no home folder for your models; give --to DIR' in capsys.readouterr().err
    assert models('import', 'colours.onnx', *ANSWERS, '--to', 'here') == 0


def test_importing_needs_no_more_than_the_runtime(home):
    code = (
        'import sys; sys.modules["onnx"] = None; from robot_dl.cli.main import main; '
        f'code = main(["models", "import", "colours.onnx", *{ANSWERS}]); '
        'sys.exit(code or "torch" in sys.modules)'
    )
    environment = {**os.environ, 'PYTHONPATH': str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, '-c', code], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_the_list_has_a_line_for_every_model_and_hides_none_that_is_broken(home, capsys):
    write_model(user_models() / 'mine')
    write_model(user_models() / 'broken', labels=['a', 'a'])
    write_model(user_models() / '.importing-x' / 'colours')
    write_model(user_models() / '.hidden')
    assert models('list', '--json', 'list.json') == 1
    said = capsys.readouterr().out
    lines = {line.split()[0]: line.split()[1:] for line in said.splitlines()}
    assert lines['mine'] == ['detection', '96×64', 'yolo', '3', 'Apache-2.0', 'yours']
    assert lines['tabletop_detector'][-2:] == ['Apache-2.0', 'bundled']
    assert 'broken: BROKEN: ' in said
    assert 'labels: expected different names' in said
    written = {
        model['name']: model for model in json.loads(Path('list.json').read_text())['models']
    }
    assert set(written) == set(available_models())
    assert written['mine']['sha256'] == load_card(user_models() / 'mine').sha256
    assert 'error' in written['broken']


def test_a_list_without_broken_cards_ends_with_zero(home):
    assert models('list') == 0


def test_a_card_is_shown_whole_and_its_weights_are_checked(home, capsys):
    folder = write_model(user_models() / 'mine')
    assert models('show', 'mine', '--json', 'card.json') == 0
    said = capsys.readouterr().out
    shown = yaml.safe_load(said)
    assert shown['folder'] == str(folder)
    assert shown['input']['size_hw'] == [64, 96]
    assert shown['input']['fit'] == 'letterbox'
    assert 'The weights are those that the card names' in said
    with (folder / 'colours.onnx').open('ab') as stream:
        stream.write(b'x')
    assert models('show', 'mine', '--json', 'card.json') == 1
    assert '# WRONG: ' in capsys.readouterr().out
    assert 'expected sha256' in json.loads(Path('card.json').read_text())['problem']
    assert models('show', 'mien') == 2
    assert "unknown model 'mien'. Did you mean 'mine'" in capsys.readouterr().err


def test_a_model_is_checked_on_every_device_here(home, capsys):
    write_model(user_models() / 'mine')
    assert models('check', 'mine', '--json', 'check.json', '--repeats', '3') == 0
    first, *others = json.loads(Path('check.json').read_text())['engines']
    assert first['device'] == 'cpu'
    assert first['verdict'] == 'reference'
    assert first['ms'] > 0
    assert all(row['verdict'] == 'agrees' for row in others)
    assert 'found: ' in capsys.readouterr().out


@pytest.mark.skipif(
    'CUDAExecutionProvider' in onnxruntime.get_available_providers(), reason='it has CUDA'
)
def test_a_device_that_is_not_there_is_no_agreement(home, capsys):
    """Trap 24: silent fall-back to the CPU."""
    write_model(user_models() / 'mine')
    assert models('check', 'mine', '--device', 'cpu', '--device', 'cuda', '--repeats', '1') == 1
    assert 'cuda' in capsys.readouterr().out


def test_a_model_with_other_weights_is_not_checked(home, capsys):
    folder = write_model(user_models() / 'mine')
    with (folder / 'colours.onnx').open('ab') as stream:
        stream.write(b'x')
    assert models('check', 'mine') == 2
    assert 'expected sha256' in capsys.readouterr().err


def test_a_picture_of_ones_own_can_be_looked_at(home, capsys):
    import cv2

    write_model(user_models() / 'mine')
    image = picture((64, 96), green=(32, 0, 64, 32))
    cv2.imwrite('green.png', image[..., ::-1])
    assert models('check', 'mine', '--image', 'green.png', '--repeats', '1') == 0
    assert 'found: 1 objects: green' in capsys.readouterr().out
    assert models('check', 'mine', '--image', 'labels.txt') == 2


RAW = np.array([1.0, -2.0, 4.0], np.float32)
BOX = Detections(
    np.array([[10, 10, 50, 50]], np.float32), np.ones(1, np.float32), np.zeros(1, int)
)


@pytest.mark.parametrize(
    ('values', 'answer', 'verdict'),
    [
        ([1, -2, 4], BOX, 'agrees'),
        ([1, -2, 4.04], BOX, 'agrees'),
        ([1, -2, 5], BOX, 'DIFFERS: a by 25.0% of its greatest number'),
        ([1, -2, np.nan], BOX, 'DIFFERS: a: NaN or infinity'),
        ([1, -2], BOX, r'DIFFERS: a: [3] and [2]'),
        ([1, -2, 4], Detections.empty(), 'DIFFERS: 0% of what is found is found by both'),
    ],
)
def test_an_engine_agrees_or_it_is_said_how_it_differs(values, answer, verdict):
    outputs = {'a': np.array(values, np.float32)}
    answers = ObjectAgreement()
    answers.add(BOX, answer)
    assert difference({'a': RAW}, outputs, answers)['verdict'] == verdict


def test_metadata_of_an_exporter_answers_what_it_knows(home):
    model = colour_graph((64, 96))
    names = str(dict(enumerate(LABELS)))
    license = 'AGPL-3.0 License (https://ultralytics.com/license)'
    helper.set_model_props(model, {'names': names, 'stride': '32', 'license': license})
    onnx.save(model, 'colours.onnx')
    assert models('import', 'colours.onnx') == 0
    card = load_card(user_models() / 'colours')
    assert (card.license, card.labels) == ('AGPL-3.0', tuple(LABELS))
