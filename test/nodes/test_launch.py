"""The launch files, started by launch itself where that is installed (it is not on PyPI)."""

import importlib.util
import os
import signal
import sys
from pathlib import Path

import pytest
from lifecycle_msgs.srv import GetState
from rcl_interfaces.srv import GetParameters
from ros_session import TIMEOUT_S, Camera, NodeProcess
from toy_models import picture
from vision_msgs.msg import Detection2DArray

from robot_dl.bringup.catalogue import node_kinds
from robot_dl.bringup.launching import launch_of

ROOT = Path(__file__).parents[2]
RUNNER = str(Path(__file__).with_name('launch_runner.py'))
RVIZ_DOUBLE = str(Path(__file__).with_name('rviz_double.py'))
LAUNCH_FILE = str(ROOT / 'launch' / 'detection.launch.py')
SIM_LAUNCH_FILE = str(ROOT / 'launch' / 'sim.launch.py')
BRINGUP_LAUNCH_FILE = str(ROOT / 'launch' / 'bringup.launch.py')
RED = picture((64, 96), red=(32, 0, 64, 32))

pytestmark = pytest.mark.skipif(
    # `launch` alone would also be found in the folder of that name in a checkout.
    not importlib.util.find_spec('launch_ros') or not importlib.util.find_spec('launch.actions'),
    reason='launch and launch_ros are not installed',
)


def add_package(prefix: Path, name: str, programs: dict[str, str]) -> None:
    """Let ament find a package with programs, each the words behind `python`."""
    index = prefix / 'share' / 'ament_index' / 'resource_index' / 'packages'
    folder = prefix / 'lib' / name
    for needed in (index, folder, prefix / 'share' / name):
        needed.mkdir(parents=True, exist_ok=True)
    (index / name).touch()
    for program, words in programs.items():
        path = folder / program
        path.write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
        path.chmod(0o755)


@pytest.fixture
def prefix(tmp_path):
    """Return a prefix in which ament finds this checkout."""
    prefix = tmp_path / 'prefix'
    modules = ('robot_dl.nodes.detection_node', 'robot_dl.sim.sim_node')
    add_package(prefix, 'robot_dl', {name.rpartition('.')[2]: f'-m {name}' for name in modules})
    (prefix / 'share' / 'robot_dl' / 'config').symlink_to(ROOT / 'config')
    return os.pathsep.join([str(prefix), os.environ.get('AMENT_PREFIX_PATH', sys.prefix)])


@pytest.fixture
def rviz(tmp_path, prefix):
    """Install an rviz2 that tells what it is shown."""
    add_package(tmp_path / 'prefix', 'rviz2', {'rviz2': RVIZ_DOUBLE})


@pytest.fixture
def params_file(tmp_path, model_folder):
    """Return a file that chooses a model of ours."""
    path = tmp_path / 'mine.yaml'
    path.write_text(f'/**:\n  ros__parameters:\n    model: {model_folder}\n    score: 0.9\n')
    return f'params_file:={path}'


def parameters_of(session, node: str, *names: str):
    """Return the values of parameters of a node."""
    request = GetParameters.Request(names=list(names))
    return session.call(GetParameters, f'{node}/get_parameters', request).values


@pytest.mark.parametrize('executable', sorted(node_kinds()))
def test_a_launch_file_shows_its_arguments_with_defaults_and_meaning(executable):
    from launch.launch_description_sources import get_launch_description_from_python_launch_file

    path = ROOT / 'launch' / f'{executable.removesuffix("_node")}.launch.py'
    description = get_launch_description_from_python_launch_file(str(path))
    shown = {argument.name: argument for argument in description.get_launch_arguments()}
    for name, (default, meaning) in launch_of(executable).arguments.items():
        assert shown[name].description == meaning
        [*words] = shown[name].default_value
        if name != 'params_file':
            assert ''.join(word.text for word in words) == default
    assert launch_of(executable).config in shown['params_file'].default_value[0].describe()


def test_every_argument_reaches_the_node(session, domain_id, tmp_path, prefix, params_file):
    words = [params_file, 'namespace:=robot1', 'image:=camera/image_raw', 'log_level:=debug']
    command = [RUNNER, LAUNCH_FILE, *words, 'use_sim_time:=true']
    answers = session.record(Detection2DArray, 'robot1/detections')
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        answer = Camera(session, 'robot1/camera/image_raw').ask(RED, answers)
        assert len(answer.detections) == 1
        names = ('score', 'use_sim_time')
        score, simulated = parameters_of(session, 'robot1/detection_node', *names)
        assert (score.double_value, simulated.bool_value) == (0.9, True)
        assert '[DEBUG]' in launched.text()
        assert launched.end(signal.SIGINT) == 0
        assert 'process has finished cleanly' in launched.text()
        assert 'Traceback' not in launched.text()


WILDCARD, FULL_NAME = '/**', '/detection_node'


@pytest.mark.parametrize('key', [WILDCARD, FULL_NAME])
@pytest.mark.parametrize(
    ('in_file', 'words', 'state', 'simulated'),
    [
        ({}, [], 'active', False),
        ({'autostart': 'false', 'use_sim_time': 'true'}, [], 'unconfigured', True),
        (
            {'autostart': 'false', 'use_sim_time': 'true'},
            ['autostart:=true', 'use_sim_time:=false'],
            'active',
            False,
        ),
    ],
    ids=['defaults', 'file', 'arguments'],
)
def test_arguments_win_over_the_file_and_the_file_over_defaults(
    session, domain_id, tmp_path, prefix, model_folder, key, in_file, words, state, simulated
):
    """Trap 31: a default in the launch file that contradicts what the user wrote in YAML."""
    path = tmp_path / 'mine.yaml'
    lines = [f'    {k}: {v}\n' for k, v in {'model': model_folder, **in_file}.items()]
    path.write_text(f'{key}:\n  ros__parameters:\n{"".join(lines)}')
    command = [RUNNER, LAUNCH_FILE, f'params_file:={path}', *words]
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        if state == 'active':
            launched.wait_for('runs on CPUExecutionProvider')
        names = ('autostart', 'use_sim_time')
        autostart, sim_time = parameters_of(session, FULL_NAME, *names)
        assert (autostart.bool_value, sim_time.bool_value) == (state == 'active', simulated)
        asked = session.call(GetState, f'{FULL_NAME}/get_state', GetState.Request())
        assert asked.current_state.label == state
        assert launched.end(signal.SIGINT) == 0


def test_a_flag_that_is_neither_true_nor_false_is_refused(
    domain_id, tmp_path, prefix, params_file
):
    command = [RUNNER, LAUNCH_FILE, params_file, 'autostart:=maybe']
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        assert launched.process.wait(TIMEOUT_S) == 1
        assert "'maybe'" in launched.text()


@pytest.mark.parametrize(('words', 'simulated'), [([], True), (['use_sim_time:=false'], False)])
def test_the_simulated_camera_heeds_the_file_unless_told_otherwise(
    session, domain_id, tmp_path, prefix, words, simulated
):
    pytest.importorskip('mujoco')
    path = tmp_path / 'sim.yaml'
    path.write_text('/**:\n  ros__parameters:\n    use_sim_time: true\n    width: 160\n')
    command = [RUNNER, SIM_LAUNCH_FILE, f'params_file:={path}', *words]
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        launched.wait_for('showing tabletop')
        width, sim_time = parameters_of(session, '/sim_node', 'width', 'use_sim_time')
        assert (width.integer_value, sim_time.bool_value) == (160, simulated)
        assert launched.end(signal.SIGINT) == 0


def test_the_world_and_the_kind_of_its_commands_can_be_given(session, domain_id, tmp_path, prefix):
    pytest.importorskip('mujoco')
    path = tmp_path / 'sim.yaml'
    path.write_text('/**:\n  ros__parameters:\n    world: single_object\n    width: 160\n')
    command = [RUNNER, SIM_LAUNCH_FILE, f'params_file:={path}', 'world:=rooms', 'stamped:=true']
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        launched.wait_for('showing rooms')
        world, stamped = parameters_of(session, '/sim_node', 'world', 'stamped')
        assert (world.string_value, stamped.bool_value) == ('rooms', True)
        assert launched.end(signal.SIGINT) == 0


def test_without_autostart_the_node_waits(session, domain_id, tmp_path, prefix, params_file):
    command = [RUNNER, LAUNCH_FILE, params_file, 'autostart:=false']
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        state = session.call(GetState, 'detection_node/get_state', GetState.Request())
        assert state.current_state.label == 'unconfigured'
        assert launched.end(signal.SIGINT) == 0


def test_rviz_shows_what_the_node_draws_in_its_namespace_and_the_node_outlives_it(
    session, domain_id, tmp_path, prefix, rviz, params_file
):
    command = [RUNNER, LAUNCH_FILE, params_file, 'namespace:=robot1', 'use_rviz:=true']
    answers = session.record(Detection2DArray, 'robot1/detections')
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        camera = Camera(session, 'robot1/image')
        launched.wait_for('rviz: file')
        session.wait(
            lambda: camera.ask(RED, answers) and 'finished cleanly' in launched.text(),
            'RViz has what it wanted',
        )
        assert 'rviz: /robot1/detection_node/overlay has come' in launched.text()
        assert camera.ask(RED, answers).detections
        assert launched.end(signal.SIGINT) == 0


def test_rviz_shows_the_camera_the_cloud_and_the_frames_of_a_namespace(
    domain_id, tmp_path, prefix, rviz
):
    pytest.importorskip('mujoco')
    path = tmp_path / 'sim.yaml'
    path.write_text('/**:\n  ros__parameters: {width: 160, height: 120}\n')
    words = [f'params_file:={path}', 'namespace:=/robot1', 'use_rviz:=True']
    command = [RUNNER, SIM_LAUNCH_FILE, *words]
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        launched.wait_for('finished cleanly')
        came = {word for word in launched.text().split() if word.startswith('/robot1/')}
        camera = ('image_raw', 'depth/image_raw', 'depth/camera_info')
        assert came == {
            *('/robot1/tf', '/robot1/tf_static'),
            *(f'/robot1/camera/{name}' for name in camera),
        }
        assert launched.end(signal.SIGINT) == 0


def test_rviz_shows_every_node_of_a_deployment_and_shares_what_all_of_them_have(
    session, domain_id, tmp_path, prefix, rviz, model_folder
):
    file = tmp_path / 'two.yaml'
    file.write_text(
        f'defaults: {{params: {{model: "{model_folder}", use_sim_time: true}}}}\n'
        'nodes:\n'
        '  - {executable: detection_node, name: eye, namespace: a, remap: {image: /image}}\n'
        '  - {executable: detection_node, remap: {image: /image, ~/overlay: wall}}\n'
    )
    command = [RUNNER, BRINGUP_LAUNCH_FILE, f'deployment:={file}', 'use_rviz:=true']
    answers = session.record(Detection2DArray, 'detections')
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        camera = Camera(session, 'image')
        session.wait(
            lambda: camera.ask(RED, answers) and 'finished cleanly' in launched.text(),
            'RViz has what it wanted',
        )
        for words in ('/a/eye/overlay has come', '/wall has come', 'use_sim_time True'):
            assert words in launched.text()
        assert launched.end(signal.SIGINT) == 0


def test_rviz_shows_a_file_of_the_users_own(session, domain_id, tmp_path, prefix, rviz):
    mine = tmp_path / 'mine.rviz'
    mine.write_text('Visualization Manager: {Displays: []}')
    words = ['use_rviz:=true', f'rviz_config:={mine}', 'use_sim_time:=true']
    with NodeProcess(
        [RUNNER, LAUNCH_FILE, *words], domain_id, tmp_path, AMENT_PREFIX_PATH=prefix
    ) as launched:
        launched.wait_for(f'rviz: file {mine}, use_sim_time True')
        assert launched.end(signal.SIGINT) == 0


def test_without_rviz2_the_launch_says_so_and_the_node_starts(
    session, domain_id, tmp_path, prefix, params_file
):
    command = [RUNNER, LAUNCH_FILE, params_file, 'use_rviz:=true']
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        launched.wait_for('runs on CPUExecutionProvider')
        assert 'the package rviz2 is not installed here' in launched.text()
        assert launched.end(signal.SIGINT) == 0


@pytest.mark.parametrize(
    ('words', 'complaint'),
    [
        (['use_rviz:=maybe'], "'maybe'"),
        (['use_rviz:=true', 'rviz_config:=/nowhere.rviz'], '/nowhere.rviz: no such file'),
    ],
)
def test_a_wrong_word_for_rviz_is_refused_before_anything_starts(
    domain_id, tmp_path, prefix, rviz, params_file, words, complaint
):
    command = [RUNNER, LAUNCH_FILE, params_file, *words]
    with NodeProcess(command, domain_id, tmp_path, AMENT_PREFIX_PATH=prefix) as launched:
        assert launched.process.wait(TIMEOUT_S) == 1
        assert complaint in launched.text()
        assert 'process started' not in launched.text()
