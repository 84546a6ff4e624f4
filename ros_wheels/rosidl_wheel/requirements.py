"""What a build needs from the machine, checked before it starts."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
from pathlib import Path

COMPILERS = {'CC': 'cc', 'CXX': 'c++'}
MODULES = {
    'rosidl_generator_py': 'the ROS wheels',
    'catkin_pkg': 'catkin_pkg',
    'numpy': 'numpy',
}


def compiler(variable: str) -> str:
    """Return the compiler that the environment variable CC or CXX asks for, or the usual one."""
    return os.environ.get(variable) or COMPILERS[variable]


def missing_requirement() -> str:
    """Return a sentence that says what is missing and the command that brings it, or ''."""
    for module, name in MODULES.items():
        if importlib.util.find_spec(module) is None:
            return (
                f'{name} not found in {sys.prefix}. Install first, in the same environment: '
                "pip install 'ros-rclpy[fastrtps]' ros-geometry-msgs catkin_pkg numpy"
            )
    for variable in COMPILERS:
        if shutil.which(compiler(variable).split()[0]) is None:
            return f'no {compiler(variable)!r} on the PATH; type: sudo apt install build-essential'
    header = Path(sysconfig.get_paths()['include']) / 'Python.h'
    if not header.is_file():
        version = f'{sys.version_info.major}.{sys.version_info.minor}'
        return f'{header} not found; type: sudo apt install python{version}-dev'
    return ''
