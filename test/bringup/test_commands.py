"""The words a node is started with, and when it is started again."""

import sys

import pytest

from robot_dl.bringup.commands import added_variables, command
from robot_dl.bringup.reading import read_deployment
from robot_dl.bringup.respawn import LONGEST_DELAY_S, MOST_IN_A_ROW, Respawn


def test_names_remaps_and_parameters_become_ros_arguments(tmp_path):
    (tmp_path / 'p.yaml').write_text('/**:\n  ros__parameters: {iou: 0.5}\n')
    (tmp_path / 'd.yaml').write_text(
        'nodes:\n  - executable: detection_node\n    name: front\n    namespace: r1\n'
        '    remap: {image: /a/b, ~/overlay: pic}\n    params_file: p.yaml\n'
        '    params: {score: 0.5, classes: [mug, can], model: a b}\n'
    )
    [node] = read_deployment(tmp_path / 'd.yaml').nodes
    assert command(node) == [
        *(sys.executable, '-m', 'robot_dl.nodes.detection_node', '--ros-args'),
        *('-r', '__node:=front', '-r', '__ns:=/r1', '-r', 'image:=/a/b', '-r', '~/overlay:=pic'),
        *('--params-file', str(tmp_path / 'p.yaml')),
        *('-p', 'score:=0.5', '-p', 'classes:=["mug", "can"]', '-p', 'model:="a b"'),
    ]


def test_a_node_that_ran_well_is_started_again_at_once():
    memory = Respawn(failures=5).after(lasted_s=60.0)
    assert memory.delay_s < 0.5
    assert not memory.gives_up


def test_a_node_that_keeps_failing_waits_longer_and_then_stays_away():
    memory, delays = Respawn(), []
    while not memory.gives_up:
        memory = memory.after(lasted_s=0.1)
        delays.append(memory.delay_s)
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_DELAY_S
    assert len(delays) == MOST_IN_A_ROW + 1


@pytest.mark.parametrize(
    ('profile', 'variables'),
    [
        ('robot_dl', {'A': '1'}),
        ('none', {'SKIP_DEFAULT_XML': '1', 'A': '1'}),
        ('mine.xml', {'PROFILE': 'FOLDER/mine.xml', 'A': '1'}),
    ],
)
def test_the_profile_becomes_a_variable_unless_it_is_the_nodes_own(tmp_path, profile, variables):
    (tmp_path / 'mine.xml').touch()
    text = f'dds_profile: {profile}\nnodes: [{{executable: sim_node, env: {{A: 1}}}}]'
    (tmp_path / 'd.yaml').write_text(text)
    deployment = read_deployment(tmp_path / 'd.yaml')
    added = added_variables(deployment, deployment.nodes[0], 'PROFILE')
    assert added == {k: v.replace('FOLDER', str(tmp_path)) for k, v in variables.items()}
