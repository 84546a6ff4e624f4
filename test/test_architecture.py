"""Who may import whom, and what nobody may call: read from the source."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from robot_dl.cli.main import VERBS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / 'robot_dl'

TASKS = {
    'detection',
    'classification',
    'segmentation',
    'depth',
    'grasp',
    'navigation',
    'policy',
}
# Of a task, these say what it takes and gives, without the way it gets there.
CONTRACTS = ('types', 'params', 'labels')

TORCH = {'torch', 'torchvision', 'onnx', 'onnxscript', 'tqdm', 'matplotlib', 'faster_coco_eval'}
LEARNERS = {'stable_baselines3', 'sb3_contrib', 'gymnasium'}
RUNTIME = {'onnxruntime', 'torch'}
ROS_SUFFIXES = ('_msgs', '_srvs', '_interfaces')
ROS_NAMES = {'rclpy', 'launch', 'launch_ros', 'ament_index_python', 'cv_bridge', 'tf2_ros'}


@dataclass(frozen=True)
class Rule:
    """What the files of one package may import, beside the standard library and themselves."""

    ours: frozenset = frozenset()
    others: frozenset = frozenset({'numpy'})
    files: dict = field(default_factory=dict)
    """Further names, for single files."""
    folders: dict = field(default_factory=dict)
    """The same, for all files of a folder."""
    ros: bool = False


def rule(ours='', others='numpy', files=None, folders=None, ros=False) -> Rule:
    of_files, of_folders = (
        {name: frozenset(words.split()) for name, words in (table or {}).items()}
        for table in (files, folders)
    )
    return Rule(frozenset(ours.split()), frozenset(others.split()), of_files, of_folders, ros)


RULES = {
    'core': rule(files={'images.py': 'cv2'}),
    'engine': rule(
        ours='core',
        others='numpy yaml',
        files={'onnx_engine.py': 'onnxruntime', 'torch_engine.py': 'torch'},
    ),
    **{task: rule(ours='core engine') for task in TASKS},
    'safety': rule(ours='core'),
    'bringup': rule(ours='core', others='yaml'),
    'ros': rule(ours='core safety contracts', others='numpy cv2 yaml', ros=True),
    'nodes': rule(ours='core engine ros safety one-task', ros=True),
    'sim': rule(
        ours='core',
        others='numpy cv2 mujoco',
        folders={'sim/parts': 'robot_dl.ros'},
        files={'sim_node.py': 'robot_dl.ros'},
    ),
    'training': rule(
        ours='core engine sim contracts',
        others='numpy cv2 yaml ' + ' '.join(sorted(TORCH)),
        # A policy must see in training what it will see on the robot, by the same code, and its
        # commands must be cut as the gate will cut them.
        folders={
            'training/policies': f'robot_dl.policy robot_dl.safety {" ".join(sorted(LEARNERS))}'
        },
    ),
}
# The simulation's node and what of a world it publishes know messages; the worlds do not.
ROS_FILES = {'sim/sim_node.py'}
ROS_FOLDERS = {'sim/parts'}
# `robot_dl --help`, or a verb that needs none of these, must not wait for them.
HEAVY = TORCH | LEARNERS | {'onnxruntime', 'mujoco', 'cv2', 'rosbags', 'jinja2', 'rclpy'}
UNPICKLERS = {'pickle', 'cPickle', '_pickle', 'cloudpickle', 'dill', 'joblib', 'marshal', 'shelve'}


def python_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob('*.py'))


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and 'TYPE_CHECKING' in ast.unparse(node.test)


def imported(tree: ast.AST, package: str = '') -> Iterator[str]:
    """Yield the dotted names that a module of `package` imports, inside functions too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split('.')[: len(package.split('.')) - node.level + 1]
            base = '.'.join([*parents, node.module or ''] if node.level else [node.module])
            yield from (f'{base.strip(".")}.{alias.name}' for alias in node.names)
        elif not is_type_checking(node):
            yield from imported(node, package)


def is_ros(name: str) -> bool:
    return name in ROS_NAMES or name.endswith(ROS_SUFFIXES)


def complaints(path: Path, package: Path) -> list[str]:
    """List the imports of one file that its package's rule does not allow."""
    relative = path.relative_to(package)
    home = relative.parts[0]
    dotted = '.'.join(['robot_dl', *relative.parent.parts])
    names = list(imported(ast.parse(path.read_text()), dotted))
    wrong = [name for name in names if not is_allowed(name, RULES[home], relative)]
    tasks = {name.split('.')[1] for name in names if is_task(name)}
    if home == 'nodes' and len(tasks) > 1:
        wrong.append(f'more than one task: {sorted(tasks)}')
    return [f'{relative}: {name}' for name in wrong]


def is_task(name: str) -> bool:
    return name.startswith('robot_dl.') and name.split('.')[1] in TASKS


def is_allowed(name: str, rule: Rule, relative: Path) -> bool:
    top, *rest = name.split('.')
    extra = rule.files.get(relative.name, frozenset())
    extra |= rule.folders.get(str(relative.parent), frozenset())
    if top == 'robot_dl':
        return is_own_allowed(rest, rule, relative) or '.'.join([top, *rest[:1]]) in extra
    if top in sys.stdlib_module_names or top in rule.others | extra:
        return True
    knows_ros = str(relative) in ROS_FILES or str(relative.parent) in ROS_FOLDERS
    return is_ros(top) and (rule.ros or knows_ros)


def is_own_allowed(parts: list[str], rule: Rule, relative: Path) -> bool:
    if not parts or parts[0] not in RULES:
        return parts[:1] == ['__version__']
    target = parts[0]
    if target == relative.parts[0]:
        return target != 'nodes' or relative.stem in parts
    if target in TASKS:
        contract = len(parts) > 1 and parts[1] in CONTRACTS
        return 'one-task' in rule.ours or ('contracts' in rule.ours and contract)
    return target in rule.ours


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def has_keyword(call: ast.Call, name: str, value: bool) -> bool:
    return any(
        word.arg == name and isinstance(word.value, ast.Constant) and word.value.value is value
        for word in call.keywords
    )


def unsafe_calls(source: str) -> list[str]:
    """List the calls that could unpickle a file, or build any object from YAML."""
    found = []
    for name, call in calls(ast.parse(source)):
        if name == 'torch.load' and not has_keyword(call, 'weights_only', True):
            found.append('torch.load without weights_only=True')
        if name in ('np.load', 'numpy.load') and not has_keyword(call, 'allow_pickle', False):
            found.append('np.load without allow_pickle=False')
        if name in ('yaml.load', 'yaml.unsafe_load', 'yaml.full_load'):
            found.append(f'{name} instead of yaml.safe_load')
    return found


RULED = [path for path in python_files(PACKAGE) if path.relative_to(PACKAGE).parts[0] in RULES]
EVERYWHERE = [
    *python_files(PACKAGE),
    *python_files(ROOT / 'scripts'),
    *python_files(ROOT / 'ros_wheels'),
    *python_files(ROOT / 'launch'),
]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_folder_has_a_rule():
    folders = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.glob('*/**/*.py')}
    assert folders - set(RULES) <= {'cli'}


@pytest.mark.parametrize('path', RULED, ids=name_of)
def test_a_file_imports_only_what_its_package_may(path):
    assert complaints(path, PACKAGE) == []


@pytest.mark.parametrize('module', ['robot_dl.cli.main', *(name for name, _ in VERBS.values())])
def test_a_verb_imports_heavy_packages_only_when_it_runs(module):
    code = f'import sys, {module}; print(*{{name.split(".")[0] for name in sys.modules}})'
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert {name for name in done.stdout.split() if name in HEAVY or is_ros(name)} == set()


@pytest.mark.parametrize('path', EVERYWHERE, ids=name_of)
def test_nothing_can_unpickle_a_file(path):
    source = path.read_text()
    assert {name.split('.')[0] for name in imported(ast.parse(source))} & UNPICKLERS == set()
    assert unsafe_calls(source) == []


@pytest.mark.parametrize('path', python_files(PACKAGE), ids=name_of)
def test_only_the_command_line_prints(path):
    if path.relative_to(PACKAGE).parts[0] != 'cli':
        assert 'print' not in {name for name, _ in calls(ast.parse(path.read_text()))}


@pytest.mark.parametrize('folder', ['nodes', 'ros'])
def test_no_node_sleeps(folder):
    for path in python_files(PACKAGE / folder):
        names = {name for name, _ in calls(ast.parse(path.read_text()))}
        assert names.isdisjoint({'sleep', 'time.sleep'}), path


@pytest.mark.parametrize('path', python_files(PACKAGE), ids=name_of)
def test_nothing_needs_a_newer_numpy_than_that_of_humble(path):
    # Before 1.22, abstract types had no parameters: a module that gives them one does not import.
    assert not re.search(r'NDArray\[np\.\w+\[', path.read_text())


COMMANDS = {'JointTrajectory', 'Float64MultiArray', 'Twist', 'TwistStamped'}
DOOR = 'ros/commands.py'
"""The one file that may publish these: what the command gate lets through."""


def command_publishers(source: str) -> list[str]:
    """List the publishers of commands that a file makes."""
    return [
        ast.unparse(call.args[0])
        for name, call in calls(ast.parse(source))
        if name.endswith('publisher') and call.args and ast.unparse(call.args[0]) in COMMANDS
    ]


def test_there_is_one_door_for_motion():
    files = [*python_files(PACKAGE / 'ros'), *python_files(PACKAGE / 'nodes')]
    found = {str(f.relative_to(PACKAGE)) for f in files if command_publishers(f.read_text())}
    assert found == {DOOR}


def test_a_second_door_would_be_found():
    assert command_publishers('self.create_lifecycle_publisher(Twist, "cmd_vel", 1)') == ['Twist']


WRONG = [
    ('core/boxes.py', 'import cv2'),
    ('core/boxes.py', 'from robot_dl.engine import card'),
    ('core/boxes.py', 'from ..engine import card'),
    ('engine/card.py', 'def f():\n    import onnxruntime'),
    ('detection/pipeline.py', 'import rclpy'),
    ('detection/pipeline.py', 'from robot_dl.depth.types import Depth'),
    ('ros/images.py', 'from robot_dl.detection.pipeline import open_detector'),
    ('ros/images.py', 'import torch'),
    ('nodes/detection_node.py', 'import cv2'),
    ('nodes/detection_node.py', 'from robot_dl.nodes import depth_node'),
    ('nodes/detection_node.py', 'import robot_dl.depth.params, robot_dl.detection.params'),
    ('sim/worlds/tabletop.py', 'from sensor_msgs.msg import Image'),
    ('sim/sim_node.py', 'import torch'),
    ('sim/rooms/drive.py', 'from robot_dl.ros.images import rgb_to_msg'),
    ('training/detection.py', 'from sensor_msgs.msg import Image'),
]
RIGHT = [
    ('core/images.py', 'import cv2'),
    ('detection/pipeline.py', 'from robot_dl.engine.card import ModelCard'),
    ('ros/detections.py', 'from robot_dl.detection.params import DetectionParams'),
    ('nodes/detection_node.py', 'from robot_dl.detection.pipeline import open_detector'),
    ('sim/sim_node.py', 'from robot_dl.ros.images import rgb_to_msg'),
    ('sim/parts/base.py', 'from geometry_msgs.msg import Twist'),
    ('sim/parts/base.py', 'from robot_dl.ros.qos import RESULTS'),
]


def written(folder: Path, name: str, source: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_text(source)
    return path


@pytest.mark.parametrize(('name', 'source'), WRONG)
def test_a_forbidden_import_is_found(tmp_path, name, source):
    assert complaints(written(tmp_path, name, source), tmp_path)


@pytest.mark.parametrize(('name', 'source'), RIGHT)
def test_an_allowed_import_is_let_pass(tmp_path, name, source):
    assert complaints(written(tmp_path, name, source), tmp_path) == []


@pytest.mark.parametrize(
    'source',
    [
        'torch.load(path)',
        'torch.load(path, weights_only=False)',
        'np.load(path)',
        'np.load(path, allow_pickle=True)',
        'yaml.load(text, Loader)',
    ],
)
def test_an_unsafe_call_is_found(source):
    assert unsafe_calls(source)


def test_a_safe_call_is_let_pass():
    assert unsafe_calls('torch.load(p, weights_only=True); np.load(p, allow_pickle=False)') == []
