"""What docs/policies.md shows can be used as it stands there."""

import ast
import re
import textwrap
from pathlib import Path

import pytest
import yaml

from robot_dl.bringup.reading import read_deployment
from robot_dl.policy.params import PolicyParams
from robot_dl.policy.spec import PolicySpec

PAGE = (Path(__file__).parents[2] / 'docs' / 'policies.md').read_text(encoding='utf-8')


def block(name):
    """Return the file of a name, as the page shows it; of several, all of them."""
    found = re.findall(rf'^    # {re.escape(name)}\n((?:    .*\n|\n)+)', PAGE, re.MULTILINE)
    return [textwrap.dedent(text) for text in found]


def test_the_answers_about_an_arm_are_those_of_a_policy():
    (text,) = block('my_reach.yaml')
    answers = yaml.safe_load(text.partition('\n\n')[0])
    assert PolicySpec.from_card(answers).size == 21


@pytest.mark.parametrize(('name', 'number'), [('my_arm.yaml', 0), ('my_dog.yaml', 1)])
def test_deployments_name_the_joints_of_their_controllers(name, number, tmp_path):
    (text,) = block(name)
    (tmp_path / name).write_text(text)
    (node,) = read_deployment(tmp_path / name).nodes
    params = PolicyParams.from_dict(node.params)
    controllers = yaml.safe_load(block('controllers.yaml')[number].split('\n\n')[0])
    controller = node.remap[params.output].split('/')[1]
    assert list(params.joints) == controllers[controller]['ros__parameters']['joints']
    assert params.dry_run


def test_the_launch_file_is_python():
    (text,) = block('my_arm.launch.py')
    names = [
        node.name
        for node in ast.walk(ast.parse(text.partition('\n\n`desc')[0]))
        if isinstance(node, ast.FunctionDef)
    ]
    assert names == ['generate_launch_description']
