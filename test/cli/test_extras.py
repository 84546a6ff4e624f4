"""A missing optional package is named with what installs it; our own mistakes stay visible."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import setuptools

from robot_dl.cli.extras import EXTRAS

SETUP = Path(__file__).resolve().parents[2] / 'setup.py'
DISTRIBUTIONS = {'cv2': 'opencv-python-headless'}


def run_without(module, line):
    """Run `robot_dl LINE` where `module` cannot be imported; return code and complaint."""
    hide = f'import sys; sys.modules[{module!r}] = None'
    code = f'{hide}; from robot_dl.cli.main import main; sys.exit(main({line.split()}))'
    command = [sys.executable, '-c', code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ('line', 'module', 'advice'),
    [
        (
            'train detection',
            'torch',
            "pip install 'robot_dl[train]' (in a checkout: make setup-te",
        ),
        (
            'eval tabletop_detector',
            'cv2',
            "pip install 'robot_dl[cpu]' (in a checkout: make setup",
        ),
        (
            'quantize tabletop_detector --to nowhere --mode fp16',
            'onnx',
            "pip install 'robot_dl[quantize]'",
        ),
        (
            'train policy --world balance --algo ppo',
            'gymnasium',
            "pip install 'robot_dl[rl]' (in a checkout: make setup-test)",
        ),
        ('bench threads', 'onnxruntime', "pip install 'robot_dl[cpu]'"),
        ('play /tmp', 'rclpy', 'source ROS 2'),
    ],
)
def test_a_missing_package_is_named_with_what_installs_it(line, module, advice, tmp_path):
    if line.startswith('play'):
        (tmp_path / 'a.png').touch()
        line = f'play {tmp_path}'
    code, said = run_without(module, line)
    assert code == 2
    assert said.startswith(f'robot_dl {line.split()[0]}: needs {module}: {advice}')
    assert said.count('\n') == 1


def test_a_missing_module_of_our_own_keeps_its_traceback():
    code, said = run_without('robot_dl.training.evaluation', 'eval tabletop_detector')
    assert code == 1
    assert 'Traceback' in said


def test_every_extra_brings_what_is_promised(monkeypatch):
    declared = {}
    monkeypatch.setattr(setuptools, 'setup', lambda **words: declared.update(words))
    runpy.run_path(str(SETUP))
    for module, extra in EXTRAS.items():
        wanted = DISTRIBUTIONS.get(module, module.replace('_', '-'))
        names = [line.split('>')[0].split('=')[0] for line in declared['extras_require'][extra]]
        assert wanted in names, module
