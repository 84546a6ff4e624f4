"""What a build needs from the machine, checked before it starts."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
from pathlib import Path

COMPILERS = {'CC': 'cc', 'CXX': 'c++'}
MODULES = ('rosidl_generator_py', 'rosidl_typesupport_fastrtps_c', 'catkin_pkg', 'numpy')


def compiler(variable: str) -> str:
    """Return the compiler that the environment variable CC or CXX asks for, or the usual one."""
    return os.environ.get(variable) or COMPILERS[variable]


def missing_packages() -> list[str]:
    """Name the Debian packages that would bring what is missing: compilers, Python's headers."""
    missing = []
    if not all(shutil.which(compiler(variable).split()[0]) for variable in COMPILERS):
        missing.append('build-essential')
    if not (Path(sysconfig.get_paths()['include']) / 'Python.h').is_file():
        missing.append(f'python{sys.version_info.major}.{sys.version_info.minor}-dev')
    return missing


def complaint() -> str:
    """Say what is missing and which command brings it; '' when nothing is."""
    absent = [name for name in MODULES if importlib.util.find_spec(name) is None]
    if absent:
        return (
            f'{", ".join(absent)} not found in {sys.prefix}; install first, in the same '
            "environment: pip install 'ros-rclpy[fastrtps]' ros-geometry-msgs catkin_pkg numpy"
        )
    packages = missing_packages()
    if packages:
        return f'no compiler or no Python headers; type: sudo apt install {" ".join(packages)}'
    return ''
