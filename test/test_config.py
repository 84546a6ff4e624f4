"""The YAML files are the defaults of the code, and the launch files have no logic."""

import ast
from pathlib import Path

import pytest
import yaml

from robot_dl.cli.configs import CONFIGS, config_path, config_text

ROOT = Path(__file__).parents[1]
LAUNCH_FILES = sorted(ROOT.glob('launch/*.launch.py'))


def values_in(path: Path) -> dict[str, object]:
    """Return the parameters in a YAML file."""
    return yaml.safe_load(path.read_text(encoding='utf-8'))['/**']['ros__parameters']


@pytest.mark.parametrize('node', CONFIGS)
def test_yaml_has_the_defaults_of_the_dataclass(node):
    """Trap 31: different defaults in code and YAML; launch files have none of their own."""
    values = values_in(config_path(node))
    assert CONFIGS[node].from_dict(values) == CONFIGS[node]()
    assert list(values) == [spec.name for spec in CONFIGS[node].specs()]


@pytest.mark.parametrize('node', CONFIGS)
def test_yaml_is_as_generated(node):
    text = config_path(node).read_text(encoding='utf-8')
    assert text == config_text(node), 'run: python -m robot_dl.cli.configs'


def test_a_value_that_differs_is_noticed(tmp_path):
    path = tmp_path / 'detection.yaml'
    path.write_text(config_text('detection_node').replace('score: 0.5', 'score: 0.6'))
    node = CONFIGS['detection_node']
    assert node.from_dict(values_in(path)) != node()


@pytest.mark.parametrize('path', LAUNCH_FILES, ids=lambda path: path.name)
def test_launch_files_are_short_and_plain(path):
    text = path.read_text(encoding='utf-8')
    logic = (ast.If, ast.While, ast.Try, ast.With)
    assert len(text.splitlines()) <= 60
    assert not [n for n in ast.walk(ast.parse(text)) if isinstance(n, logic)]


def test_every_node_has_an_entry_point():
    for node in CONFIGS:
        assert f'{node} = ' in (ROOT / 'setup.py').read_text(encoding='utf-8')
