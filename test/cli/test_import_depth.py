"""One export of every family of depth networks, imported as a user does, runs."""

import numpy as np
import pytest
import yaml
from toy_depth_nets import IMAGENET, TOYS, export
from toy_imports import import_file

from robot_dl.cli.importing.families import FAMILIES
from robot_dl.cli.trials import trial_picture
from robot_dl.core.pinhole import Pinhole
from robot_dl.depth.decoders import DECODERS
from robot_dl.depth.params import DepthParams
from robot_dl.depth.pipeline import open_depth
from robot_dl.depth.types import RelativeDepth
from robot_dl.engine.library import user_models

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_family_has_an_export():
    assert {family.decoder for family in FAMILIES if family.task == 'depth'} == set(DECODERS)
    assert {toy.decoder for toy in TOYS.values()} == set(DECODERS)


@pytest.mark.usefixtures('home')
@pytest.mark.parametrize('name', TOYS)
def test_an_export_becomes_a_card_that_runs(name, tmp_path, capsys):
    """Trap 12: what is metric and what is not stands on the card, and nothing is guessed."""
    toy = TOYS[name]
    assert import_file(export(name, tmp_path), *toy.answers) == 0, capsys.readouterr().err
    assert 'depth_node --ros-args' in capsys.readouterr().out
    card = yaml.safe_load((user_models() / name / 'model.yaml').read_text())
    assert (card['task'], card['decoder']) == ('depth', toy.decoder)
    assert 'labels' not in card
    kind = DECODERS[toy.decoder]
    assert kind.from_dict(card.get('decoder_options', {})) == kind.from_dict(toy.options)
    assert card['input']['size_hw'] == list(toy.size_hw)
    pinhole = Pinhole(500.0, 500.0, 319.5, 239.5, (480, 640))
    found = open_depth(name, 'cpu')(trial_picture(), DepthParams(max_depth_m=1000.0), pinhole)
    is_relative = not kind.from_dict(toy.options).metric
    assert isinstance(found, RelativeDepth) is is_relative
    values = found.nearness if is_relative else found.depth_m
    assert values.shape == (480, 640)
    assert len(np.unique(values[np.isfinite(values)])) > 100


@pytest.mark.usefixtures('home')
def test_whether_a_plain_map_is_metres_or_nearness_is_asked(tmp_path, capsys):
    """Trap 12: neither is taken for granted."""
    assert import_file(export('canonical', tmp_path), *IMAGENET) != 0
    error = capsys.readouterr().err
    assert 'which may mean several things' in error
    assert '--decoder inverse_depth' in error
    assert '--decoder metric_depth' in error


@pytest.mark.usefixtures('home')
def test_whether_a_disparity_has_a_scale_is_asked(tmp_path, capsys):
    assert import_file(export('monodepth2', tmp_path), '--preset', 'unit') != 0
    error = capsys.readouterr().err
    assert '--option metric' in error
    assert 'trained on films false' in error
