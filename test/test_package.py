"""colcon and pip install every part of the package, and every node has all its parts."""

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

import robot_dl

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / 'robot_dl'
MODELS = sorted(path.parent for path in PACKAGE.glob('zoo/*/model.yaml'))
NODES = sorted(path.stem for path in PACKAGE.glob('nodes/*.py') if path.stem != '__init__')
DISTRIBUTION = ('setup.py', 'setup.cfg', 'pyproject.toml', 'package.xml')

# Import name -> rosdep key, where the two differ.
ROSDEP = {'numpy': 'python3-numpy', 'cv2': 'python3-opencv', 'yaml': 'python3-yaml'}
OPTIONAL = {'cv_bridge'}


def files_of(folder: Path, below: Path = PACKAGE) -> list[Path]:
    """List the files in a folder relative to `below`, without what Python and git put there."""
    found = (path for path in folder.rglob('*') if path.is_file())
    return sorted(path.relative_to(below) for path in found if '__pycache__' not in path.parts)


@pytest.fixture(scope='module', params=['', '--symlink-install'])
def installed(request, tmp_path_factory) -> Path:
    """The prefix that colcon installs robot_dl under, with copies or with links."""
    pytest.importorskip('colcon_ros', reason='colcon-ros is not installed')
    colcon = shutil.which('colcon', path=f'{Path(sys.executable).parent}:{os.environ["PATH"]}')
    workspace = tmp_path_factory.mktemp('workspace')
    folders = [f'--{name}-base={workspace / name}' for name in ('build', 'install')]
    command = [colcon, f'--log-base={workspace / "log"}', 'build', f'--base-paths={ROOT}']
    options = [request.param] if request.param else []
    done = subprocess.run(
        [*command, *folders, *options], cwd=workspace, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return workspace / 'install' / 'robot_dl'


@pytest.fixture(scope='module')
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    """The wheel that pip builds, from a copy: setuptools writes into the folder it builds in."""
    folder = tmp_path_factory.mktemp('wheel')
    for name in ('robot_dl', 'launch', 'config', 'resource', 'ros_wheels'):
        shutil.copytree(ROOT / name, folder / name)
    for name in DISTRIBUTION:
        shutil.copy(ROOT / name, folder)
    options = ['--no-deps', '--no-build-isolation', f'--wheel-dir={folder}']
    done = subprocess.run(
        [sys.executable, '-m', 'pip', 'wheel', *options, str(folder)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob('*.whl')
    return zipfile.ZipFile(path)


def entry_points(text: str) -> dict[str, str]:
    """Read the console scripts of an entry_points.txt: name -> module:function."""
    parser = configparser.ConfigParser(delimiters=('=',))
    parser.optionxform = str
    parser.read_string(text)
    return dict(parser['console_scripts'])


def wheel_entry_points(wheel: zipfile.ZipFile) -> dict[str, str]:
    (name,) = (name for name in wheel.namelist() if name.endswith('/entry_points.txt'))
    return entry_points(wheel.read(name).decode())


def python_path(prefix: Path) -> list[Path]:
    """Return the folders with Python packages below a colcon prefix, or linked from there."""
    (site,) = prefix.glob('lib/python3*/site-packages')
    links = [Path(link.read_text().splitlines()[0]) for link in site.glob('*.egg-link')]
    return [*links, site]


def run_installed(prefix: Path, *command: object) -> str:
    """Run something with the installed package alone, away from the checkout."""
    environment = {**os.environ, 'PYTHONPATH': ':'.join(map(str, python_path(prefix)))}
    done = subprocess.run(
        list(map(str, command)), cwd='/', env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_there_is_a_bundled_model():
    assert 'tabletop_detector' in [folder.name for folder in MODELS]


def test_colcon_installs_every_executable(installed, wheel):
    names = {path.name for path in (installed / 'lib/robot_dl').iterdir()}
    assert names == set(wheel_entry_points(wheel))
    assert all(os.access(installed / 'lib/robot_dl' / name, os.X_OK) for name in names)


def test_an_executable_that_colcon_installed_runs(installed):
    command = installed / 'lib/robot_dl/robot_dl'
    assert run_installed(installed, sys.executable, command, '--version').endswith(
        robot_dl.__version__
    )


@pytest.mark.parametrize('folder', ['launch', 'config'])
def test_colcon_installs_every_launch_and_config_file(installed, folder):
    share = installed / 'share/robot_dl'
    expected = files_of(ROOT / folder, ROOT)
    assert expected
    assert [path for path in expected if not (share / path).is_file()] == []


def test_colcon_registers_the_package(installed):
    assert (installed / 'share/ament_index/resource_index/packages/robot_dl').is_file()
    assert (installed / 'share/robot_dl/package.xml').is_file()


def test_colcon_installs_every_module_model_and_template(installed):
    code = 'import robot_dl; print(robot_dl.__path__[0])'
    package = Path(run_installed(installed, sys.executable, '-c', code))
    if package.is_symlink():
        assert package.resolve() == PACKAGE
    expected = files_of(PACKAGE)
    assert [path for path in expected if not (package / path).is_file()] == []


def test_an_installed_config_file_is_found(installed):
    code = 'from robot_dl.core.share import share_file; print(share_file("config/fastdds.xml"))'
    found = Path(run_installed(installed, sys.executable, '-c', code))
    assert found.read_bytes() == (ROOT / 'config/fastdds.xml').read_bytes()


def test_pip_installs_every_file(wheel):
    names = set(wheel.namelist())
    expected = [f'robot_dl/{path}' for path in files_of(PACKAGE)]
    share = f'robot_dl-{robot_dl.__version__}.data/data/share/robot_dl'
    expected += [
        f'{share}/{p}' for name in ('launch', 'config') for p in files_of(ROOT / name, ROOT)
    ]
    assert [path for path in expected if path not in names] == []


def test_pip_puts_no_executable_outside_bin(wheel):
    assert [name for name in wheel.namelist() if '/lib/robot_dl/' in name] == []


def test_every_entry_point_exists(wheel):
    for name, target in wheel_entry_points(wheel).items():
        module, function = target.split(':')
        path = ROOT / f'{module.replace(".", "/")}.py'
        assert path.is_file(), f'{name}: {path} is missing'
        defined = [
            n.name for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef)
        ]
        assert function in defined, f'{name}: no function {function} in {path}'


@pytest.mark.parametrize('node', NODES)
def test_every_node_has_an_entry_point_a_launch_file_and_a_config(wheel, node):
    name = node.removesuffix('_node')
    assert wheel_entry_points(wheel).get(node) == f'robot_dl.nodes.{node}:main'
    assert (ROOT / f'launch/{name}.launch.py').is_file()
    assert (ROOT / f'config/{name}.yaml').is_file()


def test_the_version_is_the_same_everywhere():
    manifest = ElementTree.parse(ROOT / 'package.xml').getroot()
    (stated,) = re.findall(r"^    version='(.+)',$", (ROOT / 'setup.py').read_text(), re.MULTILINE)
    assert manifest.findtext('version') == stated == robot_dl.__version__


def test_package_xml_names_what_a_running_node_imports():
    manifest = ElementTree.parse(ROOT / 'package.xml').getroot()
    declared = {element.text for element in manifest.iter('exec_depend')}
    folders = [
        ROOT / 'launch',
        *(PACKAGE / name for name in ('core', 'ros', 'nodes', 'detection')),
    ]
    used = {name for folder in folders for name in third_party(folder)}
    needed = {ROSDEP.get(name, name) for name in used - OPTIONAL}
    assert needed <= declared


def third_party(folder: Path) -> set[str]:
    """Return the top-level names that the files of a folder import, the standard library's not."""
    names = set()
    for path in folder.rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split('.')[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.split('.')[0])
    return names - set(sys.stdlib_module_names) - {'robot_dl'}


def test_package_xml_has_no_key_that_only_pip_can_satisfy():
    manifest = ElementTree.parse(ROOT / 'package.xml').getroot()
    keys = [element.text for element in manifest if element.tag.endswith('depend')]
    assert keys
    assert [key for key in keys if key.endswith('-pip') or key in ('torch', 'onnxruntime')] == []


def test_a_colcon_build_never_enters_the_interface_packages():
    assert (ROOT / 'ros_wheels/COLCON_IGNORE').is_file()
