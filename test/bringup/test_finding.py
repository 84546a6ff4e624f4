"""Which file a user means who names a deployment."""

import pytest

from robot_dl.bringup.document import DeploymentError
from robot_dl.bringup.finding import find_deployment
from robot_dl.bringup.reading import read_deployment


@pytest.mark.parametrize('name', ['four_cameras', 'four_cameras.yaml'])
def test_an_example_is_found_by_its_name_from_any_folder(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert len(read_deployment(find_deployment(name)).nodes) == 4


def test_a_file_of_ones_own_wins_over_an_example(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'four_cameras.yaml').write_text('nodes: [{executable: sim_node}]')
    assert len(read_deployment(find_deployment('four_cameras.yaml')).nodes) == 1


def test_an_unknown_name_is_told_the_nearest_example(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DeploymentError, match="no such file; .*Did you mean 'four_cameras'"):
        find_deployment('four_camera')


@pytest.mark.parametrize('name', ['./four_cameras.yaml', 'x/four_cameras', '/four_cameras.yaml'])
def test_a_path_is_never_taken_for_an_example(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DeploymentError, match='cannot be read'):
        read_deployment(find_deployment(name))


def test_deeply_nested_yaml_is_refused(tmp_path):
    file = tmp_path / 'd.yaml'
    file.write_text('[' * 100_000)
    with pytest.raises(DeploymentError, match='not valid YAML'):
        read_deployment(file)
