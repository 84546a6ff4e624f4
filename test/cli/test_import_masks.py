"""One export of every family of segmentation networks, imported as a user does, runs."""

import numpy as np
import pytest
import yaml
from toy_imports import import_file, write_names
from toy_masks import SIZE_HW, TOYS, TRAINED, export

from robot_dl.cli.importing.families import FAMILIES
from robot_dl.cli.main import main
from robot_dl.cli.trials import trial_picture
from robot_dl.engine.library import user_models
from robot_dl.segmentation.decoders import INSTANCE_DECODERS, SEMANTIC_DECODERS
from robot_dl.segmentation.instances import open_instance_segmenter
from robot_dl.segmentation.params import InstanceSegmentationParams, SegmentationParams
from robot_dl.segmentation.pipeline import open_segmenter

pytestmark = pytest.mark.slow

TABLES = {'segmentation': SEMANTIC_DECODERS, 'instance_segmentation': INSTANCE_DECODERS}


@pytest.fixture(scope='module')
def exports(tmp_path_factory):
    """Export every toy once."""
    folder = tmp_path_factory.mktemp('exports')
    return {name: export(name, folder) for name in TOYS}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write_names(tmp_path)
    (tmp_path / 'two.txt').write_text('ground\nthing')
    return tmp_path


def test_every_family_has_an_export():
    for task, table in TABLES.items():
        assert {family.decoder for family in FAMILIES if family.task == task} == set(table)
        assert {toy.decoder for toy in TOYS.values() if toy.task == task} == set(table)


@pytest.mark.parametrize('name', TOYS)
def test_an_export_becomes_a_card_that_runs(name, home, exports, capsys):
    toy = TOYS[name]
    assert import_file(exports[name], *toy.answers) == 0
    assert f'{toy.task}_node --ros-args' in capsys.readouterr().out
    card = yaml.safe_load((user_models() / name / 'model.yaml').read_text())
    assert (card['task'], card['decoder']) == (toy.task, toy.decoder)
    table = TABLES[toy.task][toy.decoder]
    assert table.from_dict(card.get('decoder_options', {})) == table.from_dict(toy.options)
    assert card['input']['size_hw'] == list(SIZE_HW)
    assert {key: card['input'].get(key) for key in toy.input} == toy.input
    if toy.task == 'segmentation':
        mask = open_segmenter(name, 'cpu')(trial_picture(), SegmentationParams())
        assert mask.class_ids.shape == (480, 640)
        assert len(np.unique(mask.class_ids)) > 1
    else:
        params = InstanceSegmentationParams(score=0.1)
        found = open_instance_segmenter(name, 'cpu')(trial_picture(), params)
        assert len(found) > 1
        assert len(np.unique(found.instance_ids)) > 2


def test_what_may_be_two_things_is_asked_for(home, exports, capsys):
    """Queries tell classes of places, or objects."""
    assert import_file(exports['maskformer'], *TRAINED) == 2
    said = capsys.readouterr().err
    assert 'which may mean several things; give one of' in said
    assert '\n  --task segmentation ' in said
    assert '\n  --task instance_segmentation ' in said


@pytest.mark.parametrize('name', ['fcn', 'maskrcnn', 'tensorflow'])
def test_what_an_export_does_not_tell_is_asked_for(name, home, exports, capsys):
    assert main(['models', 'import', str(exports[name])]) == 2
    said = capsys.readouterr().err
    for option in ('--license', '--labels', '--preset'):
        assert f'\n  {option}: ' in said
    assert ('--option first_label: ' in said) == (name == 'maskrcnn')


def test_a_model_with_masks_runs_as_a_detector_if_asked(home, exports):
    """What finds masks finds boxes, too."""
    answers = (*TOYS['maskrcnn'].answers, '--task', 'detection')
    assert import_file(exports['maskrcnn'], *answers) == 0
    card = yaml.safe_load((user_models() / 'maskrcnn' / 'model.yaml').read_text())
    assert card['decoder'] == 'boxes_labels_scores'


def test_the_number_of_labels_must_fit(home, exports, capsys):
    answers = ('--labels', 'two.txt', '--preset', 'imagenet')
    assert import_file(exports['fcn'], *answers) == 2
    assert '2 labels' in capsys.readouterr().err
