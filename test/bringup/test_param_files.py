"""Parameter files are checked before their node starts."""

import pytest

from robot_dl.bringup.document import DeploymentError
from robot_dl.bringup.param_files import applies
from robot_dl.bringup.reading import read_deployment

NODE = '{executable: detection_node, name: a, namespace: front, params_file: p.yaml}'


def read(folder, params, deployment=f'nodes: [{NODE}]'):
    (folder / 'p.yaml').write_text(params)
    (folder / 'd.yaml').write_text(deployment)
    return read_deployment(folder / 'd.yaml')


@pytest.mark.parametrize(
    ('path', 'name', 'expected'),
    [
        (('a',), '/a', True),
        (('/a',), '/a', True),
        (('a',), '/front/a', False),
        (('front', 'a'), '/front/a', True),
        (('/front/a',), '/front/a', True),
        (('/**',), '/front/left/a', True),
        (('/**', 'a'), '/front/left/a', True),
        (('/**/b',), '/front/a', False),
        (('/*/a',), '/front/a', True),
        (('/*',), '/front/a', False),
        (('a.c',), '/abc', False),
    ],
)
def test_sections_apply_as_rcl_has_it(path, name, expected):
    assert applies(path, name) is expected


@pytest.mark.parametrize(
    'params',
    [
        '/**:\n  ros__parameters:\n    score: 0.3\n    use_sim_time: true',
        '/front/a: {ros__parameters: {score: 1, classes: [mug]}}\nb: {ros__parameters: {x: 1}}',
        'front: {a: {ros__parameters: {qos_overrides: {x: 1}, a.b: 2}}}',
    ],
)
def test_right_files_are_taken(tmp_path, params):
    assert read(tmp_path, params).nodes[0].params_file.name == 'p.yaml'


@pytest.mark.parametrize(
    ('params', 'words'),
    [
        (
            '/**:\n  ros__parameters:\n    scor: 1',
            r"p.yaml:3: unknown parameter 'scor'. .*'score'",
        ),
        ('/**: {ros__parameters: {score: 3}}', r'p.yaml:1: score: expected at most 1, got 3'),
        ('/**: {ros__parameters: {use_sim_time: 3}}', 'use_sim_time: expected bool, got 3'),
        ('a: {ros__parameters: {score: 0}}', 'no section applies to /front/a, only to a; write'),
        ('', 'no section applies to /front/a, only to none'),
        ('a: [', 'p.yaml: not valid YAML'),
        ('\n'.join([f'a{i}: &a{i} {{x: *a{i - 1}, y: *a{i - 1}}}' for i in range(1, 40)]), 'YAML'),
    ],
)
def test_a_mistake_is_named_with_both_places(tmp_path, params, words):
    with pytest.raises(DeploymentError, match=words) as caught:
        read(tmp_path, params)
    assert 'd.yaml:1: nodes[0].params_file: ' in str(caught.value)


def test_aliases_without_end_are_not_followed(tmp_path):
    lines = ['a0: &a0 {ros__parameters: {}}']
    lines += [f'a{i}: &a{i} {{x: *a{i - 1}, y: *a{i - 1}}}' for i in range(1, 40)]
    with pytest.raises(DeploymentError, match='no section applies'):
        read(tmp_path, '\n'.join(lines))


def test_a_shared_file_may_speak_of_other_nodes(tmp_path):
    text = 'defaults: {params_file: p.yaml}\nnodes: [{executable: detection_node}]'
    read(tmp_path, 'sim_node: {ros__parameters: {seed: 1}}', text)
    read(tmp_path, '/**: {ros__parameters: {seed: 1}}', text)
    with pytest.raises(DeploymentError, match="unknown parameter 'sed'"):
        read(tmp_path, '/**: {ros__parameters: {sed: 1}}', text)


def test_sim_time_is_a_parameter_of_every_node(tmp_path):
    text = 'defaults: {params: {use_sim_time: true}}\nnodes: [{executable: detection_node}]'
    assert read(tmp_path, '', text).nodes[0].params == {'use_sim_time': True}
