"""RViz is shown the names that nodes really have."""

import pytest
import yaml

from robot_dl.bringup.catalogue import node_kinds
from robot_dl.bringup.reading import read_deployment
from robot_dl.bringup.view import View, is_drawn, resolved, shared_variables, view_file, view_of
from robot_dl.core.share import share_file

SIM, DETECTION = '{executable: sim_node}', '{executable: detection_node}'
DRIVER = '{executable: sim_node, name: driver, namespace: r1}'
OTHER = '{executable: sim_node, name: driver, namespace: r2}'


@pytest.fixture
def deployed(tmp_path):
    """Return a function that reads a deployment of some nodes, written as flow YAML."""

    def read(*nodes: str, start: str = ''):
        file = tmp_path / 'deployment.yaml'
        file.write_text(f'{start}\nnodes: [{", ".join(nodes)}]')
        return read_deployment(file)

    return read


def displays(view: View) -> dict[str, dict]:
    """Return the displays of a view by name; no two may have the same."""
    shown = yaml.safe_load(view.text())['Visualization Manager']['Displays']
    named = {display['Name']: display for display in shown}
    assert len(named) == len(shown)
    return named


def bundled(executable: str) -> dict:
    return yaml.safe_load(share_file(view_file(node_kinds()[executable])).read_text())


@pytest.mark.parametrize(
    ('words', 'name'),
    [
        ('', '/detection_node/overlay'),
        ('namespace: r1', '/r1/detection_node/overlay'),
        ('namespace: /r1/front, name: eye', '/r1/front/eye/overlay'),
        ('namespace: r1, remap: {~/overlay: /wall}', '/wall'),
        ('namespace: r1, remap: {~/overlay: wall}', '/r1/wall'),
        ('namespace: r1, name: eye, remap: {~/overlay: ~/wall}', '/r1/eye/wall'),
        ('namespace: r1, remap: {image: /front}', '/r1/detection_node/overlay'),
    ],
)
def test_names_are_what_ros_makes_of_name_namespace_and_remaps(deployed, words, name):
    deployment = deployed(f'{{executable: detection_node, {words}}}')
    assert resolved(deployment.nodes[0], '~/overlay') == name
    [display] = displays(View(deployment.nodes)).values()
    assert display['Topic']['Value'] == name


DRAWN_NODES = sorted(name for name, kind in node_kinds().items() if is_drawn(kind))


@pytest.mark.parametrize('executable', DRAWN_NODES)
def test_one_node_is_shown_as_its_file_says_but_for_the_names(executable):
    content, file = yaml.safe_load(view_of(executable, '').text()), bundled(executable)
    ours = content['Visualization Manager'].pop('Displays')
    theirs = file['Visualization Manager'].pop('Displays')
    assert content == file
    assert [d['Name'] for d in ours] == [d['Name'] for d in theirs]
    assert [d['Class'] for d in ours] == [d['Class'] for d in theirs]


@pytest.mark.parametrize(('namespace', 'start'), [('', '/'), ('r1', '/r1/'), ('/r1/a/', '/r1/a/')])
def test_the_cloud_gets_its_image_its_colours_and_its_calibration_in_the_namespace(
    namespace, start
):
    cloud = displays(view_of('sim_node', namespace))['Depth cloud']
    assert cloud['Depth Map Topic'] == f'{start}camera/depth/image_raw'
    assert cloud['CameraInfo Topic'] == f'{start}camera/depth/camera_info'
    assert cloud['Color Image Topic'] == f'{start}camera/image_raw'


def test_four_cameras_are_four_images():
    deployment = read_deployment(share_file('config/deployments/four_cameras.yaml'))
    shown = displays(View(deployment.nodes))
    assert [(name, display['Topic']['Value']) for name, display in shown.items()] == [
        (f'/{side}/detector Detections', f'/{side}/detector/overlay')
        for side in ('front', 'rear', 'left', 'right')
    ]


@pytest.mark.parametrize('nodes', [(SIM, DETECTION), (DETECTION, SIM)])
def test_of_several_nodes_the_one_with_frames_gives_the_fixed_frame(deployed, nodes):
    content = yaml.safe_load(View(deployed(*nodes).nodes).text())
    assert content['Visualization Manager']['Global Options']['Fixed Frame'] == 'world'
    # The layout places the windows of other names.
    assert 'QMainWindow State' not in content['Window Geometry']


def test_results_in_another_frame_are_seen_from_that_frame():
    for params, frame in (({}, 'camera_optical_frame'), ({'target_frame': 'odom'}, 'odom')):
        content = yaml.safe_load(view_of('detection3d_node', '', params).text())
        assert content['Visualization Manager']['Global Options']['Fixed Frame'] == frame


def test_grid_and_frames_are_drawn_once(deployed):
    shown = displays(View(deployed(DRIVER, OTHER).nodes))
    assert sorted(shown) == [
        *(f'/r{n}/driver {what}' for n in (1, 2) for what in ('Camera', 'Depth cloud')),
        *('Grid', 'TF'),
    ]


@pytest.mark.parametrize(
    ('nodes', 'remap'),
    [
        ([DETECTION], {}),
        (['{executable: detection_node, namespace: r1}'], {}),
        ([SIM], {'/tf': '/tf', '/tf_static': '/tf_static'}),
        ([DETECTION, DRIVER], {'/tf': '/r1/tf', '/tf_static': '/r1/tf_static'}),
        (
            ['{executable: sim_node, namespace: r1, remap: {tf: /tf, tf_static: /tf_static}}'],
            {'/tf': '/tf', '/tf_static': '/tf_static'},
        ),
        ([DRIVER, OTHER], {}),
    ],
    ids=['none', 'none in a namespace', 'one', 'one in a namespace', 'remapped', 'two'],
)
def test_rviz_reads_the_tree_of_frames_if_there_is_one(deployed, nodes, remap):
    assert View(deployed(*nodes).nodes).remap == remap


@pytest.mark.parametrize(('value', 'expected'), [('true', True), ('false', False)])
def test_rviz_follows_the_clock_that_the_nodes_follow(deployed, value, expected):
    node = f'{{executable: detection_node, params: {{use_sim_time: {value}}}}}'
    assert View(deployed(SIM, node).nodes).use_sim_time is expected


def test_nodes_with_nothing_to_show_are_refused():
    with pytest.raises(ValueError, match='publishes anything that RViz draws'):
        View(()).text()


def test_rviz_gets_the_variables_that_all_nodes_get(deployed):
    start = 'dds_profile: none\ndefaults: {env: {RMW_IMPLEMENTATION: rmw_cyclonedds_cpp, A: 1}}'
    deployment = deployed(
        SIM, '{executable: detection_node, env: {A: 2, CUDA_VISIBLE_DEVICES: 0}}', start=start
    )
    assert shared_variables(deployment, 'PROFILE') == {
        'SKIP_DEFAULT_XML': '1',
        'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp',
    }
