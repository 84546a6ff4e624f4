"""What the launch files offer comes from the topics and parameters of their nodes."""

import ast
from pathlib import Path

import pytest
import yaml

from robot_dl.bringup.catalogue import NodeKind, node_kinds
from robot_dl.bringup.launching import NodeLaunch, launch_of
from robot_dl.core.node_params import ModelNodeParams
from robot_dl.core.params import Params
from robot_dl.core.topics import IMAGE_TOPICS, PUBLISHED, SUBSCRIBED, Topic

ROOT = Path(__file__).parents[2]
EVERYWHERE = {'namespace', 'params_file', 'use_sim_time', 'log_level'}


def topics(role: str, *names: str) -> tuple[Topic, ...]:
    return tuple(Topic(name, 'std_msgs/msg/Empty', role, '', '') for name in names)


def launch(*heard: Topic, params: type[Params] = Params) -> NodeLaunch:
    return NodeLaunch(NodeKind('any_node', 'any', params, heard))


def test_a_node_that_hears_and_draws_nothing_has_what_every_node_has():
    assert set(launch().arguments) == EVERYWHERE
    assert launch().remappings == {}
    assert launch().flags == ('use_sim_time',)
    assert launch().config == 'any.yaml'


def test_every_topic_that_a_node_hears_can_be_given_a_name():
    heard = launch(*IMAGE_TOPICS, *topics(SUBSCRIBED, 'depth/image', 'tf', 'tf_static', '/clock'))
    assert heard.remappings == {'image': 'image', 'depth_image': 'depth/image'}
    assert heard.arguments['depth_image'] == ('depth/image', 'Name of the topic `depth/image`.')
    assert launch(*topics(PUBLISHED, 'detections')).remappings == {}


def test_a_node_with_a_lifecycle_can_be_told_to_wait():
    node = launch(params=ModelNodeParams)
    assert node.flags == ('use_sim_time', 'autostart')
    assert 'autostart' in node.arguments


def test_the_simulation_can_be_told_which_world_to_show_and_rviz_shows_that():
    sim = launch_of('sim_node')
    assert sim.words == ('world',)
    assert {'world', 'stamped', 'cmd_vel'} <= set(sim.arguments)
    fixed = {}
    for world in ('', 'tabletop', 'rooms'):
        content = yaml.safe_load(sim.view('', {'world': world}).text())
        fixed[world] = content['Visualization Manager']['Global Options']['Fixed Frame']
    assert fixed == {'': 'world', 'tabletop': 'world', 'rooms': 'odom'}


def test_only_what_rviz_draws_has_arguments_for_rviz():
    drawn = Topic('~/overlay', 'sensor_msgs/msg/Image', PUBLISHED, 'reliable', '')
    assert set(launch(drawn).arguments) - EVERYWHERE == {'use_rviz', 'rviz_config'}


def test_it_is_said_where_a_namespace_moves_the_frames():
    _, meaning = launch(*topics(PUBLISHED, 'tf', 'tf_static')).arguments['namespace']
    assert meaning == 'Namespace of the node; it moves tf and tf_static, too.'


@pytest.mark.parametrize('executable', sorted(node_kinds()))
def test_every_node_has_a_launch_file_that_starts_it(executable):
    path = ROOT / 'launch' / f'{executable.removesuffix("_node")}.launch.py'
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert f"launch_of('{executable}')" in [ast.unparse(call) for call in calls]
    assert (ROOT / 'config' / launch_of(executable).config).is_file()
