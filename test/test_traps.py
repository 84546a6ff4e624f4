"""Every trap of published node suites that concerns us so far is named in a test of ours."""

import ast
import importlib.metadata
import os
import re
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
# Those that nodes to come may fall into: grasps, waypoints.
LATER = {13, 14}
OURS = set(range(1, 33)) - LATER
TRAPS = re.compile(r'\bTraps? (\d+(?:(?:, | and )\d+)*)')


def traps_in(source: str) -> set[int]:
    """Return the numbers of the traps that the docstrings of tests in a source name."""
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)]
    texts = [ast.get_docstring(f) or '' for f in functions if f.name.startswith('test_')]
    lists = [numbers for text in texts for numbers in TRAPS.findall(text)]
    return {int(number) for numbers in lists for number in re.findall(r'\d+', numbers)}


def test_every_trap_is_named_in_a_test():
    sources = [path.read_text(encoding='utf-8') for path in HERE.rglob('test_*.py')]
    named = set().union(*map(traps_in, sources))
    assert sorted(OURS - named) == []
    assert sorted(named - set(range(1, 33))) == []


def test_only_docstrings_of_tests_count():
    source = 'def test_a():\n    "Traps 1, 2 and 30: x."\n\ndef b():\n    "Trap 4"\n# Trap 5'
    assert traps_in(source) == {1, 2, 30}


def ros_is_from_wheels() -> bool:
    """Tell whether ROS was installed by pip, which chooses NumPy with it."""
    try:
        importlib.metadata.distribution('rclpy')
    except importlib.metadata.PackageNotFoundError:
        return False
    return 'ROS_DISTRO' not in os.environ


@pytest.mark.skipif(not ros_is_from_wheels(), reason='a ROS distribution brings its own NumPy')
def test_the_tests_run_with_numpy_2():
    """Trap 27: crash with NumPy 2. Names that it has removed are found by ruff's NPY rules."""
    assert int(np.__version__.partition('.')[0]) >= 2
    assert "'NPY'" in (HERE.parent / 'ruff.toml').read_text(encoding='utf-8')
