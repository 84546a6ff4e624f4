"""Marks whole folders, so that `-m 'not ros and not slow'` runs what needs only NumPy."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
MARKERS = {
    'nodes': 'ros',
    'ros': 'ros',
    'ros_wheels': 'ros',
    'sim': 'slow',
    'training': 'slow',
}


def pytest_collection_modifyitems(items):
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in MARKERS:
            item.add_marker(getattr(pytest.mark, MARKERS[folder]))
