"""The package: for pip, and for colcon (ament_python) on a machine with ROS 2."""

from pathlib import Path

from setuptools import find_packages, setup

NAME = 'robot_dl'
ROOT = Path(__file__).resolve().parent


def requirements(name):
    """Read a requirements file."""
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if not line.startswith('#')]


EVALUATION = ['faster-coco-eval>=1.6', 'tqdm>=4.60']
EXTRAS = {
    # On a robot ROS 2 comes from apt instead.
    'ros': requirements('ros_wheels/kilted.txt'),
    'ros-jazzy': requirements('ros_wheels/jazzy.txt'),
    # Not required by the package itself: a Jetson brings its own builds of both.
    'cpu': ['onnxruntime>=1.17', 'opencv-python-headless>=4.5.4'],
    'sim': [
        'mujoco>=3.5',
        'jinja2>=3.0',
        # The last MuJoCo for Python 3.10 needs it, and the next version wants a newer Python:
        # left to itself, pip tries hundreds of combinations before it finds that out.
        'etils[epath]<1.14; python_version < "3.11"',
    ],
    'bags': ['rosbags>=0.10,<0.12'],
    'eval': EVALUATION,
    'quantize': ['onnx>=1.16'],
    'train': ['torch==2.13.0', 'onnx>=1.16', 'onnxscript>=0.3', 'matplotlib>=3.5', *EVALUATION],
    # What policies learn with; above it, 'train' and 'sim' are needed too.
    'rl': ['stable-baselines3==2.9.0', 'sb3-contrib==2.9.0', 'gymnasium==1.4.0'],
    'test': [
        'pytest>=7.0',
        'pytest-timeout>=2.1',
        'hypothesis>=6.80',
        'jsonschema>=4.0',
        # What the decoders are compared with; both work without torchvision.
        'transformers==4.57.6',
        'Pillow>=9.0',
        'onnxruntime-extensions>=0.15,<0.16',
    ],
    # The version after it is announced to be incompatible.
    'docs': ['mkdocs==1.6.1'],
    'dev': [
        # The next version of a linter may find something new: pinned, so that CI is repeatable.
        'ruff==0.17.5',
        'mypy==2.4.1',
        'types-PyYAML',
        'colcon-common-extensions>=0.3',
        'colcon-ros>=0.4',
    ],
}


def files_below(folder):
    """Yield every file that is not Python's own, such as configs, models and templates."""
    for path in sorted((ROOT / folder).rglob('*')):
        if path.is_file() and path.suffix not in ('.py', '.pyc'):
            yield path


def package_data():
    """Return the paths of all data files inside the package, relative to it."""
    return [str(path.relative_to(ROOT / NAME)) for path in files_below(NAME)]


def share_files():
    """Return what is installed below share/, as data_files wants it."""
    share = f'share/{NAME}'
    launch = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob('launch/*.launch.py'))]
    table = {
        'share/ament_index/resource_index/packages': [f'resource/{NAME}'],
        share: ['package.xml'],
        f'{share}/launch': launch,
    }
    for path in files_below('config'):
        relative = path.relative_to(ROOT)
        table.setdefault(f'{share}/{relative.parent}', []).append(str(relative))
    return list(table.items())


setup(
    name=NAME,
    version='0.1.0',
    description='Deep-learning nodes for ROS 2: perception and policies, standard messages.',
    license='Apache-2.0',
    maintainer='robot_dl maintainers',
    maintainer_email='robot-dl@example.org',
    python_requires='>=3.10',
    packages=find_packages(include=[NAME, f'{NAME}.*']),
    package_data={NAME: package_data()},
    data_files=share_files(),
    install_requires=['numpy>=1.21', 'PyYAML>=5.4'],
    extras_require=EXTRAS,
    zip_safe=False,
    entry_points={
        'console_scripts': [
            'robot_dl = robot_dl.cli.main:main',
            'detection_node = robot_dl.nodes.detection_node:main',
            'classification_node = robot_dl.nodes.classification_node:main',
            'detection3d_node = robot_dl.nodes.detection3d_node:main',
            'segmentation_node = robot_dl.nodes.segmentation_node:main',
            'instance_segmentation_node = robot_dl.nodes.instance_segmentation_node:main',
            'depth_node = robot_dl.nodes.depth_node:main',
            'policy_node = robot_dl.nodes.policy_node:main',
            'sim_node = robot_dl.sim.sim_node:main',
        ],
    },
)
