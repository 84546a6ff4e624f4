"""The JSON Schema agrees with the reader."""

import jsonschema
import pytest
import yaml

from robot_dl.bringup.document import DeploymentError
from robot_dl.bringup.reading import read_deployment
from robot_dl.bringup.schema import deployment_schema

RIGHT = [
    'nodes: [{executable: detection_node}]',
    'dds_profile: none\nnodes: [{executable: sim_node, respawn: true, params: {seed: 3}}]',
    'nodes: [{executable: sim_node, env: {A: 1, B.C: "x y"}, namespace: /a/b}]',
    'defaults: {env: {A: "1"}}\nnodes: [{executable: detection_node, remap: {image: /a}}]',
]
WRONG = [
    'nodes: []',
    'nodes: [{executable: detecton_node}]',
    'nodes: [{name: x}]',
    'nodes: [{executable: sim_node, respawn: 1}]',
    'nodes: [{executable: sim_node, params: {seed: -1}}]',
    'nodes: [{executable: sim_node, params: {world: moon}}]',
    'nodes: [{executable: detection_node, remap: {imge: /a}}]',
    'nodes: [{executable: detection_node, remap: {image: /1st/image}}]',
    'nodes: [{executable: sim_node, env: {A: true}}]',
    'nodes: [{executable: sim_node, env: {A=B: x}}]',
    'nodes: [{executable: sim_node, env: {A: "x\\0y"}}]',
    'defaults: {remap: {imge: /a}}\nnodes: [{executable: detection_node}]',
    'defaults: {params: {scor: 0.5}}\nnodes: [{executable: detection_node}]',
    'node: [{executable: sim_node}]',
]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(deployment_schema())


@pytest.mark.parametrize('text', RIGHT)
def test_what_the_reader_takes_the_schema_takes(tmp_path, text):
    (tmp_path / 'd.yaml').write_text(text)
    assert read_deployment(tmp_path / 'd.yaml').nodes
    jsonschema.validate(yaml.safe_load(text), deployment_schema())


@pytest.mark.parametrize('text', WRONG)
def test_what_the_schema_refuses_the_reader_refuses(tmp_path, text):
    (tmp_path / 'd.yaml').write_text(text)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), deployment_schema())
    with pytest.raises(DeploymentError):
        read_deployment(tmp_path / 'd.yaml')
