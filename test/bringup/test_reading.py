"""Deployment files: what they mean, and that each mistake is named with its line."""

from pathlib import Path

import pytest

from robot_dl.bringup.document import DeploymentError
from robot_dl.bringup.reading import read_deployment
from robot_dl.core.share import share_file

FULL = """\
dds_profile: none
defaults:
  namespace: robot1
  respawn: true
  env: {LEVEL: 1, COLOR: red}
  params: {score: 0.7, rate_hz: 5.0}
  remap: {image: /shared}
nodes:
  - executable: sim_node
  - executable: detection_node
    name: front
    namespace: /robot2/front
    remap: {image: /front/image_raw, detections: found}
    params: {score: 0.5, classes: [mug]}
    respawn: false
    env: {COLOR: blue}
"""


def read(tmp_path: Path, text: str):
    file = tmp_path / 'deployment.yaml'
    file.write_text(text)
    return read_deployment(file)


def test_a_single_line_is_enough(tmp_path):
    deployment = read(tmp_path, 'nodes: [{executable: detection_node}]')
    [node] = deployment.nodes
    assert node.full_name == '/detection_node'
    assert (node.remap, node.params, node.env, node.respawn) == ({}, {}, {}, False)
    assert deployment.dds_profile == share_file('config/fastdds.xml')


def test_nodes_take_the_defaults_that_concern_them(tmp_path):
    sim, front = read(tmp_path, FULL).nodes
    assert sim.full_name == '/robot1/sim_node'
    assert (sim.params, sim.remap, sim.respawn) == ({'rate_hz': 5.0}, {}, True)
    assert sim.env == {'LEVEL': '1', 'COLOR': 'red'}
    assert front.full_name == '/robot2/front/front'


def test_what_a_node_says_wins_over_the_defaults(tmp_path):
    deployment = read(tmp_path, FULL)
    front = deployment.nodes[1]
    assert front.params == {'score': 0.5, 'classes': ['mug']}
    assert front.remap == {'image': '/front/image_raw', 'detections': 'found'}
    assert front.env == {'LEVEL': '1', 'COLOR': 'blue'}
    assert front.respawn is False
    assert deployment.dds_profile is None


@pytest.mark.parametrize(
    ('text', 'line', 'words'),
    [
        ('', 1, 'expected "key: value" lines, got None'),
        ('nodes: []', 1, 'nodes: expected a list of at least one node'),
        ('nodes: 3', 1, 'nodes: expected a list, got 3'),
        ('nodes:\n  - detection_node', 2, 'expected "key: value" lines, got \'detection_node\''),
        ('nodes:\n  - name: x', 2, r'nodes\[0\].executable: missing; use one of .*detection_node'),
        ('nodes:\n  - executable: detecton_node', 2, "Did you mean 'detection_node'"),
        (
            'nodes: [{executable: detection_node}]\nnode: 1',
            2,
            "unknown key 'node'. Did you mean 'nodes'",
        ),
        ('\n\nnodes:\n  - executable: sim_node\n    respwan: true', 5, "Did you mean 'respawn'"),
        ('nodes:\n  - executable: sim_node\n    respawn: sure', 3, 'expected a flag'),
        (
            'nodes:\n  - executable: sim_node\n    params: {sed: 1}',
            3,
            "parameter 'sed'. .* 'seed'",
        ),
        (
            'nodes:\n  - executable: sim_node\n    params: {seed: -1}',
            3,
            'seed: expected at least 0',
        ),
        (
            'nodes:\n  - executable: sim_node\n    params: {seed: a}',
            3,
            "seed: expected int, got 'a'",
        ),
        (
            'nodes:\n  - executable: detection_node\n    remap:\n      imge: /x',
            4,
            "unknown topic or service 'imge'. Did you mean 'image'",
        ),
        (
            'nodes:\n  - executable: detection_node\n    remap: {image: "a b"}',
            3,
            'expected a ROS name',
        ),
        ('nodes:\n  - executable: detection_node\n    name: 9lives', 3, 'expected a ROS name'),
        ('nodes:\n  - executable: detection_node\n    namespace: a//b', 3, 'expected a ROS name'),
        ('nodes:\n  - executable: sim_node\n    env: {A: true}', 3, 'put it in quotes'),
        (
            'nodes:\n  - executable: sim_node\n  - executable: sim_node',
            3,
            '/sim_node is also on line 2',
        ),
        ('nodes:\n  - executable: sim_node\n    params: {}\n    params: {}', 4, 'stands twice'),
        ('defaults: {params: {sped: 1}}\nnodes: [{executable: sim_node}]', 1, "parameter 'sped'"),
        (
            'defaults: {params: {seed: -1}}\nnodes:\n - executable: sim_node',
            3,
            'seed: expected at least',
        ),
        ('nodes:\n  - executable: sim_node\n    params_file: ../a.yaml', 3, 'expected a file in'),
        (
            'nodes:\n  - executable: sim_node\n    params_file: /etc/passwd',
            3,
            'expected a file in',
        ),
        ('nodes:\n  - executable: sim_node\n    params_file: no.yaml', 3, 'no.yaml: no such file'),
        ('dds_profile: my.xml\nnodes: [{executable: sim_node}]', 1, 'my.xml: no such file'),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path, text, line, words):
    with pytest.raises(DeploymentError, match=words) as caught:
        read(tmp_path, text)
    assert f'deployment.yaml:{line}: ' in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path):
    text = (
        'nodes:\n  - executable: sim_nod\n'
        '  - executable: detection_node\n    params: {score: 2, iuo: 1}'
    )
    with pytest.raises(DeploymentError) as caught:
        read(tmp_path, text)
    assert [row.split(':')[1] for row in str(caught.value).splitlines()] == ['2', '4', '4']


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (b'nodes: [', 'not valid YAML'),
        (b'\xff\xfe', 'cannot be read'),
        (b'a: !!python/object/apply:os.system [ls]', 'not valid YAML'),
        (b'#' * 1_000_001, 'expected at most 1000000 bytes'),
    ],
)
def test_what_is_no_deployment_is_refused(tmp_path, content, words):
    (tmp_path / 'd.yaml').write_bytes(content)
    with pytest.raises(DeploymentError, match=words):
        read_deployment(tmp_path / 'd.yaml')


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DeploymentError, match=r'nowhere\.yaml: cannot be read'):
        read_deployment(tmp_path / 'nowhere.yaml')


def test_anchors_that_grow_without_end_are_read_in_no_time(tmp_path):
    rows = ['a0: &a0 [x, x]'] + [f'a{i}: &a{i} [*a{i - 1}, *a{i - 1}]' for i in range(1, 60)]
    with pytest.raises(DeploymentError, match="unknown key 'a0'"):
        read(tmp_path, '\n'.join(rows))


@pytest.mark.parametrize(
    'file', sorted(share_file('config/deployments').glob('*.yaml')), ids=lambda file: file.stem
)
def test_the_examples_are_right(file):
    assert read_deployment(file).nodes


def test_the_examples_are_those_that_are_promised():
    names = {file.stem for file in share_file('config/deployments').glob('*.yaml')}
    assert names >= {'one_camera', 'four_cameras', 'jetson_tensorrt', 'two_robots'}
