"""The bundled .rviz files: what RViz reads them for exists, and is published as it asks.

RViz ignores a key that it does not know, keeps a display without messages silently, and opens
its own file instead of one that it cannot find: nobody else would notice a mistake here.
"""

from pathlib import Path

import pytest
import yaml

from robot_dl.bringup.catalogue import node_kinds
from robot_dl.bringup.launching import launch_of
from robot_dl.bringup.view import VARIANTS, is_drawn, view_file, view_of
from robot_dl.cli.demos.casts import CASTS
from robot_dl.cli.demos.crew import sim_command
from robot_dl.cli.demos.parts import PARTS
from robot_dl.core.topics import PUBLISHED, Topic
from robot_dl.sim.worlds import WORLDS, find_world

ROOT = Path(__file__).parents[1]
FILES = sorted(ROOT.glob('config/rviz/*.rviz'))
DRAWN_KINDS = [kind for kind in node_kinds().values() if is_drawn(kind)]
DEMO_NODES = ('sim_node', *(f'{name}_node' for name in CASTS['tabletop']))

IMAGE, CAMERA_INFO = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CameraInfo'
TOPICS = {
    'rviz_default_plugins/Grid': {},
    'rviz_default_plugins/TF': {},
    'rviz_default_plugins/Image': {'Topic': IMAGE},
    'rviz_default_plugins/LaserScan': {'Topic': 'sensor_msgs/msg/LaserScan'},
    'rviz_default_plugins/Map': {'Topic': 'nav_msgs/msg/OccupancyGrid'},
    'rviz_default_plugins/Odometry': {'Topic': 'nav_msgs/msg/Odometry'},
    'rviz_default_plugins/MarkerArray': {'Topic': 'visualization_msgs/msg/MarkerArray'},
    'rviz_default_plugins/PointCloud2': {'Topic': 'sensor_msgs/msg/PointCloud2'},
    'rviz_default_plugins/Pose': {'Topic': 'geometry_msgs/msg/PoseStamped'},
    'rviz_default_plugins/RobotModel': {'Description Topic': 'std_msgs/msg/String'},
    'rviz_default_plugins/DepthCloud': {
        'Depth Map Topic': IMAGE,
        'Color Image Topic': IMAGE,
        'CameraInfo Topic': CAMERA_INFO,
    },
}
"""Displays that RViz brings itself (plugins_description.xml, Humble to Kilted), and what each of
their topics must carry. A display of vision_msgs is not among them."""

EVERY = {'Class', 'Enabled', 'Name', 'Value'}
PROPERTIES = {
    'rviz_default_plugins/Grid': {'Cell Size', 'Plane Cell Count'},
    'rviz_default_plugins/TF': {
        *('Frame Timeout', 'Marker Scale', 'Show Arrows', 'Show Axes', 'Show Names'),
    },
    'rviz_default_plugins/Image': {'Topic'},
    'rviz_default_plugins/LaserScan': {
        *('Color', 'Color Transformer', 'Size (Pixels)', 'Style', 'Topic'),
    },
    'rviz_default_plugins/Map': {'Alpha', 'Color Scheme', 'Draw Behind', 'Topic'},
    'rviz_default_plugins/Odometry': {'Angle Tolerance', 'Keep', 'Position Tolerance', 'Topic'},
    'rviz_default_plugins/MarkerArray': {'Topic'},
    'rviz_default_plugins/PointCloud2': {
        *('Alpha', 'Color Transformer', 'Position Transformer', 'Size (Pixels)', 'Style'),
        'Topic',
    },
    'rviz_default_plugins/Pose': {'Axes Length', 'Axes Radius', 'Shape', 'Topic'},
    'rviz_default_plugins/RobotModel': {
        *('Alpha', 'Collision Enabled', 'Description Source', 'Description Topic'),
        'Visual Enabled',
    },
    'rviz_default_plugins/DepthCloud': {
        *('Auto Size', 'Queue Size', 'Reliability Policy', 'CameraInfo Topic'),
        *('Depth Map Topic', 'Depth Map Transport Hint'),
        *('Color Image Topic', 'Color Transport Hint'),
    },
}
"""Their properties, as far as we set any; the words are those of RViz's source."""

QOS = {
    'Depth': range(1, 11),
    'Durability Policy': ('Volatile', 'Transient Local'),
    'History Policy': ('Keep Last',),
    'Reliability Policy': ('Reliable', 'Best Effort'),
    'Value': None,
}
TOOLS = {f'rviz_default_plugins/{n}' for n in ('MoveCamera', 'Select', 'FocusCamera', 'Measure')}


def content_of(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding='utf-8'))


def displays_of(path: Path) -> list[dict]:
    return content_of(path)['Visualization Manager']['Displays']


def nodes_of(path: Path) -> list[str]:
    """Return the nodes that a file is for."""
    of_variants = {variant: [executable] for (executable, *_), variant in VARIANTS.items()}
    others = {'demo': list(DEMO_NODES), **of_variants}
    return others.get(path.stem, [f'{path.stem}_node'])


def published_by(executables: list[str]) -> dict[str, Topic]:
    """Return what nodes of the usual names in the root namespace publish."""
    kinds = [node_kinds()[name] for name in executables]
    return {
        topic.name.replace('~', kind.executable): topic
        for kind in kinds
        for topic in kind.topics
        if topic.role == PUBLISHED
    }


def topics_of(display: dict) -> dict[str, str]:
    """Return the topics of a display by property."""
    found = {key: value for key, value in display.items() if key.endswith('Topic')}
    return {key: v['Value'] if isinstance(v, dict) else v for key, v in found.items()}


def policies_of(display: dict) -> dict[str, str]:
    """Return the quality of service that a display asks for, 'Volatile' unless it says more."""
    return {
        'Durability Policy': 'Volatile',
        **display,
        **display.get('Description Topic', {}),
        **display.get('Topic', {}),
    }


def rows() -> list:
    return [
        pytest.param(path, display, id=f'{path.stem}-{display["Name"]}')
        for path in FILES
        for display in displays_of(path)
    ]


@pytest.mark.parametrize('kind', DRAWN_KINDS, ids=lambda kind: kind.executable)
def test_every_node_with_a_picture_has_a_file_and_opens_it(kind):
    path = ROOT / view_file(kind)
    assert path.is_file(), f'{kind.executable} publishes what RViz draws: write {path}'
    launch_file = ROOT / 'launch' / f'{path.stem}.launch.py'
    assert f"launch_of('{kind.executable}')" in launch_file.read_text(encoding='utf-8')
    assert {'use_rviz', 'rviz_config'} <= set(launch_of(kind.executable).arguments)


def test_no_file_is_for_a_node_that_does_not_exist():
    expected = {ROOT / view_file(kind) for kind in DRAWN_KINDS}
    others = {ROOT / f'config/rviz/{name}.rviz' for name in ('demo', *VARIANTS.values())}
    assert set(FILES) == expected | others


@pytest.mark.parametrize(('path', 'display'), rows())
def test_displays_are_those_of_rviz_itself(path, display):
    assert display['Class'] in TOPICS
    assert set(display) <= EVERY | PROPERTIES[display['Class']]
    # RViz reads "Value" and then "Enabled".
    assert display['Enabled'] is display['Value'] is True


@pytest.mark.parametrize(('path', 'display'), rows())
def test_topics_are_published_with_the_type_of_the_display(path, display):
    published = published_by(nodes_of(path))
    shown = {key: published[name].type for key, name in topics_of(display).items()}
    assert shown == TOPICS[display['Class']]


@pytest.mark.parametrize(('path', 'display'), rows())
def test_the_quality_of_service_matches_that_of_the_publisher(path, display):
    published, asked = published_by(nodes_of(path)), policies_of(display)
    for name in topics_of(display).values():
        offered = published[name].qos
        assert asked['Reliability Policy'] != 'Reliable' or 'best effort' not in offered
        assert asked['Durability Policy'] == 'Volatile' or 'transient local' in offered


@pytest.mark.parametrize(('path', 'display'), rows())
def test_the_words_for_the_quality_of_service_are_those_of_rviz(path, display):
    for key, value in display.get('Topic', {}).items():
        assert QOS[key] is None or value in QOS[key]
    # Here, and only here, RViz writes "effort" small.
    assert display.get('Reliability Policy', 'Reliable') in ('Reliable', 'Best effort')


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_what_rviz_needs_in_every_file_is_there(path):
    content = content_of(path)
    manager, window = content['Visualization Manager'], content['Window Geometry']
    # Without the list it takes away the tools that turn the view.
    assert {tool['Class'] for tool in manager['Tools']} == TOOLS
    assert manager['Transformation']['Current']['Class'] == 'rviz_default_plugins/TF'
    # What is missing here, RViz reads from an uninitialised variable.
    assert window['Hide Left Dock'] is window['Hide Right Dock'] is False
    names = [display['Name'] for display in manager['Displays']]
    assert len(set(names)) == len(names)


def shown_types(path: Path) -> set[str]:
    """Return the types of all topics that a file shows."""
    return {kind for display in displays_of(path) for kind in TOPICS[display['Class']].values()}


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_the_layout_has_a_place_for_every_picture(path):
    content = content_of(path)
    state = bytes.fromhex(content['Window Geometry']['QMainWindow State'])
    pictures = [d['Name'] for d in displays_of(path) if d['Class'].endswith('/Image')]
    assert pictures or {'visualization_msgs/msg/MarkerArray'} & shown_types(path)
    for name in [*pictures, *(panel['Name'] for panel in content['Panels'])]:
        text = name.encode('utf-16-be')
        assert len(text).to_bytes(4, 'big') + text in state, name
        assert content['Window Geometry'][name] == {'collapsed': False}


def test_the_demo_shows_the_camera_and_the_picture_of_each_node():
    sim, *others = (displays_of(ROOT / view_file(node_kinds()[name])) for name in DEMO_NODES)
    kinds = tuple(f'rviz_default_plugins/{name}' for name in ('Image', 'MarkerArray'))
    pictures = [d for displays in others for d in displays if d['Class'] in kinds]
    shown = displays_of(ROOT / 'config/rviz/demo.rviz')
    # Two nodes call their picture by one name; in the demo each has its own.
    assert [{**d, 'Name': ''} for d in shown] == [{**d, 'Name': ''} for d in (*sim, *pictures)]


def test_the_demo_does_not_rename_its_nodes():
    remaps = [word for word in sim_command('tabletop', 0, 10.0, 1.5) if '__' in word]
    remaps += [name for part in PARTS.values() for name in part.remaps if name.startswith('__')]
    assert remaps == []


@pytest.mark.slow
@pytest.mark.parametrize('world', WORLDS)
def test_the_camera_hangs_on_the_fixed_frame(world):
    pytest.importorskip('mujoco')
    with find_world(world)(0) as opened:
        parents = {child: parent for parent, child, _, _ in opened.frames()}
    frame = 'camera_optical_frame'
    while frame in parents:
        frame = parents[frame]
    content = yaml.safe_load(view_of('sim_node', '', {'world': world}).text())
    assert content['Visualization Manager']['Global Options']['Fixed Frame'] == frame


def test_the_demo_has_the_fixed_frame_of_the_world_that_it_shows():
    frames = {
        content_of(ROOT / f'config/rviz/{name}.rviz')['Visualization Manager']['Global Options'][
            'Fixed Frame'
        ]
        for name in ('sim', 'demo')
    }
    assert frames == {'world'}


def test_a_detector_by_itself_hangs_on_the_frame_that_every_robot_has():
    manager = content_of(ROOT / 'config/rviz/detection.rviz')['Visualization Manager']
    assert manager['Global Options']['Fixed Frame'] == 'base_link'
    # Images are drawn without frames: no display may wait for any.
    assert {d['Class'] for d in manager['Displays']} == {'rviz_default_plugins/Image'}
