"""What the machine itself must bring, and the Debian packages that bring it."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEAST_PYTHON = (3, 10)
DRIVERS = ('dri/*_dri.so', 'libgallium*.so', 'libEGL_nvidia.so*')


class SetUpError(Exception):
    """Something that only the person at the keyboard can mend; the text says how."""


def require_python():
    """Refuse a Python that is too old, in words instead of a syntax error."""
    if sys.version_info < LEAST_PYTHON:
        found = '.'.join(map(str, sys.version_info[:3]))
        raise SetUpError(
            f'Python 3.10 or newer is needed, {sys.executable} is {found}. '
            'Where another one is installed, type: make setup PYTHON=python3.12'
        )


def missing_packages(ros):
    """Name the Debian packages to install for a set-up with `ros`, 'sourced' or wheels."""
    missing = []
    if importlib.util.find_spec('ensurepip') is None:
        missing.append(f'python3.{sys.version_info.minor}-venv')
    if not can_render():
        missing += ['libegl1', 'libgl1-mesa-dri']
    if ros == 'sourced':
        distribution = os.environ['ROS_DISTRO']
        names = ('vision_msgs', 'tf2_msgs')
        absent = [name for name in names if importlib.util.find_spec(name) is None]
        return missing + [f'ros-{distribution}-{name.replace("_", "-")}' for name in absent]
    return missing + _build_packages()


def _build_packages():
    sys.path.insert(0, str(ROOT / 'ros_wheels'))
    from rosidl_wheel.requirements import missing_packages

    return missing_packages()


def can_render():
    """Tell whether MuJoCo will find EGL and a driver for it. Other ways are the user's affair."""
    if os.environ.get('MUJOCO_GL', 'egl') != 'egl':
        return True
    try:
        ctypes.CDLL('libEGL.so.1')
    except OSError:
        return False
    folders = [*Path('/usr').glob('lib/*-linux-gnu'), Path('/usr/lib64'), Path('/usr/lib')]
    return any(next(folder.glob(name), None) for folder in folders for name in DRIVERS)


def install_packages(packages):
    """Install Debian packages where we may, else say the one command to type."""
    if not packages:
        return
    command = ['apt-get', 'install', '-y', '--no-install-recommends', *packages]
    prefix = _root_prefix()
    if prefix is None or shutil.which('apt-get') is None:
        raise SetUpError(f'missing on this machine; type: sudo apt install {" ".join(packages)}')
    print(f'installing {" ".join(packages)}', flush=True)
    quiet = {'stdout': subprocess.DEVNULL}
    # A fresh container has no package lists yet.
    if subprocess.run([*prefix, *command], **quiet, stderr=subprocess.DEVNULL).returncode:
        subprocess.run([*prefix, 'apt-get', 'update'], **quiet)
        if subprocess.run([*prefix, *command], **quiet).returncode:
            raise SetUpError(f'that failed; type: sudo apt install {" ".join(packages)}')


def _root_prefix():
    """Return the words that make a command run as root, or None where a password is asked for."""
    environment = ['env', 'DEBIAN_FRONTEND=noninteractive']
    if os.geteuid() == 0:
        return environment
    asked = shutil.which('sudo') and subprocess.run(['sudo', '-n', 'true'], capture_output=True)
    return ['sudo', '-n', *environment] if asked and asked.returncode == 0 else None
