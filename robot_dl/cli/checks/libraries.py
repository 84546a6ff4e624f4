"""Python and the libraries that every node needs."""

import platform
import sys
from importlib import import_module
from types import ModuleType

from robot_dl.cli.checks.finding import Finding, broken, fine

LIBRARIES = {
    'numpy': ('numpy', 'pip install numpy'),
    'yaml': ('yaml', 'pip install PyYAML'),
    'opencv': ('cv2', 'pip install opencv-python-headless   (or: apt install python3-opencv)'),
}
"""Module and remedy for each library."""


def check_python() -> Finding:
    """Check the version of Python."""
    text = f'{platform.python_version()}, {sys.executable}'
    if sys.version_info < (3, 10):  # noqa: UP036 - pip can be told to ignore what we require
        return broken('python', text, 'use Python 3.10 or newer: make setup PYTHON=python3.12')
    return fine('python', text)


def check_libraries() -> list[Finding]:
    """Check that the libraries can be imported, not only that they are installed."""
    return [_check(name, *library) for name, library in LIBRARIES.items()]


def _check(name: str, module: str, remedy: str) -> Finding:
    found = importable(module)
    if isinstance(found, str):
        return broken(name, found, remedy)
    return fine(name, str(getattr(found, '__version__', 'installed')))


def importable(module: str) -> ModuleType | str:
    """Return a module, or why it cannot be imported."""
    try:
        return import_module(module)
    except Exception as error:  # a broken binary raises whatever it likes
        return f'cannot be imported: {type(error).__name__}: {error}'
